"""When somebody is left in peace: their quiet hours, their silence, what waits for its end, and what does not wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.model import Severity, Value
from bot.model.held import Preferences, QuietHours
from bot.ports import Card
from cards import sample, words
from cards.elements import button, buttons, card, facts, heading, text
from cards.spoken import spoken
from cards.times import in_zone

THROUGH = "What is escalated to you because you are on call is told at once, whatever the hour."


class Peace(Value, frozen=True, kw_only=True):
    """`until` is when it ends that holds now, `held` the incidents that wait; `chat`: there is one to hold back, and
    `routed`: something leads to it; `example`: a date.
    """

    wishes: Preferences
    until: datetime | None = None
    held: tuple[int, ...] = ()
    chat: bool = True
    routed: bool = True
    changed: bool = False
    example: str = ""


def quiet(peace: Peace, now: datetime) -> Card:
    """How it stands, and how it is changed."""
    wishes, said = peace.wishes, _said(peace, now)
    muted = wishes.muted_until if wishes.muted_until and wishes.muted_until > now else None
    zone = wishes.zone or "UTC"
    pairs = [
        ("Quiet hours", _hours(wishes.quiet) if wishes.quiet else "none"),
        ("Time zone", wishes.zone),
        ("Muted until", in_zone(muted, zone)) if muted else ("Muted", "no"),
        ("Waits", ", ".join(f"#{each}" for each in peace.held[:12]) + (" …" if len(peace.held) > 12 else "")),
    ]
    return card(
        [
            heading("When you are left in peace"),
            spoken(said),
            *facts(pairs),
            text(THROUGH, subtle=True),
            spoken(f"Write `mute 2h`, `mute 18:00` or `mute {peace.example}`.") if peace.example else None,
            spoken(f"Times are by the clocks of {zone}; write `quiet Europe/Berlin`, or another one, to change that."),
            buttons(
                button("No quiet hours", "quiet", "off")
                if wishes.quiet
                else button("Quiet 22:00-07:00", "quiet", "22:00-07:00"),
                button("End the silence", "mute", "off") if muted else button("Mute for 2 hours", "mute", "2h"),
                None if peace.routed or not peace.chat else button("Watch", "watch", "me"),
            ),
        ],
        fallback=f"{said} {THROUGH}",
    )


def _said(peace: Peace, now: datetime) -> str:
    if not peace.chat:
        return (
            "I have no chat with you alone yet, so there is nothing to hold back; this holds as soon as there is one."
        )
    if not peace.routed and not peace.held:
        return (
            "No route leads to our chat, so I tell you of no new incident there. Write `watch me` if I shall; "
            "what is set here holds then."
        )
    if peace.until is not None:
        waits = (
            f" {words.count(len(peace.held), 'incident')} {'waits' if len(peace.held) == 1 else 'wait'} for its end."
        )
        return (
            f"I hold back what I have to tell you in our chat, for {words.left(peace.until - now)} more; then one "
            f"digest tells it.{waits if peace.held else ''}"
        )
    if peace.changed and peace.held:
        return f"One digest of the {words.count(len(peace.held), 'incident')} that waited comes now."
    if peace.wishes.quiet is None:
        return "I tell you everything in our chat as it happens." + (
            " That holds from now on." if peace.changed else ""
        )
    return "I tell you everything in our chat as it happens, but not in your quiet hours; one digest follows them."


def _hours(hours: QuietHours) -> str:
    but = (
        f", except {hours.but}{'' if hours.but is Severity.CRITICAL else ' or worse'}"
        if hours.but
        else ", nothing excepted"
    )
    return f"{hours.begins:%H:%M} to {hours.ends:%H:%M}{but}"


def example() -> Card:
    hours = QuietHours(begins=time(22), ends=time(7), but=Severity.CRITICAL)
    wishes = Preferences(person_id="ada", zone="Europe/Berlin", quiet=hours)
    return quiet(Peace(wishes=wishes, until=sample.NOW + timedelta(hours=4, minutes=40), held=(43, 44)), sample.NOW)
