"""The sync with Active Directory at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.model import DirectorySync, Job, ServiceFault, SyncConflict
from bot.ports import Card
from cards import sample, words
from cards.elements import (
    BadgeStyle,
    Element,
    badge,
    card,
    cell,
    chart,
    columns,
    container,
    facts,
    heading,
    table,
    text,
)

CLOUD_SYNC = "AD2AADProvisioning"
SHOWN = 10
UNSEEN = (
    "The sync server's own settings (accidental deletion prevention, staging) and the provisioning agents are shown by Graph "
    "to signed-in administrators only, so I cannot read them: see the Entra admin center, Hybrid management."
)


def directory(sync: DirectorySync, jobs: Sequence[Job], now: datetime) -> Card:
    """The state of the sync, its errors by kind, and the first of them."""
    word, style = _state(sync, now)
    return card(
        [
            columns(("auto", [badge(word, style)]), ("stretch", [heading("Sync with Active Directory")])),
            *facts(_ages(sync, jobs, now)),
            _by_kind(sync),
            _conflicts(sync.conflicts),
            _faults(sync.faults),
            text(UNSEEN, subtle=True, spacing="Medium"),
        ],
        fallback=f"Sync with Active Directory: {word.lower()}. {len(sync.conflicts)} values in conflict, "
        f"{len(sync.faults)} objects refused by services.",
    )


def _state(sync: DirectorySync, now: datetime) -> tuple[str, BadgeStyle]:
    if not sync.enabled:
        return ("Off", "Subtle") if sync.enabled is False else ("None", "Subtle")
    if sync.patience and sync.synced_at and now - sync.synced_at >= timedelta(hours=sync.patience):
        return "Stale", "Attention"
    return ("Conflicts", "Warning") if sync.conflicts or sync.faults else ("Healthy", "Good")


def _ages(sync: DirectorySync, jobs: Sequence[Job], now: datetime) -> Iterator[tuple[str, str]]:
    if not sync.enabled:
        was = "was once, and is switched off" if sync.enabled is False else "never was"
        yield "Connected", f"This tenant {was} synchronized with Active Directory."
        return
    yield "Last sync", words.since(sync.synced_at, now) if sync.synced_at else "not known"
    yield (
        "Password hashes",
        words.since(sync.passwords_at, now) if sync.passwords_at else "not known, or not synchronized",
    )
    for job in jobs:
        if job.template.startswith(CLOUD_SYNC):
            ended = job.last_success.ended if job.last_success else None
            yield (
                f"Cloud Sync: {job.name}",
                f"{words.status(job)}, last success {words.since(ended, now) if ended else 'not known'}",
            )
    yield "Looked at", words.since(sync.at, now)


def _by_kind(sync: DirectorySync) -> Element | None:
    counts: dict[str, int] = {}
    for one in sync.conflicts:
        counts[f"{one.attribute} of {one.kind}s"] = counts.get(f"{one.attribute} of {one.kind}s", 0) + 1
    for fault in sync.faults:
        counts[f"{fault.service}: {fault.kind}s"] = counts.get(f"{fault.service}: {fault.kind}s", 0) + 1
    if not counts:
        return text("Every object was taken over." if sync.enabled else "", spacing="Medium") if sync.enabled else None
    bars = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]
    said = "; ".join(f"{name}: {count:,}" for name, count in bars)
    more = " At least: there are more objects than I read." if sync.partly else ""
    return chart("Errors by kind", bars, said + "." + more)


def _conflicts(conflicts: Sequence[SyncConflict]) -> Element | None:
    if not conflicts:
        return None
    rows = [[[cell("Value", bold=True)], [cell("Wanted by", bold=True)], [cell("Held by", bold=True)]]]
    rows += [
        [[cell(one.value)], [cell(f"{one.name} ({one.kind})")], [cell(", ".join(one.owners) or "not found")]]
        for one in conflicts[:SHOWN]
    ]
    left = len(conflicts) - SHOWN
    return container([table([3, 2, 2], rows), text(f"{left:,} more.", subtle=True) if left > 0 else None])


def _faults(faults: Sequence[ServiceFault]) -> Element | None:
    shown = [text(f"{one.name} ({one.kind}), {one.service}: {one.detail}") for one in faults[:SHOWN]]
    left = len(faults) - SHOWN
    return container([*shown, text(f"{left:,} more.", subtle=True) if left > 0 else None]) if shown else None


def example() -> Card:
    conflicts = tuple(
        SyncConflict(
            id=f"u{number}",
            kind="user" if number else "group",
            name=name,
            category="PropertyConflict",
            attribute="ProxyAddress",
            value=f"smtp:{name.lower()}@contoso.example",
            owners=(f"{name} Old (user)",),
        )
        for number, name in enumerate(("Sales", "Bob", "Carol"))
    )
    fault = ServiceFault(
        id="x", kind="user", name="Dan", service="exchange", detail="The value of ExchangeGuid is taken."
    )
    sync = DirectorySync(
        at=sample.NOW - timedelta(minutes=2),
        enabled=True,
        synced_at=sample.NOW - timedelta(minutes=14),
        passwords_at=sample.NOW - timedelta(minutes=16),
        conflicts=conflicts,
        faults=(fault,),
        patience=3,
    )
    return directory(sync, [], sample.NOW)
