"""Routes said in chat: watch with what, unwatch which, and who hears then."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.adapters.store import Store
from bot.incidents import Change, Kind
from bot.model import Alert, Conversation, ConversationKind, Evidence, Incident, Job, Severity, State
from bot.model.routes import Arranged, JobKind, Matchers, Route, RouteSource
from bot.notify import tell
from bot.routes import Routes
from bot.routing import receivers
from tests.support.make import ADA, BOB, CHANNEL, NOON, job
from tests.support.talk import Talk, buttons, shown

WORKDAY = job(kind="HR: Workday")
SLACK = job("Slack", id="slack.t.2", kind="App: slackOutDelta")
SALES = job("Salesforce [EU] *prod*", id="salesforce.t.3", kind="App: salesforce")
OTHER = replace(CHANNEL, id="19:other@thread.tacv2", name="Other", team_name="HR")
MINE = replace(CHANNEL, id="a:ada", kind=ConversationKind.PERSONAL, user_id=ADA.id, team_id="", name="")
BOBS = replace(MINE, id="a:bob", user_id=BOB.id)
MAIL = Conversation(id="mailto:iam@contoso.com", tenant_id="t", service_url="", kind=ConversationKind.EMAIL)
FILE = Arranged(
    routes=(Route(to=MAIL.id, matchers=Matchers(rules=("job_*",)), source=RouteSource.SETTINGS, number=1),),
    fallback=(MAIL.id,),
    file="/etc/syncwatch/routes.toml",
)


class Room(Talk):
    """A talk with the book that decides who hears."""

    def __init__(self, store: Store, routes: Routes) -> None:
        super().__init__(store, [WORKDAY, SLACK, SALES], routes=routes)
        self.routes = routes

    async def happens(
        self, about: Job | None = WORKDAY, rule: str = "quarantine", severity: Severity = Severity.HIGH
    ) -> Incident:
        """A new incident, told as the watch tells it."""
        alert = Alert(title=f"{rule} of {about.name if about else 'all'}", detail="d", severity=severity, rule=rule)
        alert = replace(alert, job_id=about.id, job_name=about.name) if about else alert
        new = Incident(number=0, alert=alert, evidence=Evidence(), opened_at=self.now(), changed_at=self.now())
        return await self.becomes(Change(kind=Kind.OPENED, incident=new))

    async def becomes(self, change: Change) -> Incident:
        async with self.store.begin() as tx:
            book = await self.routes.book(tx)
            return await tell(tx, change, receivers(change.incident, book))

    async def told(self, incident: Incident) -> set[str]:
        """The conversations in which the incident's card stands, or is to stand."""
        async with self.store.look() as tx:
            due = await tx.outbox.due(self.now(), limit=1_000)
        return {each.conversation.id for each in due if each.incident == incident.number}

    async def kept(self) -> list[Route]:
        async with self.store.look() as tx:
            return await tx.routes.all()


async def room_of(folder: Path, arranged: Arranged | None = None) -> Room:
    store = await Store.open(f"sqlite:///{folder / 'bot.db'}", durable=False)
    room = Room(store, Routes(arranged, tenant_id="t"))
    async with store.begin() as tx:
        await tx.reading.save_jobs([WORKDAY, SLACK, SALES])
        await tx.credentials.save_owners({WORKDAY.id: {ADA.id}, SLACK.id: {BOB.id}, SALES.id: set()})
        await tx.people.meet(ADA)
        for place in (CHANNEL, OTHER, MINE, BOBS):
            await tx.conversations.save(place)
        await room.routes.settle(tx, NOON)
    return room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = await room_of(tmp_path)
    yield room
    await room.store.close()


@pytest.fixture
async def arranged(tmp_path: Path) -> AsyncIterator[Room]:
    room = await room_of(tmp_path, FILE)
    yield room
    await room.store.close()


