"""The file of ROUTES is read again when it changes; one that cannot be used changes nothing, and is told of."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.model import Alert, Evidence, Incident, Severity
from bot.model.routes import Arranged
from bot.ports import BadSettings, StoreDown
from bot.rereading import Rereading
from bot.routes import Routes
from bot.routes_file import read
from tests.support.make import BOB, NOON
from tests.support.talk import Talk, shown

DESK, MAIL = "webhook:desk", "mailto:iam@contoso.com"
HOOK = '[webhooks.desk]\nurl = "https://desk.contoso.com/hook"\nsecret = "env:DESK"\n'


def to(*receivers: str) -> str:
    return HOOK + "".join(f'[[routes]]\nto = "{each}"\n' for each in receivers)


class Desk:
    """The file, those who read it again, and what they were told."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.path, self.store = folder / "routes.toml", store
        self.secrets = {"env:DESK"}
        self.woken, self.used, self.reads, self.saved = 0, list[Arranged](), 0, 0
        self.other_ways = False
        self.save(to(MAIL))
        self.routes = Routes(self.arranged(), tenant_id="t")
        self.rereading = Rereading(
            self.path,
            self.routes,
            read=self.arranged,
            use=self.use,
            store=store,
            now=lambda: NOON,
            wake=self.wake,
        )

    def save(self, text: str) -> None:
        """Written in one step, later each time, however coarse the clock of the disk is."""
        self.saved += 1
        self.path.write_text(text, "utf-8")
        os.utime(self.path, (self.saved, self.saved))

    def arranged(self) -> Arranged:
        self.reads += 1
        return read(self.path, rules=["quarantine"], personas=["GRC"], secret=self.secret)

    def secret(self, reference: str) -> None:
        if reference not in self.secrets:
            raise ValueError("names what is not there")

    def use(self, found: Arranged) -> bool:
        self.used.append(found)
        return self.other_ways

    def wake(self) -> None:
        self.woken += 1

    async def receivers(self, incident: int = 1) -> set[str]:
        """Where its cards stand, or are to stand."""
        async with self.store.look() as tx:
            return await tx.outbox.places(incident)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", durable=False)
    made = Desk(tmp_path, store)
    alert = Alert(title="x", detail="y", severity=Severity.HIGH, rule="quarantine")
    async with store.begin() as tx:
        await tx.incidents.save(Incident(number=0, alert=alert, evidence=Evidence(), opened_at=NOON, changed_at=NOON))
        await made.routes.settle(tx, NOON)
    await made.rereading.look()
    yield made
    await store.close()


async def test_a_route_that_is_added_is_in_force_and_brings_what_is_open(desk: Desk) -> None:
    assert await desk.receivers() == {MAIL}
    desk.save(to(MAIL, DESK))
    await desk.rereading.look()
    assert [each.to for each in desk.routes.arranged.routes] == [MAIL, DESK]
    assert await desk.receivers() == {MAIL, DESK}
    assert desk.used[-1].webhooks[0].id == DESK, "the ways out knew of it before"
    assert desk.woken == 1


async def test_a_file_that_stays_as_it_is_is_not_read_again(desk: Desk) -> None:
    before = desk.reads
    for _ in range(5):
        await desk.rereading.look()
    assert (desk.reads, desk.woken) == (before, 0)


async def test_an_address_that_was_closed_is_opened_by_a_save_of_the_same_text_once_it_can_be_read(desk: Desk) -> None:
    async def is_open() -> bool:
        async with desk.store.look() as tx:
            known = await tx.conversations.get(MAIL)
        return known is not None and known.active

    async with desk.store.begin() as tx:
        await tx.conversations.close(MAIL, "The mail server knows no such mailbox")
    await desk.rereading.look()
    assert not await is_open(), "a look at the old file opens nothing"
    desk.save("[[routes")
    await desk.rereading.look()
    assert not await is_open()
    desk.save(to(MAIL))
    await desk.rereading.look()
    assert await is_open()


async def test_what_was_changed_between_the_start_and_the_first_look_is_not_missed(desk: Desk) -> None:
    desk.save(to(DESK))
    late = Rereading(
        desk.path,
        desk.routes,
        read=desk.arranged,
        use=desk.use,
        store=desk.store,
        now=lambda: NOON,
        wake=desk.wake,
    )
    await late.look()
    assert [each.to for each in desk.routes.arranged.routes] == [DESK]


async def test_other_bytes_under_the_old_time_and_size_are_noticed(desk: Desk) -> None:
    before = desk.path.stat()
    desk.path.write_text(to("mailto:ops@contoso.com"), "utf-8")
    os.utime(desk.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = desk.path.stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)
    await desk.rereading.look()
    assert [each.to for each in desk.routes.arranged.routes] == ["mailto:ops@contoso.com"]


async def test_a_link_that_leads_elsewhere_by_now_is_noticed(desk: Desk, tmp_path: Path) -> None:
    for folder, where in (("old", MAIL), ("new", DESK)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "routes.toml").write_text(to(where), "utf-8")
    (tmp_path / "..data").symlink_to(tmp_path / "old")
    desk.path.unlink()
    desk.path.symlink_to(tmp_path / "..data" / "routes.toml")
    await desk.rereading.look()
    (tmp_path / "..tmp").symlink_to(tmp_path / "new")
    (tmp_path / "..tmp").replace(tmp_path / "..data")
    await desk.rereading.look()
    assert [each.to for each in desk.routes.arranged.routes] == [DESK]


async def test_a_webhook_that_is_another_now_is_given_what_it_refused_though_the_routes_are_the_same(
    desk: Desk,
) -> None:
    desk.save(to(MAIL))
    desk.other_ways = True
    await desk.rereading.look()
    assert desk.woken == 1


