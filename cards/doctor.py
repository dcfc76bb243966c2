"""What a check-up found: what is to be mended first, what is well last."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Diagnosis, Grade
from bot.ports import Card
from cards.elements import BadgeStyle, badge, card, cell, columns, heading, table
from cards.spoken import spoken
from cards.words import count

_ORDER = (Grade.FAULT, Grade.NOTE, Grade.WELL)
_WORDS = {Grade.FAULT: "Mend", Grade.NOTE: "Note", Grade.WELL: "Well"}


def doctor(found: Sequence[Diagnosis]) -> Card:
    """Every finding in a row."""
    faults = sum(each.grade is Grade.FAULT for each in found)
    title = f"{count(faults, 'thing')} to mend" if faults else "I have what I need"
    word, style = _verdict(found)
    header = [[cell(name, bold=True)] for name in ("", "What was found")]
    rows = [
        [[cell(_WORDS[each.grade])], [cell(each.topic, bold=True), spoken(each.text, spacing="None")]]
        for each in sorted(found, key=lambda each: _ORDER.index(each.grade))
    ]
    return card(
        [
            columns(("auto", [badge(word, style)]), ("stretch", [heading(title)])),
            table((2, 12), [header, *rows]),
        ],
        fallback=f"{title}. {' '.join(each.text for each in found if each.grade is Grade.FAULT)}",
    )


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