# --- watch --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("watch", Matchers()),
        ("watch workday", Matchers(jobs=(WORKDAY.id,))),
        ("watch workday, slack", Matchers(jobs=(WORKDAY.id, SLACK.id))),
        ("watch Sales*", Matchers(jobs=("Sales*",))),
        ("watch here slack --severity HIGH", Matchers(jobs=(SLACK.id,), severity=Severity.HIGH)),
        ("watch --rule quarantine, job_*", Matchers(rules=("quarantine", "job_*"))),
        ("watch --kind hr —persona grc", Matchers(kinds=(JobKind.HR,), personas=("GRC",))),
        ("watch --only-mine", Matchers(owners=(ADA.id,))),
    ],
)
async def test_what_is_typed_becomes_a_route(room: Room, line: str, wanted: Matchers) -> None:
    await room.say(line)
    found = (await room.kept())[0]
    assert (found.to, found.matchers, found.made_by, found.made_at) == (
        CHANNEL.id,
        wanted,
        replace(ADA, mri=""),
        NOON,
    )


@pytest.mark.parametrize(
    ("line", "says", "offers"),
    [
        ("watch wrkday", "No job matches 'wrkday'", "watch Workday to Entra ID"),
        ("watch me slak, workday", "No job matches 'slak'", "watch me Slack, workday"),
        ("watch *nothing*", "No job's name fits '*nothing*'", "jobs"),
        ("watch --severity hgih", "there are critical, high, medium, low", "watch --severity high"),
        ("watch --rule quarantin", "There is no rule 'quarantin'", "watch --rule quarantine"),
        ("watch --kind sales", "there are hr, cloud-sync, cross-tenant, app", ""),
        ("watch --persona boss", "they are for IT operations, GRC, help desk, end user", "watch --persona GRC"),
        ("watch --loud", "has no --loud", ""),
        ("watch " + "x," * 21, "more than 20 jobs", ""),
        ("watch " + "*a" * 300 + "b", "No job's name fits", "jobs"),
    ],
)
async def test_what_is_not_understood_makes_no_route_and_says_what_could_be_meant(
    room: Room, line: str, says: str, offers: str
) -> None:
    answer = await room.say(line)
    assert says in shown(answer)
    assert not offers or offers in shown(answer)
    assert await room.kept() == []


async def test_the_same_route_twice_is_one_route(room: Room) -> None:
    await room.say("watch workday --severity high")
    answer = await room.say("watch Workday.t.1 --severity high", by=BOB)
    assert "already: that is route 1" in shown(answer)
    assert len(await room.kept()) == 1


async def test_a_number_is_never_given_twice(room: Room) -> None:
    await room.say("watch")
    await room.say("unwatch")
    await room.say("watch")
    assert [each.number for each in await room.kept()] == [2]


async def test_a_conversation_has_fifty_routes_at_most(room: Room) -> None:
    async with room.store.begin() as tx:
        for at in range(50):
            await tx.routes.add(Route(to=CHANNEL.id, matchers=Matchers(rules=(f"rule{at}",))))
    assert "50 routes lead there already" in shown(await room.say("watch"))


# --- who hears ----------------------------------------------------------------------------------------------------------


async def test_an_incident_goes_where_a_route_matches_and_nowhere_else(room: Room) -> None:
    await room.say("watch workday")
    await room.say("watch slack", place=OTHER)
    await room.say("watch me --severity critical")
    assert await room.told(await room.happens(WORKDAY)) == {CHANNEL.id}
    assert await room.told(await room.happens(SLACK)) == {OTHER.id}
    assert await room.told(await room.happens(SLACK, "job_paused", Severity.CRITICAL)) == {OTHER.id, MINE.id}


async def test_only_mine_is_about_the_applications_that_i_own(room: Room) -> None:
    await room.say("watch me --only-mine")
    await room.say("watch --only-mine", by=BOB, place=BOBS)
    assert await room.told(await room.happens(WORKDAY)) == {MINE.id}
    assert await room.told(await room.happens(SLACK)) == {BOBS.id}
    everybody = await room.happens(SALES)
    assert await room.told(everybody) == {MINE.id, BOBS.id}, "nobody owns it, so that no route matches"


async def test_where_owners_cannot_be_read_only_mine_shows_everything_and_says_so(room: Room) -> None:
    async with room.store.begin() as tx:
        await tx.credentials.save_owners(None)
    answer = await room.say("watch me --only-mine")
    assert "The owners of its jobs are not known, so everything about them is shown." in shown(answer)
    assert await room.told(await room.happens(SLACK)) == {MINE.id}


