"""Installs the app for a person through Graph, so that the bot may write to somebody who never met it."""

from __future__ import annotations

from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown, permission
from bot.adapters.graph.wire import Wire
from bot.ports import Refusal

INSTALLS = "TeamsAppInstallation.ReadWriteSelfForUser.All"
FINDS = "AppCatalog.Read.All"
AUTO = "auto"
"""The app is looked up in the catalogue by the id in its manifest, which is the bot's own."""


class _App(Wire, frozen=True, kw_only=True):
    id: str | None = None
    external_id: str | None = None


class _Apps(Wire, frozen=True, kw_only=True):
    value: list[_App] | None = None


class GraphInstaller:
    """`app` is the app's id in the tenant's catalogue, or AUTO."""

    def __init__(self, client: GraphClient, *, app: str, app_id: str) -> None:
        self._client, self._external_id = client, app_id
        self._app, self._looks_up = ("" if app == AUTO else app), app == AUTO

    async def install(self, user_id: str) -> bool:
        """Whether the app is new to the person. Raises Refusal where that is not to be, SourceDown where Graph fails."""
        app = self._app or await self._find()
        bind = {"teamsApp@odata.bind": f"{self._client.url}/appCatalogs/teamsApps/{quote(app, safe='')}"}
        try:
            await self._client.post(f"/users/{quote(user_id, safe='')}/teamwork/installedApps", bind, needs=INSTALLS)
        except GraphDown as error:
            if error.status == 409:
                return False
            if self._looks_up:
                self._app = ""  # it may have been uploaded anew since
            raise _refusal(error) or error from None
        return True

    async def _find(self) -> str:
        path = f"/appCatalogs/teamsApps?$filter=externalId%20eq%20'{quote(self._external_id, safe='')}'"
        try:
            found = lenient.decode(await self._client.ask(path, needs=FINDS), _Apps).value
        except lenient.Unreadable:
            raise GraphDown(
                "Microsoft Graph's answer about the app catalogue is not the JSON that it should be."
            ) from None
        except GraphDown as error:
            if error.status in (401, 403):
                raise Refusal(f"the app cannot be looked up in the catalogue. {permission(FINDS)}") from None
            raise
        ids = [one.id for one in found or () if one.id and (one.external_id or "").lower() == self._external_id.lower()]
        if not ids:
            raise Refusal(
                "the organization's app catalogue does not hold it. Upload the package that `app.py manifest` made."
            )
        self._app = ids[0]
        return self._app


def _refusal(error: GraphDown) -> Refusal | None:
    """What a person can mend; None where only time can."""
    said = f"{error.status} {error.code}".strip() + (f": {error.words}" if error.words else "")
    if error.status in (401, 403):
        return Refusal(f"Graph does not let the bot install it ({said}). {permission(INSTALLS)}")
    if 400 <= error.status < 500 and error.status != 429:
        return Refusal(f"Graph did not install it ({said}).")
    return None
