"""People on call who never spoke to the bot: called by the name that the directory tells, and never by an id."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import calling
from bot.calling import Names
from bot.model import Asked, Person
from bot.model.held import Duty
from bot.ports import SourceDown
from cards import notes, sample
from tests.support.make import ADA, NOON, Hand

EVE = Person(id="33333333-3333-4333-8333-333333333333")


class Directory:
    """Answers as it is told to, and counts."""

    def __init__(self) -> None:
        self.names: dict[str, str | None] = {EVE.id: "Eve Outside"}
        self.asked = list[str]()
        self.error: Exception | None = None

    async def ask(self, who: str) -> str | None:
        self.asked.append(who)
        if self.error is not None:
            raise self.error
        return self.names.get(who, "")


def called(names: Names, *people: Person) -> list[str]:
    duty = names.put(Duty(people=people))
    assert duty is not None
    return [each.name for each in duty.people]


async def test_a_name_is_asked_for_once_a_day_and_only_of_who_has_none() -> None:
    directory, clock = Directory(), Hand()
    names = Names(directory.ask, clock)
    for _ in range(3):
        await names.learn([ADA, EVE])
    assert called(names, ADA, EVE) == ["Ada Admin", "Eve Outside"]
    assert directory.asked == [EVE.id]
    directory.names[EVE.id] = "Eve Married"
    clock.at += timedelta(days=1)
    await names.learn([EVE])
    assert called(names, EVE) == ["Eve Married"]


@pytest.mark.parametrize("error", [SourceDown("Graph is away"), TimeoutError()])
async def test_a_directory_that_does_not_answer_takes_no_name_away_and_is_asked_again_later(error: Exception) -> None:
    directory, clock = Directory(), Hand()
    names = Names(directory.ask, clock)
    directory.error = error
    await names.learn([EVE])
    await names.learn([EVE])
    assert (called(names, EVE), len(directory.asked)) == ([""], 1)
    directory.error = None
    clock.at += timedelta(minutes=10)
    await names.learn([EVE])
    directory.error = error
    clock.at += timedelta(days=1)
    await names.learn([EVE])
    assert called(names, EVE) == ["Eve Outside"]


async def test_who_is_not_in_the_directory_is_asked_for_every_hour_and_found_once_they_are_made() -> None:
    directory, clock = Directory(), Hand()
    names, duty = Names(directory.ask, clock), Duty(people=(ADA, EVE))
    directory.names[EVE.id] = None
    for _ in range(2):
        await names.learn([EVE])
    directory.error = SourceDown("Graph is away")
    clock.at += timedelta(hours=1)
    await names.learn([EVE])
    found = names.put(duty)
    assert found is not None
    assert (found.absent, len(directory.asked)) == ({EVE.id}, 2), "a directory that is away takes nothing back"
    directory.names[EVE.id], directory.error = "Eve Outside", None
    clock.at += timedelta(hours=1)
    await names.learn([EVE])
    found = names.put(duty)
    assert found is not None
    assert (found.absent, called(names, EVE)) == (set(), ["Eve Outside"])


async def test_no_more_names_are_kept_than_are_of_use() -> None:
    names = Names(Directory().ask, Hand())
    await names.learn([EVE])
    await names.learn([Person(id=str(number)) for number in range(calling.MOST)])
    assert called(names, EVE) == [""]


def test_a_note_shows_no_id_of_who_is_asked() -> None:
    said = notes.escalated(sample.IN_QUARANTINE, EVE, timedelta(minutes=15))
    assert said.endswith("for 15 min. Somebody on call is asked now.")
    named = notes.escalated(sample.IN_QUARANTINE, Person(id=EVE.id, name="*Eve*"), timedelta(minutes=15))
    assert "is on call and is asked now." in named
    assert EVE.id not in said + named


def test_a_note_names_who_could_not_be_reached_and_by_the_id_that_has_to_be_mended_where_there_is_no_name() -> None:
    why = "Teams answered 404 UserNotFound."
    lost = [Asked(person=each, at=NOON, missed=why) for each in (EVE, Person(id="b", name="*Bob*"))]
    said = notes.escalated(sample.IN_QUARANTINE, ADA, timedelta(minutes=15), lost)
    assert f"Could not be reached: {EVE.id} (Teams answered 404 UserNotFound); ＊Bob＊ (Teams" in said
    assert said.endswith("Ada Admin is on call and is asked now.")
