"""Where users and groups come from, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import DirectoryObject
from bot.ports import Card
from cards import sample, words
from cards.elements import Element, card, container, facts, heading, text

EXCHANGE = (
    "Exchange has a flag of its own, IsExchangeCloudManaged, for the mail attributes of synchronized mailboxes. Graph does not "
    "show it; in Exchange Online PowerShell: Get-Mailbox ADDRESS | fl IsExchangeCloudManaged."
)


def soa(found: Sequence[DirectoryObject], now: datetime) -> Card:
    """One paragraph for each object that is meant."""
    return card(
        [
            heading("Source of authority"),
            *(_about(each, now) for each in found),
            text(EXCHANGE, subtle=True, spacing="Medium"),
        ],
        fallback=" ".join(f"{each.name} ({each.kind}): {sentence(each)}" for each in found),
    )


def _about(found: DirectoryObject, now: datetime) -> Element:
    pairs = [
        ("Kind", found.kind),
        ("Address", found.address),
        ("Domain", found.domain),
        ("In AD as", found.dn),
        ("Last sync", words.since(found.synced_at, now) if found.synced_at else ""),
        ("Id", found.id),
    ]
    return container([heading(found.name, small=True), text(sentence(found)), *facts(pairs)], spacing="Medium")


def sentence(found: DirectoryObject) -> str:
    """Where it is to be changed."""
    if found.cloud_managed:
        return "It came from Active Directory and was switched over: it is changed in the cloud now, and the sync leaves it alone."
    if not found.synced:
        return "It lives in the cloud, and is changed there."
    asked = (
        ""
        if found.cloud_managed is False
        else f" Whether it was switched over to the cloud is not known: {found.untold}."
    )
    return f"It comes from Active Directory, and is changed there; the sync brings it over.{asked}"


def example() -> Card:
    synced = DirectoryObject(
        id="1b9f2f2b-0000-4000-8000-000000000001",
        kind="user",
        name="Ada Admin",
        address="ada@contoso.example",
        synced=True,
        synced_at=sample.NOW - timedelta(minutes=14),
        domain="corp.contoso.example",
        dn="CN=Ada Admin,OU=People,DC=corp,DC=contoso,DC=example",
        cloud_managed=False,
    )
    group = DirectoryObject(
        id="1b9f2f2b-0000-4000-8000-000000000002", kind="group", name="Sales", synced=True, cloud_managed=True
    )
    return soa([synced, group], sample.NOW)
