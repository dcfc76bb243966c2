"""An alert rule of the tenant's own in Azure Monitor fires, and is resolved."""

import httpx

from tests.support.azure_alerts import delivery, resolved
from tests.support.cases import Case
from tests.support.whole import Whole

SECRET = "kJ3vT9mQ2xLw8RzB5nYc7HdF4gPs6aUe"


async def send(whole: Whole, body: object) -> None:
    async with httpx.AsyncClient() as action_group:
        answer = await action_group.post(f"{whole.url}/api/alerts/{SECRET}", json=body)
    assert answer.status_code == 202, answer.text


async def play(whole: Whole) -> None:
    await send(whole, delivery())
    await whole.look()


async def heal(whole: Whole) -> None:
    await send(whole, resolved(delivery()))
    await whole.look()


CASE = Case(
    rule="azure_alert",
    play=play,
    says=("Azure Monitor: Provisioning failures", "Count > 10 over 1 h", "JobId = Workday.1", "View search results"),
    heal=heal,
    settings={"alerts_secret": SECRET},
)
