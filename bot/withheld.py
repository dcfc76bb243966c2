"""Tells what was held back: one digest when somebody is no longer to be left in peace, a living one while a storm lasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.store import Transaction
from bot.model import Conversation
from bot.model.held import Held, Why
from bot.quiet import left_alone_until, why_held
from bot.storms import BETWEEN, BETWEEN_MAILS, DIGEST, KEPT, OVER
from cards.digest import Gathered, digest, marker, summary

QUIET = "quiet/"


async def tell_due(tx: Transaction, now: datetime) -> bool:
    """Put the digests that are due into the outbox, in the transaction that notes what they tell; whether there were any."""
    wishes, told = await tx.wishes.of_chats(), False
    for place_id, rows in (await tx.held.untold()).items():
        place = await tx.conversations.get(place_id)
        if place is None or not place.active:
            continue
        if place_id in wishes and left_alone_until(wishes[place_id], now) is not None:
            continue
        if all(each.why is Why.STORM for each in rows):
            told |= await _add_to_storm(tx, place, rows, now)
        else:
            told |= await _tell(tx, place, rows, now, QUIET)
    told |= await _refresh(tx, now)
    await tx.held.forget_said(now)
    return told


async def is_anything_held(tx: Transaction, now: datetime) -> bool:
    """Whether it is worth a transaction that writes."""
    return bool(await tx.held.untold() or await tx.held.storms(now - KEPT) or await _too_late(tx, now))


async def hold_what_is_late(tx: Transaction, now: datetime) -> None:
    """A note that was not sent before somebody's quiet hours began is held back as one is that comes in them."""
    if late := await _too_late(tx, now):
        await tx.held.add(list(late.values()))
        await tx.held.withdraw_notes(late)


async def _too_late(tx: Transaction, now: datetime) -> dict[int, Held]:
    """What becomes of such notes, by their numbers."""
    wishes = await tx.wishes.of_chats()
    alone = [place_id for place_id, each in wishes.items() if left_alone_until(each, now) is not None]
    waiting = await tx.held.unsent_notes(alone) if alone else {}
    about = await tx.incidents.of({number for _, number in waiting.values()})
    late: dict[int, Held] = {}
    for note, (place_id, number) in waiting.items():
        if number in about and (why := why_held(wishes[place_id], about[number].alert.severity, now)) is not None:
            late[note] = Held(conversation_id=place_id, incident=number, since=now, why=why)
    return late


async def _tell(tx: Transaction, place: Conversation, rows: Sequence[Held], now: datetime, kind: str) -> bool:
    """A new digest of these."""
    found, key = await _gathered(tx, place.id, rows, now), f"{kind}{now:%Y-%m-%dT%H:%M:%S}"
    while await tx.outbox.has_post(place.id, key):
        key += "+"
    await tx.held.tell(place.id, [each.incident for each in rows], key)
    if found is None:
        return False
    await tx.outbox.add_post(place.id, key, digest(found, key), summary(found), marker(key), since=now)
    return True


async def _add_to_storm(tx: Transaction, place: Conversation, rows: Sequence[Held], now: datetime) -> bool:
    """What came since goes into the digest of the storm that lasts, at most once a minute."""
    latest = await tx.held.latest_storm(place.id)
    if latest is None or min(each.since for each in rows) - latest[1] > OVER:
        return await _tell(tx, place, rows, now, DIGEST)
    post = await tx.outbox.living(place.id, latest[0])
    if post is None:
        return await _tell(tx, place, rows, now, DIGEST)
    if not place.in_teams:
        # A mail cannot be changed, so more of the same storm is another mail.
        later = post.sent_at is not None and now - post.sent_at >= BETWEEN_MAILS
        return later and await _tell(tx, place, rows, now, DIGEST)
    if post.sent_at is not None and now - post.sent_at < BETWEEN:
        return False
    await tx.held.tell(place.id, [each.incident for each in rows], latest[0])
    return await _revise(tx, place.id, latest[0], now)


async def _refresh(tx: Transaction, now: datetime) -> bool:
    """The digests of storms of late show what became of their incidents since."""
    told = False
    for place_id, key, changed_at in await tx.held.storms(now - KEPT):
        post = await tx.outbox.living(place_id, key)
        if post is None or post.sent_at is None or post.drawn_at is None or now - post.sent_at < BETWEEN:
            continue
        if changed_at >= post.drawn_at:
            place = await tx.conversations.get(place_id)
            told |= place is not None and place.in_teams and await _revise(tx, place_id, key, now)
    return told


async def _revise(tx: Transaction, place_id: str, key: str, now: datetime) -> bool:
    found = await _gathered(tx, place_id, await tx.held.told_by(place_id, key), now)
    if found is None:
        return False
    await tx.outbox.revise_post(place_id, key, digest(found, key), summary(found), now)
    return True


async def _gathered(tx: Transaction, place_id: str, rows: Sequence[Held], now: datetime) -> Gathered | None:
    """None where no incident of these is known any more."""
    incidents = await tx.incidents.of({each.incident for each in rows})
    why = frozenset(each.why for each in rows)
    # The digest of a storm says when the storm was, and not when it was drawn.
    until = max(each.since for each in rows) if all(each is Why.STORM for each in why) else now
    if not incidents:
        return None
    return Gathered(
        incidents=tuple(incidents.values()),
        carded=await tx.held.with_cards(place_id, incidents),
        why=why,
        since=min(each.since for each in rows),
        until=until,
    )
