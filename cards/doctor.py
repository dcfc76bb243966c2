"""What a check-up found: how it stands, what is to be mended, what is to be known, and in a line what is well."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Diagnosis, Grade
from bot.ports import Card
from cards.elements import BadgeStyle, Element, badge, button, buttons, card, cell, columns, heading, run, table, text
from cards.spoken import spoken
from cards.words import count

_ORDER = (Grade.FAULT, Grade.NOTE, Grade.WELL)
_WORDS = {Grade.FAULT: "Mend", Grade.NOTE: "Note", Grade.WELL: "Well"}


def doctor(found: Sequence[Diagnosis], *, every: bool = False) -> Card:
    """What is to be mended and what is to be known, a row each; what is well in a line, or with `every` in rows too."""
    faults = sum(each.grade is Grade.FAULT for each in found)
    title = f"{count(faults, 'thing')} to mend" if faults else "I have what I need"
    said = _summary(found, faults)
    shown = [each for each in found if every or each.grade is not Grade.WELL]
    odd = {each.topic for each in shown}
    well = list(dict.fromkeys(each.topic for each in found if each.topic not in odd))
    word, style = _verdict(found)
    return card(
        [
            columns(("auto", [badge(word, style)]), ("stretch", [heading(title)])),
            text(said, spacing="Small"),
            table((2, 12), [_HEADER, *_rows(shown)]) if shown else None,
            text(run("Well: ", bold=True), run(f"{', '.join(well)}.", limit=2_000), spacing="Medium") if well else None,
            buttons(button("Show what is well", "doctor", "--all")) if len(shown) < len(found) else None,
        ],
        fallback=f"{said} {' '.join(each.text for each in found if each.grade is Grade.FAULT)}",
    )


_HEADER = [[cell(name, bold=True)] for name in ("", "What was found")]


def _summary(found: Sequence[Diagnosis], faults: int) -> str:
    """How many of each, in a sentence, e.g. `I looked at 31 things: 2 are to be mended, 1 is to be noted, 28 are well.`"""
    notes = sum(each.grade is Grade.NOTE for each in found)
    counted = ((faults, "to be mended"), (notes, "to be noted"), (len(found) - faults - notes, "well"))
    parts = [f"{count(number, 'is', 'are')} {what}" for number, what in counted if number]
    return f"I looked at {count(len(found), 'thing')}: {', '.join(parts)}."


def _rows(shown: Sequence[Diagnosis]) -> list[list[list[Element]]]:
    return [
        [[cell(_WORDS[each.grade])], [cell(each.topic, bold=True), spoken(each.text, spacing="None")]]
        for each in sorted(shown, key=lambda each: _ORDER.index(each.grade))
    ]


def _verdict(found: Sequence[Diagnosis]) -> tuple[str, BadgeStyle]:
    grades = {each.grade for each in found}
    if Grade.FAULT in grades:
        return "To mend", "Attention"
    return ("Well, with notes", "Warning") if Grade.NOTE in grades else ("Well", "Good")


def example() -> Card:
    told = (
        ("Database", Grade.WELL, "It opens, can be written, and its tables are up to date (0003)."),
        ("Sign-in", Grade.WELL, "login.microsoftonline.com gives the bot a token for Microsoft Graph."),
        (
            "AuditLog.Read.All",
            Grade.FAULT,
            "Missing. What it is for: who changed or paused a job. "
            "Grant it to the app registration as an application permission, with admin consent.",
        ),
        (
            "Broken rows",
            Grade.NOTE,
            "log_analytics: 12 rows with this wrong: a field of a wrong type, all of them used, the last one 08:14 UTC "
            "in sourceIdentity.id; Microsoft may have changed the log: look for a newer Syncwatch.",
        ),
    )
    return doctor([Diagnosis(topic=topic, grade=grade, text=said) for topic, grade, said in told])
