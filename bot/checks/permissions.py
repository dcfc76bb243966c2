"""The permissions in Microsoft Graph: which are there, and what does not work without the others."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor import Patient, check, fault, note, well
from bot.model import Diagnosis, Grant

TOPIC = "Permissions"


@check(TOPIC, order=40)
async def permissions(patient: Patient) -> AsyncIterator[Diagnosis]:
    async with patient.store.look() as tx:
        jobs = tuple((await tx.reading.jobs()).values())
        watching = await tx.conversations.watching()
    answering = {state.name for state in patient.health.states() if state.failing_since is None}
    for grant in await patient.permissions.grants(jobs, watching, answering):
        yield _told(grant)


def _told(grant: Grant) -> Diagnosis:
    if grant.given:
        return well(grant.permission, f"Given: {grant.what_for}.")
    purpose = f"What it is for: {grant.what_for}."
    if grant.given is None:
        return note(grant.permission, f"Not known: {grant.said} {purpose}")
    mend = "Grant it to the app registration as an application permission, with admin consent."
    return (fault if grant.required else note)(grant.permission, f"Missing. {purpose} {mend}")