async def test_a_persona_is_whom_a_rule_is_for(room: Room) -> None:
    await room.say("watch --persona grc")
    await room.say("watch --persona it operations", place=OTHER)
    assert await room.told(await room.happens(None, "access_review_deleted")) == {CHANNEL.id}
    assert await room.told(await room.happens(None, "dirsync_stale")) == {OTHER.id}


async def test_what_becomes_worse_reaches_those_who_asked_for_the_worst(room: Room) -> None:
    await room.say("watch")
    await room.say("watch --severity high", place=OTHER)
    new = await room.happens(severity=Severity.LOW)
    assert await room.told(new) == {CHANNEL.id}
    worse = replace(new, alert=replace(new.alert, severity=Severity.CRITICAL), revision=2)
    await room.becomes(Change(kind=Kind.CHANGED, incident=worse, before=new.alert))
    assert await room.told(new) == {CHANNEL.id, OTHER.id}


async def test_a_new_route_brings_what_is_open_and_matches_it(room: Room) -> None:
    await room.say("watch")
    one, two = await room.happens(WORKDAY), await room.happens(SLACK)
    await room.say("watch slack", place=OTHER)
    assert (await room.told(one), await room.told(two)) == ({CHANNEL.id}, {CHANNEL.id, OTHER.id})


async def test_what_nobody_was_told_is_kept_so_and_the_first_who_watches_gets_it(room: Room) -> None:
    lost = await room.happens(WORKDAY)
    assert "untold" in shown(await room.say(f"incident {lost.number}"))
    await room.say("watch slack", place=OTHER)
    assert await room.told(lost) == {OTHER.id}, "the first that watches anything"
    await room.say("watch sales*")
    assert await room.told(lost) == {OTHER.id}, "it stands somewhere now"


async def test_where_a_route_has_ended_nothing_new_comes_and_what_stands_is_kept_up_to_date(room: Room) -> None:
    await room.say("watch")
    await room.say("watch", place=OTHER)
    old = await room.happens(WORKDAY)
    await room.show(old.number)
    await room.say("unwatch")
    over = replace(old, state=State.RESOLVED, resolved_at=NOON, revision=2)
    await room.becomes(Change(kind=Kind.RESOLVED, incident=over))
    assert await room.told(old) == {CHANNEL.id, OTHER.id}, "the card that stands is brought to its end"
    assert await room.told(await room.happens(SLACK)) == {OTHER.id}


async def test_a_fallback_of_the_settings_hears_of_what_no_route_matches(arranged: Room) -> None:
    await arranged.say("watch workday")
    assert await arranged.told(await arranged.happens(SLACK)) == {MAIL.id}
    assert await arranged.told(await arranged.happens(WORKDAY)) == {CHANNEL.id}
    assert await arranged.told(await arranged.happens(WORKDAY, "job_paused")) == {CHANNEL.id, MAIL.id}


async def test_what_is_open_is_brought_to_new_receivers_of_the_settings_at_the_start(room: Room) -> None:
    await room.say("watch")
    one, two = await room.happens(WORKDAY), await room.happens(WORKDAY, "job_paused")
    async with room.store.begin() as tx:
        await Routes(FILE, tenant_id="t").settle(tx, NOON)
    assert (await room.told(one), await room.told(two)) == ({CHANNEL.id}, {CHANNEL.id, MAIL.id})


async def test_what_no_route_matches_is_brought_to_the_whole_fallback_at_the_start(room: Room) -> None:
    lost = await room.happens(SLACK)
    both = replace(FILE, fallback=(MAIL.id, "webhook:desk"))
    async with room.store.begin() as tx:
        await Routes(both, tenant_id="t").settle(tx, NOON)
    assert await room.told(lost) == {MAIL.id, "webhook:desk"}


async def test_a_receiver_of_the_settings_that_was_closed_is_tried_again_after_a_start(arranged: Room) -> None:
    lost = await arranged.happens(WORKDAY, "job_paused")
    async with arranged.store.begin() as tx:
        await tx.conversations.close(MAIL.id, "The mail server refused the address.")
    assert await arranged.told(lost) == set()
    async with arranged.store.begin() as tx:
        await arranged.routes.settle(tx, NOON)
    assert await arranged.told(lost) == {MAIL.id}


# --- unwatch ------------------------------------------------------------------------------------------------------------


