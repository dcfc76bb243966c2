"""The sign-in service: client credentials for tokens, and the keys of Bot Framework."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from sandbox.faults import Faults, middleware
from sandbox.ids import guid
from sandbox.keys import Keys, metadata
from sandbox.tenant import Tenant

_WRONG = {
    90002: ("invalid_request", 400, "Tenant '{0}' not found. Check to make sure you have the correct tenant ID."),
    700016: ("unauthorized_client", 400, "Application with identifier '{0}' was not found in the directory."),
    7000215: ("invalid_client", 401, "Invalid client secret provided. Ensure the secret being sent is the value."),
    70011: ("invalid_scope", 400, "The provided value for the input parameter 'scope' is not valid: '{0}'."),
    70003: ("unsupported_grant_type", 400, "The app requested an unsupported grant type '{0}'."),
}


def add_login(app: web.Application, tenant: Tenant, faults: Faults) -> None:
    """Serve POST /{tenant}/oauth2/v2.0/token from the root of a site."""
    apply = middleware(faults, "login")

    async def token(request: web.Request) -> web.Response:
        tenant.advance()
        form = {key: str(value) for key, value in (await request.post()).items()}
        refused = _refuse(tenant, request.match_info["tenant"], form)
        if refused is not None:
            return _error(*refused, tenant.clock())
        tokens = tenant.tokens
        granted = {
            "token_type": "Bearer",
            "expires_in": tokens.lifetime,
            "ext_expires_in": tokens.lifetime,
            "access_token": tokens.issue(form["scope"]),
        }
        return web.json_response(granted)

    async def faulty(request: web.Request) -> web.StreamResponse:
        return await apply(request, token)

    app.router.add_post("/{tenant}/oauth2/v2.0/token", faulty)


def add_entra_keys(app: web.Application, tenant: Tenant, keys: Keys) -> None:
    """Serve the tenant's OpenID metadata, and the keys that sign what its login gives to others."""

    async def configuration(request: web.Request) -> web.Response:
        site = f"{request.scheme}://{request.host}/{tenant.id}"
        return web.json_response({"issuer": f"{site}/v2.0", "jwks_uri": f"{site}/discovery/v2.0/keys"})

    async def jwks(_: web.Request) -> web.Response:
        return web.json_response(keys.jwks())

    app.router.add_get(f"/{tenant.id}/v2.0/.well-known/openid-configuration", configuration)
    app.router.add_get(f"/{tenant.id}/discovery/v2.0/keys", jwks)


def keys_app(keys: Keys) -> web.Application:
    """Bot Framework's OpenID metadata and keys, to be mounted at /botframework."""
    app = web.Application()

    async def configuration(request: web.Request) -> web.Response:
        return web.json_response(metadata(f"{request.scheme}://{request.host}"))

    async def jwks(_: web.Request) -> web.Response:
        return web.json_response(keys.jwks())

    app.router.add_get("/openidconfiguration", configuration)
    app.router.add_get("/keys", jwks)
    return app


def _refuse(tenant: Tenant, name: str, form: dict[str, str]) -> tuple[int, str] | None:
    """What is wrong with a token request, as AADSTS number and the value it names."""
    grant = form.get("grant_type", "")
    scope = form.get("scope", "")
    if name not in (tenant.id, "botframework.com"):
        return 90002, name
    if grant != "client_credentials":
        return 70003, grant
    if form.get("client_id") != tenant.app_id:
        return 700016, form.get("client_id", "")
    if form.get("client_secret") != tenant.app_secret:
        return 7000215, ""
    return None if scope.endswith("/.default") else (70011, scope)


def _error(number: int, value: str, at: datetime) -> web.Response:
    error, status, text = _WRONG[number]
    trace, correlation = guid("trace", at), guid("correlation", at)
    stamp = f"{at:%Y-%m-%d %H:%M:%SZ}"
    description = (
        f"AADSTS{number}: {text.format(value)} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
    )
    body = {
        "error": error,
        "error_description": description,
        "error_codes": [number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return web.json_response(body, status=status)
