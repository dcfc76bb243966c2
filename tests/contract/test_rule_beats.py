"""What the sandbox lets happen is what the shipped rules in KQL look for, asked of its Log Analytics over the real client."""

from __future__ import annotations

import pytest

from bot.adapters.log_tables import WorkspaceTables
from bot.kqlrules.shelf import shipped
from sandbox.server import Sandbox
from tests.contract.test_sandbox_graph_schema import check
from tests.support.clients import logs_on
from tests.support.kql_rules import DOCUMENTED, asked, found
from tests.support.rule_beats import SCENES
from tests.support.tenant_box import ask, later, make_tenant

RULES = {rule.name: rule for rule in shipped()}


def test_every_rule_can_be_played() -> None:
    assert sorted(SCENES) == sorted(RULES)


async def test_no_rule_fires_in_a_tenant_where_nothing_happens() -> None:
    tenant, dial = make_tenant()
    async with Sandbox(tenant) as box, logs_on(box) as logs:
        tables = WorkspaceTables(logs, DOCUMENTED)
        told = {
            name: [each.alert.title for each in found(rule, await asked(tables, rule, now=dial()))]
            for name, rule in RULES.items()
        }
    assert {name: titles for name, titles in told.items() if titles} == {}


@pytest.mark.parametrize("name", SCENES)
async def test_it_fires_when_it_is_played_and_is_over_when_it_is_mended_or_old(name: str) -> None:
    rule, scene = RULES[name], SCENES[name]
    tenant, dial = make_tenant()
    async with Sandbox(tenant) as box, logs_on(box) as logs:
        tables = WorkspaceTables(logs, DOCUMENTED)

        async def told() -> list[str]:
            return [each.alert.title for each in found(rule, await asked(tables, rule, now=dial()))]

        assert await told() == []
        scene.play(tenant)
        later(tenant, dial, minutes=5)
        assert len(await told()) == 1
        if scene.heal is not None:
            scene.heal(tenant)
            later(tenant, dial, minutes=10)
            assert await told() == []


def test_all_that_is_written_has_the_shape_of_a_directory_audit() -> None:
    tenant, dial = make_tenant()
    before = len(tenant.audits)
    for scene in SCENES.values():
        scene.play(tenant)
        if scene.heal is not None:
            scene.heal(tenant)
    later(tenant, dial, minutes=5)
    reply = ask(tenant, "/auditLogs/directoryAudits", top="999")
    check("GET", "/auditLogs/directoryAudits", reply)
    assert len(tenant.audits) - before > 25
    assert len({row["id"] for row in tenant.audits}) == len(tenant.audits)
