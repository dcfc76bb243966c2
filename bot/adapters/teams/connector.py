"""The bot's calls to Teams: one client a service URL, one session for all, no retries.

botbuilder's own connector client opens a connection for each call and builds its retry policy anew for each turn, which
was 71 % of the time of a turn; this one says the same over one shared aiohttp session.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import aiohttp
import msgspec
from botframework.connector.auth import ConnectorFactory
from yarl import URL

from bot.adapters.teams.faults import Verb, failure
from bot.ports import Called, Clock, SourceDown, TryLater, uncounted

Token = Callable[[], Awaitable[str]]
_CONVERSATIONS = "/conversations"
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=4)


class Created(msgspec.Struct, rename="camel"):
    """What Teams returns of a new activity, or of a new thread and its first activity."""

    id: str
    activity_id: str | None = None


class Http:
    """The session that everything goes over, made when first used because it belongs to the running loop."""

    def __init__(self, context: ssl.SSLContext, called: Called = uncounted) -> None:
        self.called = called
        self._ssl = context
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            pool = aiohttp.TCPConnector(ssl=self._ssl)
            self._session = aiohttp.ClientSession(connector=pool, timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def fetch(self, url: str) -> bytes:
        async with self.session.get(url, raise_for_status=True) as response:
            return await response.read()

    async def time_at(self, url: str) -> datetime | None:
        """The time that the server at an address has; None where it does not say. Raises SourceDown."""
        try:
            async with self.session.get(url, raise_for_status=True) as response:
                said = response.headers.get("Date", "")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SourceDown(f"{url} cannot be read ({type(error).__name__}).") from None
        try:
            return parsedate_to_datetime(said).astimezone(UTC)
        except ValueError:
            return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Connector:
    """Speaks to one service URL. Every verb raises TryLater, CardGone (update only) or Undeliverable."""

    def __init__(self, service_url: str, http: Http, token: Token, clock: Clock) -> None:
        self._base = service_url.rstrip("/") + "/v3"
        self._http, self._token, self._clock = http, token, clock

    async def create(self, parameters: bytes) -> Created:
        """Start a new thread in a channel."""
        return self._created(await self._call(Verb.CREATE, "POST", _CONVERSATIONS, parameters))

    async def open(self, parameters: bytes) -> str:
        """The id of the chat with a person: made if there is none, the same one each time that it is asked for."""
        try:
            return msgspec.json.decode(await self._call(Verb.OPEN, "POST", _CONVERSATIONS, parameters), type=Created).id
        except (msgspec.MsgspecError, RecursionError) as error:
            raise TryLater("Teams did not say which chat it opened") from error

    async def send(self, conversation_id: str, activity: bytes) -> Created:
        path = f"{_CONVERSATIONS}/{_quote(conversation_id)}/activities"
        return self._created(await self._call(Verb.CREATE, "POST", path, activity))

    async def reply(self, conversation_id: str, activity_id: str, activity: bytes) -> Created:
        path = f"{_CONVERSATIONS}/{_quote(conversation_id)}/activities/{_quote(activity_id)}"
        return self._created(await self._call(Verb.CREATE, "POST", path, activity))

    async def update(self, conversation_id: str, activity_id: str, activity: bytes) -> None:
        path = f"{_CONVERSATIONS}/{_quote(conversation_id)}/activities/{_quote(activity_id)}"
        await self._call(Verb.UPDATE, "PUT", path, activity)

    async def team(self, team_id: str) -> bytes:
        """A team's name and group, as JSON."""
        return await self._call(Verb.READ, "GET", f"/teams/{_quote(team_id)}")

    async def channels(self, team_id: str) -> bytes:
        """The channels of a team that the app is installed in, as JSON."""
        return await self._call(Verb.READ, "GET", f"/teams/{_quote(team_id)}/conversations")

    async def _call(self, verb: Verb, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {await self._bearer()}", "Content-Type": "application/json"}
        url = URL(self._base + path, encoded=True)
        try:
            # A redirect is not followed: the token is for this service URL and no other.
            async with self._http.session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            self._http.called(0)
            raise TryLater(f"Teams cannot be reached: {type(error).__name__}") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._http.called(0)
            reason = f"The connection to Teams failed: {type(error).__name__}"
            raise TryLater(reason, uncertain=verb is Verb.CREATE) from error
        self._http.called(response.status)
        if not 200 <= response.status < 300:
            threaded = "%3Bmessageid%3D" in path
            raise failure(verb, response.status, response.headers, answer, self._clock(), threaded=threaded)
        return answer

    async def _bearer(self) -> str:
        try:
            return await self._token()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise TryLater(f"No token for Teams: {type(error).__name__}") from error

    def _created(self, answer: bytes) -> Created:
        """The ids of what was made. Without them it may be there, but it cannot be updated: so it is uncertain."""
        try:
            return msgspec.json.decode(answer, type=Created)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise TryLater("Teams took it but did not say where it stands", uncertain=True) from error


class Connectors(ConnectorFactory):
    """One connector a service URL, for botbuilder's turns and for messages unasked."""

    MOST = 64

    def __init__(self, http: Http, token: Token, clock: Clock) -> None:
        self._http, self._token, self._clock = http, token, clock
        self._known: OrderedDict[str, Connector] = OrderedDict()

    async def create(self, service_url: str, audience: str | None = None) -> Connector:  # pyright: ignore[reportIncompatibleMethodOverride] - ours instead of msrest's
        return self.to(service_url)

    def to(self, service_url: str) -> Connector:
        if (found := self._known.get(service_url)) is None:
            found = self._known[service_url] = Connector(service_url, self._http, self._token, self._clock)
            if len(self._known) > self.MOST:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(service_url)
        return found


def _quote(part: str) -> str:
    return quote(part, safe="")
