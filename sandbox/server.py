"""The sandbox's one TLS site: login, Graph, Log Analytics and Bot Framework's keys on a free port of loopback."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.control import control_app
from sandbox.faults import Faults
from sandbox.graph import graph_app
from sandbox.graph.beta import beta_app
from sandbox.guard import only_loopback
from sandbox.keys import ISSUER, Keys
from sandbox.log_analytics import log_analytics
from sandbox.login import add_entra_keys, add_login, keys_app
from sandbox.tenant import Tenant
from sandbox.tls import serve_tls

_LOOPBACK = "127.0.0.1"
ACTION_GROUPS = "461e8683-5575-4561-ac7f-899cc907d62a"
"""AzNS AAD Webhook: the application that Azure Monitor's action groups are in every tenant."""
_FAREWELL_TURNS = 20


class Sandbox:
    """Serves a tenant while it is entered; `folder` is where ca.pem is written, a temporary one by default."""

    def __init__(
        self,
        tenant: Tenant,
        faults: Faults | None = None,
        *,
        port: int = 0,
        control_port: int = 0,
        folder: Path | None = None,
        throttle: bool = True,
    ) -> None:
        self.tenant, self.faults = tenant, faults or Faults(tenant.clock)
        self.keys, self.entra_keys = Keys(), Keys()
        self.url, self.control_url = "", ""
        self.ca_file = Path()
        self._ports, self._throttle, self._folder = (port, control_port), throttle, folder
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> Sandbox:
        if self._folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="syncwatch-")
        context, self.ca_file = serve_tls(self._folder or Path(self._temporary.name if self._temporary else "."))
        site, control = web.Application(), web.Application(middlewares=[only_loopback])
        add_login(site, self.tenant, self.faults)
        add_entra_keys(site, self.tenant, self.entra_keys)
        site.add_subapp("/botframework", keys_app(self.keys))
        site.add_subapp("/beta", beta_app(self.tenant))
        site.add_subapp("/v1.0", graph_app(self.tenant, self.faults, throttle=self._throttle))
        site.add_subapp("/v1", log_analytics(self.tenant, self.faults))
        control.add_subapp("/_sandbox", control_app(self.tenant, self.faults))
        try:
            self.url = f"https://localhost:{await self._serve(site, self._ports[0], context)}"
            self.control_url = f"http://{_LOOPBACK}:{await self._serve(control, self._ports[1], None)}/_sandbox"
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for runner in self._runners:
            await _stop(runner)
        self._runners.clear()
        if self._temporary is not None:
            self._temporary.cleanup()

    def environment(self) -> dict[str, str]:
        """The bot's settings for this tenant."""
        return {
            "TENANT_ID": self.tenant.id,
            "APP_ID": self.tenant.app_id,
            "APP_SECRET": self.tenant.app_secret,
            "OPERATORS": self.tenant.admins[0]["id"],
            "WORKSPACE_ID": self.tenant.workspace_id,
            "GRAPH_URL": f"{self.url}/v1.0",
            "LOGIN_URL": self.url,
            "LOGS_URL": self.url,
            "BOT_OPENID_URL": f"{self.url}/botframework/openidconfiguration",
            "BOT_ISSUER": ISSUER,
            "BOT_SCOPE": "https://api.botframework.com/.default",
            "CA_FILE": str(self.ca_file),
            "READ_BACK": "true",
        }

    def token(self, service_url: str, **overrides: Any) -> str:
        """A token as Teams sends it along with an activity; overrides replace claims, None leaves one out."""
        return self.keys.token(self.tenant.app_id, service_url, **overrides)

    def alert_token(self, audience: str, **overrides: Any) -> str:
        """A token as Entra gives it to Azure Monitor's action groups; overrides replace claims, None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": f"https://sts.windows.net/{self.tenant.id}/",
            "aud": audience,
            "appid": ACTION_GROUPS,
            "tid": self.tenant.id,
            "roles": ["ActionGroupsSecureWebhook"],
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3_600,
        }
        return self.entra_keys.sign({**claims, **overrides})

    async def _serve(self, app: web.Application, port: int, context: Any) -> int:
        """Serve on loopback, IPv6's too where there is one, and say on which port."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, _LOOPBACK, port, ssl_context=context).start()
        bound = int(runner.addresses[0][1])
        with suppress(OSError):
            # Clients that try ::1 first for "localhost" would lose time otherwise.
            await web.TCPSite(runner, "::1", bound, ssl_context=context).start()
        return bound


async def _stop(runner: web.AppRunner) -> None:
    """Stop serving, and hang up on clients that keep a connection open.

    A polite end of TLS waits for the other side, which may be gone; and both sides need some turns of the loop.
    """
    open_ones = list(runner.server.connections) if runner.server else []
    transports = [connection.transport for connection in open_ones]
    await runner.cleanup()
    for transport in transports:
        if transport is not None:
            transport.abort()
    for _ in range(_FAREWELL_TURNS):
        await asyncio.sleep(0)
