"""Rows of the logs that were not as they should be: how many, why, and which fields; never what stood there."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, note, well
from bot.model import BrokenRows, Diagnosis, Wrong
from cards.words import count, moment

TOPIC = "Broken rows"
TO_DO = {
    Wrong.NOT_JSON: "if more come, see what stands between the bot and Microsoft",
    Wrong.MISSING: "what such a row tells cannot be tied to an object; if more come, compare with the log in the portal",
    Wrong.TIME: "if more come, see whether the clock of this machine is right",
    Wrong.TYPE: "Microsoft may have changed the log: look for a newer Syncwatch",
    Wrong.NESTED: "if more come, see whether something rewrites the workspace's tables",
    Wrong.OVERSIZE: "there is nothing to do: what is too long is cut",
}


@check(TOPIC, order=70)
async def broken_rows(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        found = await tx.broken.all()
    if not found:
        yield well(TOPIC, "Every row that was read was as it should be.")
    for each in found:
        at = moment(each.last_at, patient.now())
        yield note(TOPIC, f"{_what(each)}, the last one {at}{_where(each)}; {TO_DO[each.why]}.")


def _what(each: BrokenRows) -> str:
    lost = f", {each.unused:,} of them unusable" if each.unused else ", all of them used"
    return f"{each.source}: {count(each.count, 'row')} with this wrong: {each.why.in_words}{lost}"


def _where(each: BrokenRows) -> str:
    return f" in {', '.join(each.fields)}" if each.fields else ""
