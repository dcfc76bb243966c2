"""Log Analytics through the unmodified SDK over TLS: rows, and each trouble told in one sentence."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.adapters.log_analytics import LogAnalytics
from bot.adapters.log_faults import PartialAnswer
from bot.ports import SourceDown
from bot.sources.log_analytics import LogAnalyticsSource
from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from tests.support.clients import logs_on
from tests.support.tenant_box import make_tenant

DAY = timedelta(days=1)
COUNT = "AADProvisioningLogs | count"


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    tenant, _ = make_tenant()
    async with Sandbox(tenant, Faults(tenant.clock)) as box:
        yield box


@pytest.fixture
async def logs(box: Sandbox) -> AsyncIterator[LogAnalytics]:
    async with logs_on(box) as logs:
        yield logs


async def test_rows_come_by_the_names_of_their_columns(logs: LogAnalytics) -> None:
    rows = await logs.query("AADProvisioningLogs | take 3 | project Id, TimeGenerated", timespan=DAY)
    assert [set(row) for row in rows] == [{"Id", "TimeGenerated"}] * 3


async def test_a_query_that_is_no_query_is_told_in_the_services_innermost_words(logs: LogAnalytics) -> None:
    with pytest.raises(SourceDown, match="did not accept the query") as down:
        await logs.query("AADProvisioningLogs | taek 3", timespan=DAY)
    assert "taek" in str(down.value)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(area="logs", kind="status", status=403), "Log Analytics Reader"),
        (Fault(area="logs", kind="status", status=404), "WORKSPACE_ID"),
        (Fault(area="logs", kind="status", status=500), "fault of its own"),
        (Fault(area="logs", kind="status", status=503), "fault of its own"),
        (Fault(area="logs", kind="status", status=504), "too long"),
        (Fault(area="logs", kind="drop"), "broke the connection off"),
    ],
    ids=lambda value: f"{value.kind}{value.status}" if isinstance(value, Fault) else "",
)
async def test_a_fault_is_a_sentence_and_the_next_query_works(
    box: Sandbox, logs: LogAnalytics, fault: Fault, sentence: str
) -> None:
    box.faults.add(fault)
    with pytest.raises(SourceDown, match=sentence):
        await logs.query(COUNT, timespan=DAY)
    assert box.faults.count("logs") == 1, "the SDK does not try again by itself"
    assert len(await logs.query(COUNT, timespan=DAY)) == 1


async def test_throttling_tells_how_long_to_wait_and_the_source_keeps_to_it(box: Sandbox, logs: LogAnalytics) -> None:
    seconds = 0.0
    source = LogAnalyticsSource(logs, elapsed=lambda: seconds)
    box.faults.add(Fault(area="logs", kind="status", status=429, retry_after=40))
    for passed, calls in ((0.0, 1), (39.0, 1)):
        seconds = passed
        with pytest.raises(SourceDown) as down:
            _ = [batch async for batch in source.read("", box.tenant.clock())]
        assert down.value.after == 40 - passed
        assert box.faults.count("logs") == calls
    seconds = 41.0
    assert [batch async for batch in source.read("", box.tenant.clock())]


async def test_an_answer_cut_short_is_not_taken_for_whole(box: Sandbox, logs: LogAnalytics) -> None:
    box.faults.add(Fault(area="logs", kind="status", status=200))
    with pytest.raises(PartialAnswer):
        await logs.query("AADProvisioningLogs | take 10", timespan=DAY)


async def test_a_source_whose_answers_are_cut_short_asks_for_less_and_reads_all(
    box: Sandbox, logs: LogAnalytics
) -> None:
    whole = [batch async for batch in LogAnalyticsSource(logs).read("", box.tenant.clock())]
    box.faults.add(Fault(area="logs", kind="status", status=200, times=6))
    halved = [batch async for batch in LogAnalyticsSource(logs).read("", box.tenant.clock())]
    assert len(halved) > len(whole) == 1
    found = {event.id: event for batch in halved for event in batch.events}
    assert found == {event.id: event for event in whole[0].events}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": "https://localhost:1"}, "localhost:1 cannot be reached"),
        ({"url": "https://no-such-host.invalid"}, "cannot be reached"),
        ({"secret": "wrong"}, "APP_SECRET is wrong"),
        ({"workspace": "00000000-0000-0000-0000-000000000000"}, "WORKSPACE_ID"),
        ({"trusted": False}, "CA_FILE"),
    ],
    ids=["closed port", "no such host", "wrong secret", "no such workspace", "untrusted"],
)
async def test_what_cannot_be_reached_or_signed_in_to_is_one_sentence_without_the_secret(
    box: Sandbox, changed: dict[str, str], sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with AsyncExitStack() as held:
        logs = await held.enter_async_context(logs_on(box, **changed))  # pyright: ignore[reportArgumentType]
        with pytest.raises(SourceDown, match=sentence) as down:
            await logs.query(COUNT, timespan=DAY)
    assert box.tenant.app_secret not in str(down.value) + caplog.text


async def test_a_slow_workspace_is_not_waited_for_for_ever(box: Sandbox) -> None:
    async with logs_on(box, patience=0.5) as logs:
        box.faults.add(Fault(area="logs", kind="slow", seconds=2))
        with pytest.raises(SourceDown, match="did not answer in time"):
            await logs.query(COUNT, timespan=DAY)
