"""What Azure Monitor, the directory and people say stays text, on the cards of alerts, of the sync and of reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.azure_monitor.reading import read
from bot.model import (
    Acted,
    AzureSeries,
    DirectoryObject,
    DirectorySync,
    Evidence,
    Fared,
    Finding,
    Incident,
    Report,
    ServiceFault,
    SyncConflict,
    Tenant,
)
from bot.ports import Card
from bot.rules.azure_alert import azure_alert
from cards import sample
from cards.directory import directory
from cards.elements import LARGEST, size
from cards.incident import incident
from cards.report import report
from cards.soa import soa
from tests.laws.test_cards_are_text import HOSTILE
from tests.support.azure_alerts import delivery, log_v2, service_health
from tests.support.card_checks import problems
from tests.support.render import Easel, easel


@pytest.fixture(scope="module")
def board() -> Iterator[Easel]:
    with easel() as opened:
        yield opened


def alert_card(body: object) -> Card:
    alert = read(json.dumps(body).encode("utf-8", "replace"), sample.NOW)
    tenant = Tenant(now=sample.NOW, alerts=(AzureSeries(alert=alert),))
    found = next(each for each in azure_alert(tenant) if isinstance(each, Finding))
    shown = Incident(number=1, alert=found.alert, evidence=found.evidence, opened_at=sample.NOW, changed_at=sample.NOW)
    return incident(shown, None, sample.NOW)


def cards(said: str) -> Iterator[Card]:
    told: dict[str, Any] = {
        "alertRule": said or "x",
        "description": said,
        "monitoringService": said,
        "configurationItems": [said],
    }
    yield alert_card(delivery(log_v2(link=said, dimensions=((said, said),)), **told, investigationLink=said))
    health = service_health()
    health["properties"] |= {"title": said, "service": said, "region": said, "trackingId": said}
    yield alert_card(delivery(health, **told))
    conflict = SyncConflict(
        id=said, kind="user", name=said, category=said, attribute=said, value=said, owners=(said, said)
    )
    fault = ServiceFault(id=said, kind="group", name=said, service=said, detail=said)
    sync = DirectorySync(at=sample.NOW, enabled=True, conflicts=(conflict,) * 50, faults=(fault,) * 50)
    yield directory(sync, [], sample.NOW)
    found = DirectoryObject(
        id=said, kind="user", name=said, address=said, synced=True, domain=said, dn=said, untold=said
    )
    yield soa([found] * 5, sample.NOW)
    loud = sample.IN_QUARANTINE
    yield report(
        Report(
            since=sample.NOW - timedelta(days=7),
            until=sample.NOW,
            jobs=(Fared(job_id=said, name=said, succeeded=1, failed=1),) * 20,
            buckets=((said, 3), ("b", 4)),
            causes=((said, 3), ("b", 2)),
            oldest=(
                Incident(number=1, alert=loud.alert, evidence=Evidence(), opened_at=sample.NOW, changed_at=sample.NOW),
            ),
            acted=(Acted(who=said, what="ack", times=2),),
        ),
        sample.NOW,
    )


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_teams_accepts_the_cards_and_shows_text_as_text(board: Easel, said: str) -> None:
    for card in cards(said):
        assert problems(card) == []
        assert size(card) <= LARGEST
        assert "https://evil.example" not in [each.get("url") for each in _actions(card)]
        assert board.draw(card).markup == []


def _actions(card: Card) -> list[dict[str, str]]:
    sets = [element for element in card["body"] if element["type"] == "ActionSet"]
    return [action for each in sets for action in each["actions"]]
