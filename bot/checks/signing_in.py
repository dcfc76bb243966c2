"""Whether Entra ID gives the bot its tokens: one for Microsoft's APIs, one for Teams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from bot.doctor import Patient, check, fault, well
from bot.model import Diagnosis
from bot.ports import SourceDown

TOPIC = "Sign-in"


@check(TOPIC, order=20)
async def signing_in(patient: Patient) -> AsyncIterator[Diagnosis]:
    login = urlsplit(patient.settings.login_url).netloc
    for api, name in (("graph", "Microsoft Graph"), ("teams", "Teams")):
        try:
            await patient.sign_in(api)
        except SourceDown as error:
            yield fault(TOPIC, f"No token for {name}: {error}.")
        else:
            yield well(TOPIC, f"{login} gives the bot a token for {name}.")
