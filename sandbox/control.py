"""The sandbox's own endpoint: cause a beat, order a fault, put the clock forward, see what was called."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

import msgspec
from aiohttp import web

from sandbox.beats import BEATS
from sandbox.faults import Fault, Faults
from sandbox.graph.status import job_json
from sandbox.tenant import Tenant


class _Beat(msgspec.Struct, kw_only=True):
    name: str
    args: dict[str, Any] = {}


class _Clock(msgspec.Struct, kw_only=True):
    advance: float


def control_app(tenant: Tenant, faults: Faults) -> web.Application:
    """The control endpoint, to be mounted at /_sandbox."""
    app = web.Application(middlewares=[_politely])
    control = _Control(tenant, faults)
    app.router.add_get("/beats", control.beats)
    app.router.add_post("/beat", control.beat)
    app.router.add_post("/fault", control.fault)
    app.router.add_delete("/faults", control.clear)
    app.router.add_post("/clock", control.clock)
    app.router.add_get("/calls", control.calls)
    app.router.add_get("/jobs", control.jobs)
    return app


class _Control:
    """The handlers."""

    def __init__(self, tenant: Tenant, faults: Faults) -> None:
        self._tenant, self._faults = tenant, faults

    async def beats(self, _: web.Request) -> web.Response:
        """Every beat with its arguments and what it does."""
        return _json({name: _described(function) for name, function in sorted(BEATS.items())})

    async def beat(self, request: web.Request) -> web.Response:
        """{"name": "proxy_conflict", "args": {"count": 5}}"""
        wanted = msgspec.json.decode(await request.read(), type=_Beat)
        if wanted.name not in BEATS:
            raise ValueError(f"There is no beat {wanted.name!r}; there are {', '.join(sorted(BEATS))}.")
        return _json({"result": self._tenant.beat(wanted.name, **wanted.args)})

    async def fault(self, request: web.Request) -> web.Response:
        """{"area": "graph", "kind": "status", "status": 503, "times": 2, "match": "/jobs"}"""
        self._faults.add(msgspec.json.decode(await request.read(), type=Fault))
        return _json({})

    async def clear(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return _json({})

    async def clock(self, request: web.Request) -> web.Response:
        """{"advance": 3600} puts the tenant's clock forward by an hour."""
        step = msgspec.json.decode(await request.read(), type=_Clock)
        if step.advance < 0:
            raise ValueError("The clock goes forward only.")
        self._tenant.skip(step.advance)
        self._tenant.advance()
        return _json({"now": self._tenant.clock()})

    async def calls(self, _: web.Request) -> web.Response:
        """How many calls each area had, and all of them."""
        calls = self._faults.calls
        return _json({"counts": Counter(call.area for call in calls), "calls": calls})

    async def jobs(self, _: web.Request) -> web.Response:
        """Every job as Graph shows it, with its name, its number of cycles and how many of its objects fail."""
        self._tenant.advance()
        shown = [
            {
                "name": job.spec.name,
                "servicePrincipal": job.spec.principal.id,
                "cycles": job.cycles,
                "running": job.running is not None,
                "failing": len(job.failing),
                **job_json(job, self._tenant.clock()),
            }
            for job in self._tenant.jobs.values()
        ]
        return _json({"now": self._tenant.clock(), "rows": len(self._tenant.arrived), "jobs": shown})


@web.middleware
async def _politely(request: web.Request, handler: Any) -> web.StreamResponse:
    """Say in one sentence what was wrong with a request."""
    try:
        return await handler(request)
    except (ValueError, TypeError, KeyError) as error:
        return _json({"error": str(error)}, status=400)


def _described(function: Any) -> dict[str, Any]:
    names = list(inspect.signature(function).parameters.values())[2:]
    text = (function.__doc__ or "").strip()
    return {"args": {name.name: None if name.default is name.empty else name.default for name in names}, "text": text}


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
