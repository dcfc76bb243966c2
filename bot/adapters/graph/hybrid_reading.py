"""Turns what Graph says of the sync with Active Directory into our words, and asks who holds a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph import batch
from bot.adapters.graph.hybrid_wire import Found, Provisioned
from bot.adapters.graph.reading import moment
from bot.adapters.wording import clean
from bot.model import DirectoryObject, ServiceFault, SyncConflict

MOST_OWNERS = 3


def holds(conflict: SyncConflict, kind: str) -> str:
    """The filter for objects that hold a value already; addresses are compared as the directory writes them."""
    word = quote(conflict.value.replace("'", "''"), safe="@:")
    names = f"$select=id,displayName&$top={MOST_OWNERS + 1}"
    if conflict.attribute.lower() == "userprincipalname":
        attribute = "userPrincipalName" if kind == "user" else "mail"
        return f"$filter={attribute} eq '{word}'&{names}"
    return f"$filter=proxyAddresses/any(p:p eq '{word}')&{names}"


def conflicts(objects: Iterable[Provisioned], kind: str) -> Iterator[SyncConflict]:
    for each in objects:
        for error in each.on_premises_provisioning_errors or ():
            yield SyncConflict(
                id=each.id or "",
                kind=kind,
                name=clean(each.display_name) or (each.id or ""),
                category=clean(error.category),
                attribute=clean(error.property_causing_error),
                value=clean(error.value),
                since=moment(error.occurred_date_time),
            )


def faults(objects: Iterable[Provisioned], kind: str) -> Iterator[ServiceFault]:
    for each in objects:
        for error in each.service_provisioning_errors or ():
            if not error.is_resolved:
                yield ServiceFault(
                    id=each.id or "",
                    kind=kind,
                    name=clean(each.display_name) or (each.id or ""),
                    service=clean(error.service_instance).split("/")[0] or "a service",
                    detail=_sentence(error.error_detail),
                    since=moment(error.created_date_time),
                )


def _sentence(detail: str | None) -> str:
    """The description out of the XML that services write; of anything else the text itself."""
    text = detail or ""
    _, found, rest = text.partition("<ErrorDescription>")
    return clean(rest.partition("</ErrorDescription>")[0] if found else text)


def objects(answer: batch.Found, kind: str) -> list[DirectoryObject]:
    if answer.error is not None:
        return []
    try:
        found = lenient.decode(answer.body, Found)
    except lenient.Unreadable:
        return []
    single = [found] if found.id else []
    return [
        DirectoryObject(
            id=one.id or "",
            kind=kind,
            name=clean(one.display_name) or (one.id or ""),
            address=clean(one.user_principal_name),
            synced=bool(one.on_premises_sync_enabled),
            synced_at=moment(one.on_premises_last_sync_date_time),
            domain=clean(one.on_premises_domain_name),
            dn=clean(one.on_premises_distinguished_name),
        )
        for one in (*(found.value or ()), *single)
        if one.id
    ]
