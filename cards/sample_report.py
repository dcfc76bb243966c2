"""The same company's week, with a bad day in it: what the example of a report shows."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Acted, Credential, Fared, Report
from cards import sample

_JOBS = ("Workday to Active Directory", "Salesforce", "corp.contoso.example", "Slack")

WEEK = Report(
    since=sample.NOW - timedelta(days=7),
    until=sample.NOW,
    jobs=tuple(
        Fared(
            job_id=f"j{at}",
            name=name,
            succeeded=4_000 * at + 900,
            failed=(300, 24, 1, 0)[at],
            succeeded_before=4_000 * at + 950,
            failed_before=(40, 30, 1, 0)[at],
        )
        for at, name in enumerate(_JOBS)
    ),
    buckets=tuple(
        (f"2026-11-{day}", rows) for day, rows in zip(range(14, 21), (8, 12, 7, 180, 90, 20, 8), strict=True)
    ),
    causes=(("AttributeValueMustBeUnique · proxyAddresses", 210), ("TimeOut", 80), ("InsufficientRights", 35)),
    opened=6,
    resolved=5,
    opened_before=4,
    open_now=2,
    oldest=(sample.IN_QUARANTINE, sample.ADDRESSES_CLASH),
    ahead=(
        Credential(
            id="k",
            kind="client secret",
            name="",
            owner="Salesforce",
            expires_at=sample.NOW + timedelta(days=12),
            own=True,
        ),
    ),
    acted=(Acted(who="Ada Admin", what="restart", times=2), Acted(who="Bob Berg", what="ack", times=1)),
)
