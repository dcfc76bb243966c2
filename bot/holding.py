"""What an incident has to say, given to each conversation: at once, or held back while somebody is to be left in peace or
too much happens at the same time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot import quiet
from bot.adapters.store import Transaction
from bot.model import Conversation, Incident, Person
from bot.model.held import Held, Why
from bot.storms import DIGEST, too_much


async def show(
    tx: Transaction, incident: Incident, places: Iterable[Conversation], now: datetime, *, through: bool = False
) -> bool:
    """The incident's card for each of these, where it is not there yet; whether there was anybody.

    `through` is for what must be heard now: it breaks through quiet hours, silence and storms.
    """
    wanted = [place.id for place in places]
    standing = await tx.outbox.places(incident.number) if wanted else frozenset[str]()
    for place_id in wanted:
        new = place_id not in standing
        if new and not through and await _held_back(tx, incident, place_id, now):
            continue
        await tx.outbox.want_card(incident.number, place_id, incident.revision, since=now)
        if new:
            await tx.held.drop(incident.number, place_id)
            await tx.held.say([place_id], now)
    return bool(wanted)


async def show_new(
    tx: Transaction, opened: Iterable[tuple[Incident, Iterable[Conversation]]], now: datetime
) -> set[int]:
    """The first cards of incidents that were just opened, all at once; the numbers of those that there was anybody for."""
    reached, wanted, kept = set[int](), list[tuple[Incident, str]](), list[Held]()
    said = Counter[str]()
    for incident, places in opened:
        for place in places:
            reached.add(incident.number)
            if (news := await _to_hold(tx, incident, place.id, now, said[place.id])) is not None:
                kept.append(news)
            else:
                wanted.append((incident, place.id))
                said[place.id] += 1
    await tx.openings.want_cards(wanted)
    await tx.held.add(kept)
    await tx.held.say(list(said.elements()), now)
    return reached


async def say(
    tx: Transaction,
    incident: Incident,
    text: str,
    now: datetime,
    *,
    only: str = "",
    through: str = "",
    mention: Person | None = None,
) -> None:
    """A note under each of the incident's cards, or in one conversation alone; nothing holds it back from `through`.

    Who has read of it in a digest and has no card of it is shown the card, now that there is something new.
    """
    places = await tx.outbox.places(incident.number)
    asked = {each for each in places if only in ("", each)}
    held = {each for each in sorted(asked - {through}) if await _held_back(tx, incident, each, now)}
    await tx.outbox.add_note(incident.number, text, only, but=held, mention=mention, since=now)
    await tx.held.say(sorted(asked - held), now)
    if not only:
        await _show_those_who_read_of_it(tx, incident, places, now)


async def _show_those_who_read_of_it(tx: Transaction, incident: Incident, places: set[str], now: datetime) -> None:
    for each in await tx.held.of(incident.number):
        if not each.digest or each.digest.startswith(DIGEST) or each.conversation_id in places:
            continue
        place = await tx.conversations.get(each.conversation_id)
        if place is not None:
            await show(tx, incident, [place], now)


async def _held_back(tx: Transaction, incident: Incident, place_id: str, now: datetime) -> bool:
    """Hold it back where it is to be; whether it is."""
    news = await _to_hold(tx, incident, place_id, now)
    if news is not None:
        await tx.held.add([news])
    return news is not None


async def _to_hold(tx: Transaction, incident: Incident, place_id: str, now: datetime, more: int = 0) -> Held | None:
    """What is to be held back, if it is. `more` messages were said there than the store knows."""
    why = await _why(tx, incident, place_id, now, more)
    return None if why is None else Held(conversation_id=place_id, incident=incident.number, since=now, why=why)


async def _why(tx: Transaction, incident: Incident, place_id: str, now: datetime, more: int) -> Why | None:
    wishes = (await tx.wishes.of_chats()).get(place_id)
    severity = incident.alert.severity
    if wishes is not None and (why := quiet.why_held(wishes, severity, now)) is not None:
        return why
    said = await tx.held.said_lately(place_id, now) + more
    return Why.STORM if too_much(said, tx.held.most_at_once, severity, place_id) else None
