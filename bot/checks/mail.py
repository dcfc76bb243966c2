"""The mail server: whether it takes the bot's sign-in, and whether addresses are to be told that nothing can reach."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, fault, well
from bot.model import ConversationKind, Diagnosis
from bot.ports import TryLater
from cards.words import count

TOPIC = "Mail"


@check(TOPIC, order=85)
async def mail(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        known = await tx.conversations.all()
    told = [each for each in known.values() if each.kind is ConversationKind.EMAIL and each.active]
    if patient.greet_mail is None:
        if told:
            are = "is" if len(told) == 1 else "are"
            addresses = count(len(told), "address", "addresses")
            yield fault(TOPIC, f"{addresses} {are} to be told, but SMTP_HOST names no server; docs/email.md says more.")
        return
    try:
        await patient.greet_mail()
    except TryLater as error:
        yield fault(TOPIC, str(error))
        return
    yield well(TOPIC, f"{patient.settings.smtp_host} takes mail from {patient.settings.smtp_from}.")
