"""What an error code means: from the knowledge base, with where it is seen now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.model import Advice
from bot.ports import Card
from cards import outlook, sample, words
from cards.elements import button, buttons, card, facts, heading, text

MOST = 3


def explain(asked: str, advice: Advice, failing: Sequence[tuple[str, str, int]]) -> Card:
    """`failing` are the jobs on which objects fail for it now: name, id and how many."""
    meaning = advice.meaning if advice.known else "The knowledge base does not know this code."
    return card(
        [
            heading(advice.code),
            text(meaning),
            *facts(_facts(asked, advice, failing)),
            buttons(*(button(name, "errors", job_id) for name, job_id, _ in failing[:MOST])),
        ],
        fallback=f"{advice.code}: {meaning}",
    )


def _facts(asked: str, advice: Advice, failing: Sequence[tuple[str, str, int]]) -> Iterator[tuple[str, str]]:
    if asked.lower() != advice.code.lower():
        yield "You asked for", asked
    if advice.known:
        yield "Do this", advice.action
        yield "Who acts", words.actor(advice)
        yield "If not", outlook.what_retries_do(advice) or "The knowledge base does not say."
    where = ", ".join(f"{name} ({words.objects(count)})" for name, _, count in failing[:MOST])
    more = f" and {len(failing) - MOST} more" if len(failing) > MOST else ""
    yield "Fails now", f"{where}{more}" if failing else "nothing, as far as I can see"


def example() -> Card:
    return explain("ContosoAttributeValueMustBeUnique", sample.CLASH_ADVICE, [(sample.CLOUD_SYNC.name, "job-1", 3)])
