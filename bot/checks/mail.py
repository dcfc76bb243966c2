"""The mail server: whether it takes the bot's sign-in, and whether addresses are to be told that nothing can reach."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, fault, well
from bot.model import ConversationKind, Diagnosis
from bot.ports import TryLater
from bot.routes import Routes
from bot.routing import places
from cards.words import count

TOPIC = "Mail"


@check(TOPIC, order=85)
async def mail(patient: Patient) -> AsyncIterator[Diagnosis]:
    if patient.greet_mail is None:
        if told := await _addresses(patient):
            are = "is" if told == 1 else "are"
            addresses = count(told, "address", "addresses")
            yield fault(TOPIC, f"{addresses} {are} to be told, but SMTP_HOST names no server; docs/email.md says more.")
        return
    try:
        await patient.greet_mail()
    except TryLater as error:
        yield fault(TOPIC, str(error))
        return
    yield well(TOPIC, f"{patient.settings.smtp_host} takes mail from {patient.settings.smtp_from}.")


async def _addresses(patient: Patient) -> int:
    """How many a route or the fallback leads to: others that the bot once knew are told nothing any more.

    Who is on call is a person, and is asked in Teams.
    """
    async with patient.store.look() as tx:
        book = await (patient.routes or Routes()).book(tx)
    find = places(book)
    led_to = (find(to) for to in (*(route.to for route in book.routes), *book.fallback))
    return len({each.id for each in led_to if each and each.active and each.kind is ConversationKind.EMAIL})
