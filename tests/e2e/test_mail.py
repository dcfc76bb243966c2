"""From the outbox to a mailbox: one thread for each incident, nothing lost, and the same id where a mail goes out again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from bot.adapters.store import Store
from bot.assembly.mail import mail
from bot.assembly.outside import opened
from bot.model import Conversation, ConversationKind, Incident
from bot.outbox import Deliverer
from bot.pacing import Pacing
from bot.ports import Card, Receiver
from bot.present import incident_card
from bot.settings import Settings
from cards.notes import summary
from cards.sample import IN_QUARANTINE, NOW
from sandbox.server import Sandbox
from sandbox.tenant import Tenant
from sandbox.tls import serve_tls
from tests.support.mail import ANYTHING, LOST, Arrived, Mailroom, mailroom
from tests.support.mail_desk import DESK, told, writing

OPENED = replace(IN_QUARANTINE, number=0)


class Bot:
    """The store and the outbox, whose process may die; time passes only where it is let."""

    def __init__(self, store: Store, receiver: Receiver) -> None:
        self.store, self.receiver, self.now = store, receiver, NOW
        self.restart()

    def restart(self) -> None:
        self.deliverer = Deliverer(
            store=self.store,
            receivers=lambda conversation: self.receiver,
            render=self._drawn,
            now=lambda: self.now,
            pacing=Pacing(lambda: self.now.timestamp()),
        )

    def _drawn(self, incident: Incident, _: Conversation) -> tuple[Card, str]:
        return incident_card(incident, self.now), summary(incident)

    async def happens(self, incident: Incident, note: str = "", to: tuple[Conversation, ...] = (DESK,)) -> Incident:
        """It is stored together with what is to be told, as the watch does it."""
        async with self.store.begin() as tx:
            saved = await tx.incidents.save(incident)
            for where in to if not incident.number else ():
                await tx.conversations.save(replace(where, kind=ConversationKind.EMAIL))
                await tx.outbox.want_card(saved.number, where.id, saved.revision)
            await tx.outbox.refresh(saved.number, saved.revision)
            if note:
                await tx.outbox.add_note(saved.number, note)
        return saved

    async def rest(self, minutes: int = 10) -> None:
        """Let time pass, and deliver whatever becomes due."""
        for _ in range(minutes * 2):
            await self.deliverer.deliver()
            self.now += timedelta(seconds=30)


@asynccontextmanager
async def the_bot(folder: Path) -> AsyncGenerator[tuple[Bot, Mailroom]]:
    async with AsyncExitStack() as held:
        room = await held.enter_async_context(mailroom())
        store = await Store.open(f"sqlite:///{(folder / 'bot.db').as_posix()}")
        held.push_async_callback(store.close)
        yield Bot(store, await held.enter_async_context(writing(room.port))), room


def ids(arrived: list[Arrived]) -> list[str]:
    return [each.mail["Message-ID"] for each in arrived]


async def test_an_incident_is_one_thread_from_its_opening_to_its_end(tmp_path: Path) -> None:
    async with the_bot(tmp_path) as (bot, room):
        incident = await bot.happens(OPENED)
        await bot.rest()
        for revision in (2, 3):
            incident = await bot.happens(replace(incident, revision=revision))
            await bot.rest()
        await bot.happens(replace(incident, revision=4), note="Ada Admin has acknowledged it.")
        await bot.rest()

    first, note = (each.mail for each in room.arrived)
    assert note["References"] == first["Message-ID"]
    assert note["Subject"] == f"Re: {first['Subject']}"
    assert room.arrived[1].part("plain").startswith("Ada Admin has acknowledged it.")


async def test_a_mail_whose_answer_was_lost_goes_out_once_more_under_the_same_id(tmp_path: Path) -> None:
    async with the_bot(tmp_path) as (bot, room):
        room.answers["DATA"] = [LOST]
        incident = await bot.happens(OPENED)
        await bot.deliverer.deliver()
        bot.restart()
        await bot.rest()
        room.answers["DATA"] = [LOST]
        await bot.happens(replace(incident, revision=2), note="It came back.")
        await bot.rest()

    post, again, note, repeated = ids(room.arrived)
    assert (post, note) == (again, repeated)
    assert post != note


async def test_a_mailbox_that_does_not_exist_holds_nobody_else_up_and_is_told_no_more(tmp_path: Path) -> None:
    other = replace(DESK, id="mailto:other@contoso.example")
    async with the_bot(tmp_path) as (bot, room):
        room.answers["RCPT"] = ["550 5.1.1 nobody of that name"]
        incident = await bot.happens(OPENED, to=(DESK, other))
        await bot.rest()
        await bot.happens(replace(incident, revision=2), note="It came back.")
        await bot.rest()

    (reached,) = {each.recipients for each in room.arrived}
    assert len(room.arrived) == 2
    assert reached in {("desk@contoso.example",), ("other@contoso.example",)}


async def test_an_outage_of_an_hour_loses_nothing_and_says_things_in_their_order(tmp_path: Path) -> None:
    async with the_bot(tmp_path) as (bot, room):
        room.answers["MAIL"] = ["451 4.3.0 later"] * 200
        incident = await bot.happens(OPENED)
        await bot.rest(minutes=30)
        await bot.happens(replace(incident, revision=2), note="It came back.")
        await bot.rest(minutes=30)
        assert room.arrived == []
        room.answers["MAIL"] = []
        await bot.rest(minutes=30)

    assert [each.mail["Subject"][:4] for each in room.arrived] == ["[hig", "Re: "]


async def test_the_settings_are_enough_to_sign_in_as_the_application_that_the_bot_is(tmp_path: Path) -> None:
    context, ca_file = serve_tls(tmp_path / "mail")
    tenant = Tenant(story="quiet")
    async with (
        AsyncExitStack() as held,
        Sandbox(tenant, folder=tmp_path / "box") as box,
        mailroom(starttls=context, login=("bot@contoso.example", ANYTHING)) as room,
    ):
        trusted = tmp_path / "both.pem"
        trusted.write_bytes(ca_file.read_bytes() + box.ca_file.read_bytes())
        given = {name.lower(): value for name, value in box.environment().items()} | {
            "database_url": f"sqlite:///{(tmp_path / 'bot.db').as_posix()}",
            "ca_file": str(trusted),
            "smtp_host": "localhost",
            "smtp_port": str(room.port),
            "smtp_username": "bot@contoso.example",
            "smtp_from": "Syncwatch <bot@contoso.example>",
        }
        settings = Settings(_env_file=None, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]
        email = mail(await opened(settings, lambda: datetime.now(UTC), lambda: 0.0, held))
        assert email is not None
        await email.post(DESK, told())
        await held.aclose()

    assert room.arrived[0].sender == "bot@contoso.example"
    assert tenant.tokens.check(f"Bearer {room.signed_in[1]}") == settings.smtp_scope
