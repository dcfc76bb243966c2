"""The way back from values to words: what `bot/words.py` reads, as somebody would type it."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Incident, Job, Person


def written(value: object) -> str:
    """The words that mean this value and no other; what reads them gives it back."""
    match value:
        case Job() | Person():
            return value.id
        case Incident():
            return str(value.number)
        case timedelta():
            return _span(value)
        case tuple():
            return ",".join(map(written, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case bool():
            return "yes" if value else ""
        case None:
            return ""
        case _:
            return str(value)


def _span(value: timedelta) -> str:
    """A span as `read_span` takes it, in the largest unit that is whole; a day is 24h to everybody."""
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1))):
        if value % size == timedelta() and (unit != "d" or value > size):
            return f"{value // size}{unit}"
    return f"{value // timedelta(minutes=1)}m"
