"""Somebody deletes a job whose objects fail, so that they fail no more; an hour later it is restored, and runs."""

from tests.support.cases import Case
from tests.support.whole import Whole, words


async def play(whole: Whole) -> None:
    whole.tenant.beat("fail", job="Slackline", code="MandatoryFieldsMissing", count=3)
    await whole.look(seconds=60)
    failing = whole.card("MandatoryFieldsMissing").id
    whole.tenant.beat("job_deleted", job="Slackline")
    for _ in range(5):
        await whole.look(seconds=660)
    ended = next(card for card in whole.teams.cards() if card.id == failing)
    assert "The job no longer exists" in words(ended)


async def heal(whole: Whole) -> None:
    for deleted in whole.tenant.deleted.values():
        for failing in deleted.failing.values():
            failing.trouble.repaired = True
    whole.tenant.beat("job_restored")
    for _ in range(3):
        await whole.look(seconds=660)


CASE = Case(rule="job_missing", play=play, says=("Slackline is gone", "Deleted by", "no such job", "High"), heal=heal)
