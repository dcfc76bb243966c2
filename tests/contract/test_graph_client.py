"""Graph through the unmodified SDK over TLS: bodies that are sent, faults told in a sentence, unknown words kept."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import combinations
from typing import cast

import pytest
from azure.core.credentials_async import AsyncTokenCredential

from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.jobs import GraphJobs
from bot.model import Job, RestartScope
from bot.ports import Refusal, SourceDown
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import graph_on
from tests.support.tenant_box import Dial, make_tenant

Where = tuple[Sandbox, GraphJobs, Dial]
W, E, Q = RestartScope.WATERMARK, RestartScope.ESCROWS, RestartScope.QUARANTINE
ALONE = (RestartScope.PORTAL, RestartScope.FULL, RestartScope.FORCE_DELETES)

LEGAL = {
    (RestartScope.PORTAL,): "Watermark, Escrows, QuarantineState",
    (RestartScope.PORTAL, RestartScope.PORTAL): "Watermark, Escrows, QuarantineState",
    (W,): "Watermark",
    (E,): "Escrows",
    (Q,): "QuarantineState",
    (W, E): "Watermark, Escrows",
    (E, W): "Watermark, Escrows",
    (W, Q): "Watermark, QuarantineState",
    (E, Q): "Escrows, QuarantineState",
    (W, E, Q): "Watermark, Escrows, QuarantineState",
    (Q, Q, E): "Escrows, QuarantineState",
    (RestartScope.FULL,): "Full",
    (RestartScope.FORCE_DELETES,): "ForceDeletes",
}
ILLEGAL = [
    together
    for size in range(2, len(RestartScope) + 1)
    for together in combinations(RestartScope, size)
    if any(scope in together for scope in ALONE)
]


@pytest.fixture
async def where() -> AsyncIterator[Where]:
    tenant, dial = make_tenant()
    async with Sandbox(tenant, Faults(tenant.clock)) as box, graph_on(box) as client:
        yield box, GraphJobs(client, clock=dial), dial


async def job_of(where: Where, word: str = "Plotter") -> Job:
    return next(job for job in await where[1].list() if word in job.name)


# --- Restarts ----------------------------------------------------------------------------------------------------------


async def test_every_legal_restart_sends_exactly_the_text_that_graph_asks_for(where: Where) -> None:
    box, jobs, _ = where
    job = await job_of(where)
    for scopes, text in LEGAL.items():
        box.tenant.actions.clear()
        await jobs.restart(job, scopes)
        assert [(action.job_id, action.body) for action in box.tenant.actions] == [
            (job.id, {"criteria": {"resetScope": text}})
        ]


async def test_every_illegal_restart_is_refused_with_a_reason_and_sends_nothing(where: Where) -> None:
    box, jobs, _ = where
    job = await job_of(where)
    before = len(box.faults.calls)
    for scopes in [(), *ILLEGAL]:
        with pytest.raises(Refusal) as refusal:
            await jobs.restart(job, scopes)
        assert len(str(refusal.value)) > 20
    assert len(box.faults.calls) == before


# --- What goes wrong ---------------------------------------------------------------------------------------------------


async def test_a_verb_without_the_permission_is_refused_by_the_permissions_name(where: Where) -> None:
    box, jobs, _ = where
    job = await job_of(where)
    for status in (401, 403):
        box.faults.add(Fault(area="graph", kind="status", status=status, match="/restart"))
        with pytest.raises(Refusal, match=r"Synchronization\.ReadWrite\.All") as refusal:
            await jobs.restart(job, [Q])
        assert f"{status} UnknownError" in str(refusal.value)


async def test_reading_without_the_permission_names_the_one_that_is_missing(where: Where) -> None:
    box, jobs, _ = where
    box.faults.add(Fault(area="graph", kind="status", status=403, match="/servicePrincipals?"))
    with pytest.raises(SourceDown, match=r"Application\.Read\.All"):
        await jobs.list()
    box.faults.add(Fault(area="graph", kind="status", status=403, match="$batch"))
    with pytest.raises(SourceDown, match=r"Synchronization\.Read\.All"):
        await jobs.list()


async def test_throttling_tells_how_long_to_wait(where: Where) -> None:
    box, jobs, _ = where
    box.faults.add(Fault(area="graph", kind="status", status=429, retry_after=17))
    with pytest.raises(SourceDown) as down:
        await jobs.list()
    assert down.value.after == 17
    assert len([call for call in box.faults.calls if call.area == "graph"]) == 1, "the SDK does not try again by itself"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(area="graph", kind="status", status=500), "fault of its own"),
        (Fault(area="graph", kind="status", status=503), "fault of its own"),
        (Fault(area="graph", kind="status", status=504), "fault of its own"),
        (Fault(area="graph", kind="drop"), "broke the connection off"),
        (Fault(area="graph", kind="drop_after"), "broke the connection off"),
    ],
    ids=lambda value: f"{value.kind}{value.status}" if isinstance(value, Fault) else "",
)
async def test_a_fault_of_graph_is_a_sentence_and_the_next_look_works(
    where: Where, fault: Fault, sentence: str
) -> None:
    box, jobs, _ = where
    box.faults.add(fault)
    with pytest.raises(GraphDown, match=sentence):
        await jobs.list()
    assert len(await jobs.list()) == 12


async def test_a_slow_graph_is_not_waited_for_for_ever() -> None:
    tenant, dial = make_tenant()
    async with Sandbox(tenant, Faults(tenant.clock)) as box, graph_on(box, patience=0.5) as client:
        await GraphJobs(client, clock=dial).list()
        box.faults.add(Fault(area="graph", kind="slow", seconds=2))
        with pytest.raises(GraphDown, match="did not answer in time"):
            await GraphJobs(client, clock=dial).list()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": "https://localhost:1/v1.0"}, "localhost:1 cannot be reached"),
        ({"url": "https://no-such-host.invalid/v1.0"}, "cannot be reached"),
        ({"secret": "wrong"}, "APP_SECRET is wrong"),
        ({"login": "https://localhost:1"}, "sign-in service could not be reached"),
        ({"trusted": False}, "CA_FILE"),
    ],
    ids=["closed port", "no such host", "wrong secret", "login down", "untrusted"],
)
async def test_what_cannot_be_reached_or_signed_in_to_is_one_sentence_without_the_secret(
    changed: dict[str, str], sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    tenant, dial = make_tenant()
    caplog.set_level(logging.DEBUG)
    async with Sandbox(tenant, Faults(tenant.clock)) as box, AsyncExitStack() as held:
        client = await held.enter_async_context(graph_on(box, **changed))  # pyright: ignore[reportArgumentType]
        with pytest.raises(SourceDown, match=sentence) as down:
            await GraphJobs(client, clock=dial).list()
    assert str(down.value).count(". ") <= 1
    assert tenant.app_secret not in str(down.value) + caplog.text


# --- Jobs over time ----------------------------------------------------------------------------------------------------


async def test_a_list_costs_two_calls_for_all_jobs_and_one_while_nothing_is_discovered(where: Where) -> None:
    box, jobs, dial = where
    await jobs.list()
    first = box.faults.count("graph")
    await jobs.list()
    assert box.faults.count("graph") - first == 1
    dial.turn(minutes=11)
    await jobs.list()
    assert box.faults.count("graph") - first == 1 + first


async def test_one_empty_answer_does_not_make_a_job_vanish(where: Where) -> None:
    box, jobs, _ = where
    known = await jobs.list()
    box.faults.add(Fault(area="graph", kind="empty", match="$batch"))
    with pytest.raises(SourceDown):
        await jobs.list()
    assert await jobs.list() == known


async def test_unknown_words_of_a_job_are_shown_as_they_are(where: Where) -> None:
    box, jobs, _ = where
    box.tenant.beat("unknown_words", job="Plotter")
    job = await job_of(where)
    assert job.status == "Hibernating"
    assert job.quarantine is not None
    assert job.quarantine.reason == "EncounteredSolarFlare"
    assert job.quarantine.error_code == "SolarFlareDetected"
    assert await jobs.get(job) == job


async def test_jobs_of_one_configuration_are_told_apart_by_their_kind(where: Where) -> None:
    names = [job.name for job in await where[1].list() if job.name.startswith("corp.")]
    assert names == [
        "corp.alderfinch.example – Cloud sync: AD → Entra ID",
        "corp.alderfinch.example – Cloud sync: Exchange attributes → AD",
        "corp.alderfinch.example – Cloud sync: groups → AD",
        "corp.alderfinch.example – Cloud sync: password hash",
    ]


def test_a_next_link_that_leads_elsewhere_is_not_followed() -> None:
    client = GraphClient(cast("AsyncTokenCredential", None))
    for link in (
        "https://evil.example/v1.0/x",
        "https://graph.microsoft.com.evil.example/v1.0/",
        "https://graph.microsoft.com/v1.0@evil.example/",
        "/v1.0/x",
    ):
        with pytest.raises(GraphDown, match="not followed"):
            client.next_page(link)