@pytest.mark.parametrize("how", ["mistakes", "no TOML", "gone", "a folder", "a pipe"])
async def test_a_file_that_cannot_be_used_leaves_all_as_it_was_and_is_told_once(
    desk: Desk, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = desk.routes.arranged
    if how in ("gone", "a folder", "a pipe"):
        desk.path.unlink()
    if how == "a folder":
        desk.path.mkdir()
    if how == "a pipe":
        os.mkfifo(desk.path)
    if how in ("mistakes", "no TOML"):
        desk.save("[[routes" if how == "no TOML" else '[[routes]]\nto = "nobody"\nseverity = "hgih"\n')
    for _ in range(3):
        await desk.rereading.look()
    assert desk.routes.arranged is before
    assert "The file of ROUTES" in desk.routes.problem
    (told,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert told.getMessage().startswith("what was arranged before stays in force. The file of ROUTES")
    if how == "a folder":
        desk.path.rmdir()
    if how == "a pipe":
        desk.path.unlink()
    desk.save(to(DESK))
    await desk.rereading.look()
    assert (desk.routes.problem, [each.to for each in desk.routes.arranged.routes]) == ("", [DESK])


async def test_whoever_asks_for_the_routes_meanwhile_hears_that_they_are_those_of_before(desk: Desk) -> None:
    talk = Talk(desk.store, [], routes=desk.routes)
    desk.save('[[routes]]\nto = "mailto:other@contoso.com"\nsevrity = "high"\n')
    await desk.rereading.look()
    told, others = shown(await talk.say("routes")), shown(await talk.say("routes", by=BOB))
    for said in (told, others):
        assert "The file of ROUTES has mistakes: what was arranged before stays in force until it is mended." in said
        assert "mail to iam@contoso.com" in said
    assert "[[routes]] 1 (line 3): there is no 'sevrity'. Did you mean severity?" in told
    assert "sevrity" not in others
    desk.save(to(MAIL))
    await desk.rereading.look()
    assert "mistakes" not in shown(await talk.say("routes"))


async def test_what_stood_only_at_a_webhook_that_is_named_no_more_comes_to_the_fallback(desk: Desk) -> None:
    desk.save(to(DESK))
    await desk.rereading.look()
    async with desk.store.begin() as tx:
        one = await tx.incidents.get(1)
        assert one is not None
        other = replace(one, number=0, alert=replace(one.alert, title="other"))
        number = (await tx.incidents.save(other)).number
        await desk.routes.settle(tx, NOON)
    assert await desk.receivers(number) == {DESK}
    desk.save(f'[fallback]\nto = "{MAIL}"\n')
    await desk.rereading.look()
    assert await desk.receivers(number) == {DESK, MAIL}


async def test_what_is_mended_outside_of_the_file_is_noticed(desk: Desk) -> None:
    desk.secrets.clear()
    desk.save(to(DESK))
    await desk.rereading.look()
    assert "names what is not there" in desk.routes.problem
    desk.secrets.add("env:DESK")
    await desk.rereading.look()
    assert desk.routes.problem == ""
    assert await desk.receivers() == {MAIL, DESK}


async def test_a_webhook_that_cannot_be_called_keeps_the_whole_file_out(desk: Desk) -> None:
    def refuse(_: Arranged) -> bool:
        raise BadSettings("The webhook 'desk' cannot be used.")

    before = desk.routes.arranged
    refusing = Rereading(
        desk.path, desk.routes, read=desk.arranged, use=refuse, store=desk.store, now=lambda: NOON, wake=desk.wake
    )
    desk.save(to(DESK))
    await refusing.look()
    assert desk.routes.arranged is before
    assert desk.routes.problem == "The webhook 'desk' cannot be used."


async def test_a_file_beside_it_that_cannot_be_read_keeps_it_out_too(desk: Desk) -> None:
    def refuse(_: Arranged) -> bool:
        raise FileNotFoundError(2, "No such file or directory", "ca.pem")

    refusing = Rereading(
        desk.path, desk.routes, read=desk.arranged, use=refuse, store=desk.store, now=lambda: NOON, wake=desk.wake
    )
    desk.save(to(DESK))
    await refusing.look()
    assert "No such file or directory: 'ca.pem'" in desk.routes.problem
    assert [each.to for each in desk.routes.arranged.routes] == [MAIL]


async def test_a_file_that_is_just_being_written_is_read_with_the_next_look(desk: Desk) -> None:
    whole, half = to(MAIL, DESK), to(MAIL)

    def slowly() -> Arranged:
        found = desk.arranged()
        desk.save(whole)
        return found

    late = Rereading(
        desk.path, desk.routes, read=slowly, use=desk.use, store=desk.store, now=lambda: NOON, wake=desk.wake
    )
    desk.save(half.replace(MAIL, "mailto:half@contoso.com"))
    await late.look()
    assert [each.to for each in desk.routes.arranged.routes] == [MAIL], "half a file is in force nowhere"
    await desk.rereading.look()
    assert [each.to for each in desk.routes.arranged.routes] == [MAIL, DESK]


async def test_where_the_database_is_away_new_receivers_are_settled_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = desk.routes.settle

    async def away(*_: object) -> None:
        raise StoreDown("it is away")

    monkeypatch.setattr(desk.routes, "settle", away)
    desk.save(to(MAIL, DESK))
    with pytest.raises(StoreDown):
        await desk.rereading.look()
    monkeypatch.setattr(desk.routes, "settle", settle)
    assert await desk.receivers() == {MAIL}
    await desk.rereading.look()
    assert await desk.receivers() == {MAIL, DESK}