async def test_with_several_routes_unwatch_asks_which(room: Room) -> None:
    await room.say("watch workday")
    await room.say("watch slack")
    answer = await room.say("unwatch")
    assert "2 routes lead here. Which one shall end?" in shown(answer)
    assert "Route 1: job Workday to Entra ID. Route 2: job Slack." in shown(answer)
    assert set(buttons(answer)) >= {"unwatch 1", "unwatch 2", "unwatch all"}
    assert "1 route still leads here" in shown(await room.say("unwatch 1"))
    assert "hears of no new incidents" in shown(await room.say("unwatch all"))
    assert await room.kept() == []


async def test_of_many_routes_unwatch_names_the_first_and_counts_the_rest(room: Room) -> None:
    for words in ("workday", "slack", "--severity high", "--severity critical", "--kind hr", "--only-mine"):
        await room.say(f"watch {words}")
    said = shown(await room.say("unwatch"))
    assert "6 routes lead here." in said
    assert "Route 3: high or worse. Route 4: critical. And 2 more;" in said
    assert "Route 5" not in said


async def test_somebody_elses_route_to_another_place_is_ended_by_operators_alone(room: Room) -> None:
    await room.say("watch", place=OTHER)
    assert "leads elsewhere and is not yours" in shown(await room.say("unwatch 1", by=BOB))
    assert len(await room.kept()) == 1
    assert "Route 1 is ended: Other in HR heard of every incident." in shown(await room.say("unwatch 1", by=ADA))


@pytest.mark.parametrize(
    "line", ["unwatch 77", "unwatch 0", "unwatch -1", "unwatch 9999999999999999999999", "unwatch x"]
)
async def test_a_number_that_is_none_ends_nothing(room: Room, line: str) -> None:
    await room.say("watch")
    assert "route" in shown(await room.say(line))
    assert len(await room.kept()) == 1


async def test_what_the_settings_say_is_ended_in_their_file_and_not_in_chat(arranged: Room) -> None:
    assert "is not the number of a route" in shown(await arranged.say("unwatch S²"))
    answer = shown(await arranged.say("unwatch S1"))
    assert "[[routes]] 1 of /etc/syncwatch/routes.toml" in answer
    assert "There is no route S7" in shown(await arranged.say("unwatch s7"))


# --- routes -------------------------------------------------------------------------------------------------------------


async def test_every_route_is_shown_with_where_it_leads_and_who_made_it(arranged: Room) -> None:
    await arranged.say("watch workday --severity high", by=BOB)
    await arranged.say("watch me --only-mine")
    said = shown(await arranged.say("routes"))
    for part in (
        "3 routes.",
        "mail to iam@contoso.com.",
        "High or worse; job Workday to Entra ID By Bob Reader",
        "Ada Admin's chat Applications that Ada Admin owns By Ada Admin",
        "S1 mail to iam@contoso.com Rule job_* By the settings",
    ):
        assert part in said, said


async def test_a_route_that_leads_nowhere_or_matches_nothing_is_shown_as_such(room: Room) -> None:
    await room.say("watch slack")
    await room.say("watch", place=OTHER)
    async with room.store.begin() as tx:
        await tx.conversations.close(OTHER.id, "The app was removed from there.")
        await tx.reading.save_jobs([WORKDAY])
        await tx.routes.add(Route(to="19:never@thread.tacv2"))
    said = shown(await room.say("routes"))
    assert "2 of them lead nowhere now." in said
    assert "Nothing arrives: The app was removed from there." in said
    assert "Nothing arrives: the app is not installed there." in said
    assert "Matches no job now: none is called slack.t.2." in said


async def test_many_routes_are_shown_a_page_at_a_time(room: Room) -> None:
    async with room.store.begin() as tx:
        for at in range(40):
            await tx.routes.add(Route(to=CHANNEL.id, matchers=Matchers(rules=(f"rule{at}",))))
    answer = await room.say("routes --page 2")
    assert "40 routes, page 2 of 3." in shown(answer)
    assert buttons(answer)["More"] == ("routes", "--page 3")
    assert "page 3 of 3" in shown(await room.say("routes --page 99"))


async def test_without_a_route_it_is_said_that_nobody_is_told(room: Room) -> None:
    assert "There is no route: nobody is told of incidents." in shown(await room.say("routes"))
