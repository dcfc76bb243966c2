"""Whatever comes in whatever order: news are told by a card or by exactly one digest, and nobody is told in quiet hours."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Table, select

from bot import withheld
from bot.adapters.store import Store, Transaction
from bot.adapters.store.schema import cards, held, posts
from bot.holding import show
from bot.model import Alert, Conversation, ConversationKind, Incident, Severity
from bot.quiet import why_held
from tests.support.make import ADA, CHANNEL, Hand, evidence

CHAT = Conversation(
    id="a:ada", tenant_id=CHANNEL.tenant_id, service_url="http://x/", kind=ConversationKind.PERSONAL, user_id=ADA.id
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from(list(Severity))),
        st.tuples(st.just("pass"), st.integers(5, 900)),
        st.tuples(st.just("mute"), st.integers(0, 1_500)),
        st.tuples(st.just("look"), st.just(0)),
        st.tuples(st.just("die"), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)


class Box:
    """A store with a clock, in which incidents open for a channel and for Ada's chat."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.opened = store, Hand(), 0

    async def open(self, severity: Severity) -> None:
        alert = Alert(title="T", detail="D", severity=severity, rule="r", key=str(self.opened))
        new = Incident(number=0, alert=alert, evidence=evidence(), opened_at=self.now(), changed_at=self.now())
        async with self.store.begin() as tx:
            saved = await tx.incidents.save(new)
            wishes = await tx.wishes.get(ADA.id)
            await show(tx, saved, [CHANNEL, CHAT], self.now())
            quiet = why_held(wishes, severity, self.now()) is not None
            assert not quiet or CHAT.id not in await tx.outbox.places(saved.number)
        self.opened += 1

    async def mute(self, seconds: int) -> None:
        async with self.store.begin() as tx:
            wishes = await tx.wishes.get(ADA.id)
            await tx.wishes.save(replace(wishes, muted_until=self.now() + timedelta(seconds=seconds)))

    async def look(self) -> None:
        async with self.store.begin() as tx:
            before = await _posts(tx, CHAT.id)
            await withheld.tell_due(tx, self.now())
            muted = (await tx.wishes.get(ADA.id)).muted_until
            assert muted is None or self.now() >= muted or before == await _posts(tx, CHAT.id)

    async def die(self) -> None:
        """The process ends before what it has done is committed."""
        with suppress(KeyboardInterrupt):
            async with self.store.begin() as tx:
                await withheld.tell_due(tx, self.now())
                raise KeyboardInterrupt

    async def step(self, act: str, what: int | Severity) -> None:
        match act:
            case "open":
                await self.open(Severity(what))
            case "mute":
                await self.mute(int(what))
            case "die":
                await self.die()
            case "pass":
                self.now.forward(seconds=int(what))
            case _:
                await self.look()


async def _posts(tx: Transaction, place: str) -> list[str]:
    return list((await tx.connection.execute(select(posts.c.key).where(posts.c.conversation_id == place))).scalars())


async def _story(folder: Path, steps: list[tuple[str, int | Severity]]) -> None:
    store = await Store.open(f"sqlite:///{folder / 'bot.db'}", durable=False, most_at_once=3)
    box = Box(store)
    async with store.begin() as tx:
        await tx.conversations.save(CHANNEL)
        await tx.conversations.save(CHAT)
    for act, what in steps:
        await box.step(act, what)
    for _ in range(3):
        box.now.forward(seconds=1_600)
        await box.look()
    async with store.look() as tx:
        for place in (CHANNEL, CHAT):
            shown = (await tx.connection.execute(select(cards.c.incident).where(_at(cards, place)))).scalars().all()
            rows = (await tx.connection.execute(select(held).where(_at(held, place)))).all()
            told = Counter([*shown, *(row.incident for row in rows)])
            assert told == Counter(range(1, box.opened + 1)), (place.id, told)
            assert all(row.digest for row in rows), "nothing is held back for ever"
            assert {row.digest for row in rows} <= set(await _posts(tx, place.id))
            for key, number in Counter(row.digest for row in rows).items():
                assert f" {number} incident{'s' if number > 1 else ''}" in await _said(tx, place.id, key)
    await store.close()


def _at(table: Table, place: Conversation) -> ColumnElement[bool]:
    return table.c.conversation_id == place.id


async def _said(tx: Transaction, place: str, key: str) -> str:
    mine = select(posts.c.card).where(posts.c.conversation_id == place, posts.c.key == key)
    return str(msgspec.json.decode((await tx.connection.execute(mine)).scalar() or b'""'))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_news_are_told_by_a_card_or_by_one_digest(steps: list[tuple[str, int | Severity]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_story(Path(folder), steps))
