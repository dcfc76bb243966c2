"""Keeps alerts from Azure Monitor: those that come while others are being stored share the next transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.adapters.store import Store
from bot.model import AzureAlert


class AlertKeeper:
    """Each alert is on disk when `keep` returns. `heard` is called after something new was."""

    def __init__(self, store: Store, heard: Callable[[], None]) -> None:
        self._store, self._heard = store, heard
        self._waiting: list[tuple[AzureAlert, asyncio.Future[bool]]] = []
        self._storing = asyncio.Lock()

    async def keep(self, alert: AzureAlert) -> bool:
        """Store an alert for good; whether it told anything new."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((alert, kept))
        async with self._storing:
            if not kept.done():
                await self._store_those_waiting()
        return await kept

    async def _store_those_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        try:
            async with self._store.begin() as tx:
                news = await tx.alerts.hear([alert for alert, _ in batch])
        except BaseException as error:
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(error if isinstance(error, Exception) else ConnectionError("it was cut short"))
                    kept.exception()  # seen, should nobody wait for it any more
            raise
        for (_, kept), new in zip(batch, news, strict=True):
            if not kept.done():
                kept.set_result(new)
        if any(news):
            self._heard()
