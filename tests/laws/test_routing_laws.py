"""Laws of routing: a route that does not match never tells, and nothing is told to nobody where somebody is."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model import PERSON, Alert, Conversation, ConversationKind, Evidence, Incident, Job, Severity
from bot.model.routes import JobKind, Matchers, Route
from bot.routing import Because, Book, hearing, like, matches, places, receivers
from tests.support.make import CHANNEL, NOON

words = st.sampled_from(["Workday", "workday to Entra", "Slack", "[HR] *feed*", "", "x" * 30])
patterns = st.text(alphabet="wWork*?[]ay\\^$.", max_size=12)
rules = st.sampled_from(["quarantine", "job_paused", "dirsync_stale", "access_review_deleted"])
people = st.sampled_from(["ada", "bob", "carol"])
receivers_ids = st.sampled_from(
    ["19:a", "19:b", "a:ada", "mailto:x@y.zz", "webhook:desk", f"{PERSON}ada", "19:unknown"]
)

jobs = st.builds(
    Job,
    id=st.sampled_from(["j1", "j2", "j3"]),
    service_principal=st.just("sp"),
    name=words,
    kind=st.sampled_from(["HR: Workday", "App: slack", "Cloud sync: AD → Entra ID", ""]),
)
matchers = st.builds(
    Matchers,
    jobs=st.lists(st.one_of(patterns, words, st.sampled_from(["j1", "j2"])), max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(JobKind), max_size=2).map(tuple),
    rules=st.lists(st.one_of(patterns, rules), max_size=2).map(tuple),
    severity=st.none() | st.sampled_from(Severity),
    owners=st.lists(people, max_size=2).map(tuple),
    personas=st.lists(st.sampled_from(["GRC", "IT operations"]), max_size=1).map(tuple),
)
routes = st.lists(st.builds(Route, to=receivers_ids, matchers=matchers), max_size=6).map(tuple)


def _place(name: str, active: bool) -> Conversation:
    kind = ConversationKind.PERSONAL if name.startswith(("a:", PERSON)) else ConversationKind.CHANNEL
    return replace(CHANNEL, id=name, kind=kind, active=active, user_id="ada" if kind == "personal" else "")


conversations = st.dictionaries(receivers_ids.filter(lambda name: name != "19:unknown"), st.booleans()).map(
    lambda found: {name: _place(name, active) for name, active in found.items()}
)
books = st.builds(
    Book,
    routes=routes,
    fallback=st.lists(receivers_ids, max_size=2).map(tuple),
    conversations=conversations,
    jobs=st.lists(jobs, max_size=3).map(lambda found: {each.id: each for each in found}),
    owners=st.dictionaries(st.sampled_from(["j1", "j2"]), st.frozensets(people)),
    personas=st.dictionaries(rules, st.sampled_from(["GRC", "IT operations"])),
)


def _incident(rule: str, job_id: str, name: str, severity: Severity) -> Incident:
    alert = Alert(title="t", detail="d", severity=severity, rule=rule, job_id=job_id, job_name=name)
    return Incident(number=1, alert=alert, evidence=Evidence(), opened_at=NOON, changed_at=NOON)


incidents = st.builds(_incident, rules, st.sampled_from(["", "j1", "j2", "gone"]), words, st.sampled_from(Severity))


@settings(max_examples=150)
@given(incidents, books)
def test_a_route_that_does_not_match_never_tells(incident: Incident, book: Book) -> None:
    for heard in hearing(incident, book):
        assert heard.conversation.active
        assert all(matches(route.matchers, incident, book) for route in heard.routes)
        assert (heard.because is Because.ROUTE) == bool(heard.routes)


@settings(max_examples=150)
@given(incidents, books)
def test_everybody_whose_route_matches_is_told_once(incident: Incident, book: Book) -> None:
    find = places(book)
    meant = {
        place.id
        for route in book.routes
        if (place := find(route.to)) is not None and place.active and matches(route.matchers, incident, book)
    }
    told = [each.id for each in receivers(incident, book)]
    assert len(told) == len(set(told))
    assert not meant or set(told) == meant


@settings(max_examples=150)
@given(incidents, books)
def test_somebody_hears_of_every_incident_where_anybody_can_be_reached(incident: Incident, book: Book) -> None:
    find = places(book)
    anybody = [place for to in (*book.fallback, *(route.to for route in book.routes)) if (place := find(to))]
    assume(any(place.active for place in anybody))
    assert list(receivers(incident, book))


@settings(max_examples=150)
@given(incidents, matchers, books)
def test_a_further_value_lets_more_through_and_a_further_matcher_less(
    incident: Incident, wanted: Matchers, book: Book
) -> None:
    if wanted.rules:
        wider = replace(wanted, rules=(*wanted.rules, "*"))
        assert matches(wider, incident, book) >= matches(wanted, incident, book)
    narrower = replace(wanted, severity=Severity.CRITICAL)
    assert matches(narrower, incident, book) <= matches(replace(wanted, severity=None), incident, book)


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_every_text_fits_itself_where_nothing_in_it_stands_for_another(text: str) -> None:
    assert like("*", text)
    assert like(text, text)
