"""The little that the bot asks of Graph's beta: when password hashes were synchronized."""

from __future__ import annotations

from aiohttp import web

from sandbox.graph import objects
from sandbox.tenant import Tenant


def beta_app(tenant: Tenant) -> web.Application:
    """To be mounted at /beta."""

    async def organization(request: web.Request) -> web.Response:
        tenant.advance()
        if tenant.tokens.check(request.headers.get("Authorization")) is None:
            fault = {"code": "InvalidAuthenticationToken", "message": "Access token is missing, expired or not valid."}
            return web.json_response({"error": fault}, status=401)
        whole = objects.organization(tenant) | {"onPremisesLastPasswordSyncDateTime": tenant.sync.passwords(tenant)}
        asked = [name for name in request.query.get("$select", "").split(",") if name]
        return web.json_response({"value": [{name: whole[name] for name in asked or whole}]})

    app = web.Application()
    app.router.add_get("/organization", organization)
    return app
