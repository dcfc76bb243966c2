"""Quiet hours and silence: which times they cover, by which clock, and how people say them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.store import Store
from bot.model import Severity
from bot.model.held import Preferences, QuietHours, Why
from bot.quiet import blocks, left_alone_until, why_held
from bot.times import zone_of
from cards.quiet import Peace
from cards.quiet import quiet as quiet_card
from tests.support.make import job
from tests.support.talk import Talk, buttons, shown

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(begins=time(22), ends=time(7))


def wishes(hours: QuietHours | None = NIGHT, zone: str = "Europe/Berlin", **more: object) -> Preferences:
    return Preferences(person_id="p", zone=zone, quiet=hours, **more)  # pyright: ignore[reportArgumentType]


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("when", "quiet"),
    [
        ("2026-11-20T21:59", False),
        ("2026-11-20T22:00", True),
        ("2026-11-21T00:00", True),
        ("2026-11-21T06:59", True),
        ("2026-11-21T07:00", False),
    ],
)
def test_quiet_hours_go_over_midnight_by_the_persons_own_clock(when: str, quiet: bool) -> None:
    assert why_held(wishes(), Severity.HIGH, at(when)) == (Why.QUIET if quiet else None)


def test_they_end_when_the_wall_says_so_on_the_nights_on_which_clocks_change() -> None:
    spring, autumn = at("2026-03-28T23:00"), at("2026-10-24T23:00")
    assert left_alone_until(wishes(), spring) == at("2026-03-29T07:00")
    assert left_alone_until(wishes(), autumn) == at("2026-10-25T07:00")
    assert at("2026-03-29T07:00") - at("2026-03-28T22:00") == timedelta(hours=8)
    assert at("2026-10-25T07:00") - at("2026-10-24T22:00") == timedelta(hours=10)


def test_hours_within_the_one_that_is_left_out_are_there_and_those_in_the_one_that_comes_twice_are_one() -> None:
    small = QuietHours(begins=time(2, 10), ends=time(2, 40))
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        _, (begin, end), _ = blocks(small, BERLIN, day)
        assert timedelta() < end - begin <= timedelta(hours=1, minutes=30), day


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    day=st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    begins=st.times(),
    ends=st.times(),
)
def test_every_day_of_every_zone_has_its_quiet_hours_once(zone: str, day: date, begins: time, ends: time) -> None:
    if begins == ends:
        return
    hours = QuietHours(begins=begins, ends=ends)
    nominal = (datetime.combine(day, ends) - datetime.combine(day, begins)) % timedelta(days=1)
    before, today, after = blocks(hours, ZoneInfo(zone), day)
    assert before[0] < today[0] < after[0]
    for begin, end in (before, today, after):
        assert timedelta() < end - begin
        assert abs(end - begin - nominal) <= timedelta(hours=3)  # Antarctica/Troll moves its clocks by two
        middle = begin + (end - begin) / 2
        assert why_held(wishes(hours, zone), Severity.CRITICAL, middle) is Why.QUIET


def test_what_is_excepted_breaks_through_and_so_does_what_is_worse() -> None:
    but = wishes(QuietHours(begins=time(22), ends=time(7), but=Severity.HIGH))
    night = at("2026-11-21T03:00")
    assert why_held(but, Severity.CRITICAL, night) is None
    assert why_held(but, Severity.HIGH, night) is None
    assert why_held(but, Severity.MEDIUM, night) is Why.QUIET


def test_silence_and_quiet_hours_that_follow_one_another_end_together() -> None:
    evening = at("2026-11-20T20:00")
    muted = wishes(muted_until=evening + timedelta(hours=3))
    assert why_held(muted, Severity.CRITICAL, evening) is Why.MUTED
    assert left_alone_until(muted, evening) == at("2026-11-21T07:00")
    assert left_alone_until(wishes(None), evening) is None


# --- As people say it --------------------------------------------------------------------------------------------------


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    talk = Talk(store, [job()], zone="Europe/Berlin")
    await talk.start()
    yield talk
    await store.close()


@pytest.mark.parametrize(
    "line",
    [
        *("quiet 22:00-07:00", "quiet 22-7", "quiet 22.00 – 7:00", "quiet 22:00 to 07:00", "quiet 22:00—07:00"),
        *("quiet 10pm-7am", "quiet 10 PM to 7 a.m.", "quiet 10:00pm-07:00am Europe/Berlin", "quiet 22-7am Berlin"),
    ],
)
async def test_hours_are_understood_as_people_and_phones_write_them(talk: Talk, line: str) -> None:
    answer = shown(await talk.say(line))
    assert "22:00 to 07:00" in answer
    assert "Times are by the clocks of Europe/Berlin; write  quiet Europe/Berlin , or another one" in answer


async def test_quiet_shows_how_it_stands_and_off_ends_it(talk: Talk) -> None:
    told = shown(await talk.say("quiet 22:00-07:00 america/new_york --except critical"))
    assert "22:00 to 07:00, except critical" in told
    assert "America/New_York" in told
    assert "on call" in told
    assert "22:00 to 07:00, except high or worse" in shown(await talk.say("quiet --except high"))
    assert "Tokyo" in shown(await talk.say("quiet Asia/Tokyo"))
    assert "22:00 to 07:00" in shown(await talk.say("quiet"))
    assert "Quiet hours none" in shown(await talk.say("quiet off"))


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("Europe/Berlln", ["Europe/Berlin"]),
        ("Berln", ["Europe/Berlin"]),
        ("Eurpe/Berlin", ["Europe/Berlin"]),
        ("America/NewYork", ["America/New_York"]),
        ("Tokio", ["Asia/Tokyo"]),
        ("Louisville", ["America/Kentucky/Louisville", "America/Louisville"]),
        ("Munich", []),
    ],
)
async def test_a_wrong_zone_is_refused_with_those_alone_that_are_near(talk: Talk, zone: str, meant: list[str]) -> None:
    answer = await talk.say(f"quiet 22:00-07:00 {zone}")
    assert "is no time zone; they are written as Europe/Berlin." in shown(answer)
    assert list(buttons(answer).values()) == [("quiet", f"22:00-07:00 {each}") for each in meant]


@pytest.mark.parametrize(
    ("city", "zone"), [("Berlin", "Europe/Berlin"), ("new york", "America/New_York"), ("Kolkata", "Asia/Kolkata")]
)
async def test_a_city_that_there_is_but_once_names_its_zone(talk: Talk, city: str, zone: str) -> None:
    assert f"Time zone {zone}" in shown(await talk.say(f"quiet 22:00-07:00 {city}"))


@pytest.mark.parametrize(
    "line",
    [
        "quiet 25:00-07:00",
        "quiet 22:00-22:00",
        "quiet 22:00",
        "quiet 13pm-7am",
        "quiet 0am-7am",
        "quiet ../../etc/passwd",
        "quiet 22:00-07:00 /etc/localtime",
        "quiet --except critical",
        "quiet 22:00-07:00 --except sometimes",
        "mute 31d",
        "mute yesterday",
        "mute 2026-13-45",
        "mute 2020-01-01",
        "mute 99999999d",
        "mute 0m",
        "mute 18",
        "mute 18pm",
        "mute 18:00 Europe/Nowhere",
        "mute 9999-12-31 23:59 America/New_York",
        "mute 0001-01-01 Asia/Tokyo",
    ],
)
async def test_what_cannot_be_meant_is_refused_and_changes_nothing(talk: Talk, line: str) -> None:
    await talk.say(line)
    assert "Quiet hours none" in shown(answer := await talk.say("quiet"))
    assert "Muted no" in shown(answer)


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("Europe/Berlin", "20 Nov 13:00 Europe/Berlin (12:00 UTC)"),
        ("Asia/Tokyo", "20 Nov 21:00 Asia/Tokyo (12:00 UTC)"),
        ("Pacific/Kiritimati", "21 Nov 02:00 Pacific/Kiritimati (20 Nov 12:00 UTC)"),
        ("Europe/London", "20 Nov 12:00 Europe/London (12:00 UTC)"),
        ("UTC", "20 Nov 12:00 UTC"),
    ],
)
def test_silence_ends_by_the_clocks_of_the_zone_that_was_set(zone: str, ends: str) -> None:
    muted = Preferences(person_id="p", zone=zone, muted_until=at("2026-11-20T12:00", "UTC"))
    card = str(quiet_card(Peace(wishes=muted), at("2026-11-20T11:00", "UTC")))
    assert f"'value': '{ends}'" in card
    assert "{{TIME" not in card, "Teams would show it by the clocks of the device"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=1) - timedelta(milliseconds=3), "1 h"),
        (timedelta(hours=2) - timedelta(seconds=20), "2 h"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(minutes=3, seconds=1), "4 min"),
        (timedelta(seconds=59.5), "1 min"),
        (timedelta(seconds=12), "12 s"),
        (timedelta(days=2) - timedelta(seconds=1), "2 days"),
        (timedelta(), "0 s"),
    ],
)
def test_what_is_left_of_a_silence_is_rounded_up(left: timedelta, said: str) -> None:
    now = at("2026-11-20T12:00")
    assert f"for {said} more" in str(quiet_card(Peace(wishes=wishes(None), until=now + left), now))


async def test_mute_takes_a_span_a_time_or_a_date_and_off(talk: Talk) -> None:
    now = talk.now()
    for line, ends in (
        ("mute 2h", now + timedelta(hours=2)),
        ("mute for 2 hours", now + timedelta(hours=2)),
        ("mute 18:00", at("2026-11-20T18:00")),
        ("mute until 09:30", at("2026-11-21T09:30")),
        ("mute 18:00 Europe/Berlin", at("2026-11-20T18:00")),
        ("mute 18:00 UTC", at("2026-11-20T19:00")),
        ("mute 6pm", at("2026-11-20T18:00")),
        ("mute until 6:30 P.M. berlin", at("2026-11-20T18:30")),
        ("mute 12am", at("2026-11-21T00:00")),
        ("mute 12pm New York", at("2026-11-20T18:00")),
        ("mute 2026-11-24 08:15 Asia/Tokyo", at("2026-11-24T00:15")),
        ("mute 2026-11-24", at("2026-11-24T00:00")),
        ("mute 2026-11-24 08:15", at("2026-11-24T08:15")),
    ):
        await talk.say(line)
        async with talk.store.look() as tx:
            assert (await tx.wishes.get("11111111-1111-4111-8111-111111111111")).muted_until == ends, line
    assert "Muted no" in shown(await talk.say("mute off"))


@pytest.mark.parametrize(
    ("line", "why", "offered"),
    [
        ("mute 100d", "That is further away than 30 days, which is the longest.", ("mute", "30d")),
        ("mute 2027-11-24", "That is further away than 30 days, which is the longest.", ("mute", "30d")),
        ("mute 2020-01-01", "That would be over already.", ("mute", "2h")),
        ("mute 18:00 Berlln", "Did you mean Europe/Berlin?", ("mute", "18:00 Europe/Berlin")),
    ],
)
async def test_which_end_cannot_be_meant_is_said_and_one_that_can_is_offered(
    talk: Talk, line: str, why: str, offered: tuple[str, str]
) -> None:
    answer = await talk.say(line)
    assert why in shown(answer)
    assert next(iter(buttons(answer).values())) == offered


def test_every_zone_of_the_list_is_taken_in_any_case() -> None:
    for zone in (each for each in available_timezones() if "/" in each or each == "UTC"):
        assert zone_of(zone.upper()).lower() == zone.lower()


async def test_an_exception_stays_with_other_hours_until_none_is_said(talk: Talk) -> None:
    await talk.say("quiet 22:00-07:00 --except critical")
    assert "23:00 to 06:00, except critical" in shown(await talk.say("quiet 23:00-06:00"))
    assert "nothing excepted" in shown(await talk.say("quiet --except none"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("quiet localtime", "is no time zone"),
        ("quiet EST", "America/New_York"),
        ("quiet off --except high", "nothing to except"),
        ("quiet 22-7 --except high --except low", "given twice"),
        ("oncall --for 12h", "how long"),
        ("oncall reset --for 12h", "how long"),
        ("routes --page 99", "There is only 1 page."),
        ("watch ' OR 1=1; --", "behind the dashes"),
        ("undelivered retry c12", "c12 was not given up"),
        ("help undelivered", "undelivered retry c12|n3|p4|all"),
        ("help undelivered retry", "undelivered retry c12|n3|p4|all"),
        ("mute foo", "mute 2026-11-27"),
        ("mute", "mute 2026-11-27"),
    ],
)
async def test_what_does_not_go_together_is_said(talk: Talk, line: str, said: str) -> None:
    assert said in shown(await talk.say(line))
    async with talk.store.look() as tx:
        assert not await tx.people.trail()


async def test_a_star_alone_watches_everything(talk: Talk) -> None:
    for line in ("watch *", "watch --rule *"):
        await talk.say(line)
    async with talk.store.look() as tx:
        assert len(await tx.routes.all()) == 1


def test_who_ends_the_silence_is_told_that_the_digest_comes() -> None:
    card = quiet_card(Peace(wishes=wishes(None), held=(7, 8), changed=True), at("2026-11-20T12:00"))
    assert "One digest of the 2 incidents that waited comes now." in str(card)
