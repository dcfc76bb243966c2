"""The real SDK clients, unmodified, on a sandbox: a credential of azure.identity, Graph and Log Analytics over TLS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from azure.identity.aio import ClientSecretCredential

from bot.adapters.graph.client import GraphClient
from bot.adapters.log_analytics import LogAnalytics
from sandbox.server import Sandbox


async def settled() -> None:
    """Let connections that were closed say goodbye: TLS takes a few turns of the loop, and nobody waits for them."""
    for _ in range(100):
        await asyncio.sleep(0)


@asynccontextmanager
async def signed_in(box: Sandbox, *, secret: str = "", login: str = "") -> AsyncGenerator[ClientSecretCredential]:
    """The bot's credential in the sandbox's tenant."""
    credential = ClientSecretCredential(
        box.tenant.id,
        box.tenant.app_id,
        secret or box.tenant.app_secret,
        authority=login or box.url,
        disable_instance_discovery=True,
        connection_verify=str(box.ca_file),
        retry_total=0,
    )
    async with credential:
        yield credential
    await settled()


@asynccontextmanager
async def graph_on(
    box: Sandbox, *, url: str = "", secret: str = "", login: str = "", trusted: bool = True, patience: float = 10.0
) -> AsyncGenerator[GraphClient]:
    """Graph of the sandbox, or of another address."""
    async with signed_in(box, secret=secret, login=login) as credential:
        ca_file: Path | None = box.ca_file if trusted else None
        client = GraphClient(credential, url=url or f"{box.url}/v1.0", ca_file=ca_file, timeout=patience)
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def logs_on(
    box: Sandbox, *, url: str = "", secret: str = "", workspace: str = "", trusted: bool = True, patience: float = 10.0
) -> AsyncGenerator[LogAnalytics]:
    """The workspace of the sandbox, or another one."""
    async with signed_in(box, secret=secret) as credential:
        logs = LogAnalytics(
            credential,
            workspace or box.tenant.workspace_id,
            url=url or box.url,
            ca_file=box.ca_file if trusted else None,
            timeout=patience,
        )
        try:
            yield logs
        finally:
            await logs.close()
            await settled()
