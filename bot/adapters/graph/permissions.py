"""The permissions in Graph that the bot uses, what each is for, and a cheap read that shows whether it is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.adapters import lenient
from bot.adapters.graph.client import GraphClient
from bot.adapters.graph.errors import GraphDown
from bot.adapters.graph.installing import AUTO, FINDS, INSTALLS
from bot.adapters.graph.wire import Principals
from bot.model import Conversation, ConversationKind, Grant, Job, Value
from bot.ports import SourceDown

if TYPE_CHECKING:
    from bot.settings import Settings

_NO_JOB = "there is no job yet to try it on."
_NO_PRINCIPAL = "there is no service principal to try it on."
_NO_PLACE = "the bot is in no such conversation yet to try it on."
_NOBODY = "nobody has a chat with the bot yet to try it on."
_NO_ANSWER = "Microsoft Graph was not reached; see Sign-in."


_ANYBODY = "/servicePrincipals?$select=id&$top=1"


class Known(Value, frozen=True, kw_only=True):
    """What there is to try a permission on."""

    principal: str = ""
    job: Job | None = None
    channel: Conversation | None = None
    chat: Conversation | None = None
    person: str = ""


class Permission(Value, frozen=True, kw_only=True):
    """One permission. `path` is what to read, None where there is nothing yet to read it of; POST where `body` is given.

    `heard` names the source whose answers prove the permission; `when` says whether the settings ask for it.
    """

    name: str
    what_for: str
    path: Callable[[Known], str | None]
    when: Callable[[Settings], bool] = lambda settings: True
    body: dict[str, object] | None = None
    lacking: str = _NO_JOB
    heard: str = ""
    required: bool = True
    only: str = ""


def _jobs(known: Known) -> str | None:
    return f"/servicePrincipals/{quote(known.principal, safe='')}/synchronization/jobs" if known.principal else None


def _validation(known: Known) -> str | None:
    return f"{_jobs(known)}/{quote(known.job.id, safe='')}/validateCredentials" if known.job else None


def _channel(known: Known) -> str | None:
    if known.channel is None:
        return None
    team, channel = quote(known.channel.team_group_id, safe=""), quote(known.channel.id, safe="")
    return f"/teams/{team}/channels/{channel}/messages?$top=1"


def _chat(known: Known) -> str | None:
    return None if known.chat is None else f"/chats/{quote(known.chat.id, safe='')}/messages?$top=1"


def _installed(known: Known) -> str | None:
    return f"/users/{quote(known.person, safe='')}/teamwork/installedApps" if known.person else None


PERMISSIONS = (
    Permission(
        name="Application.Read.All",
        what_for="finding the jobs, and the secrets and certificates that they stop with",
        path=lambda known: _ANYBODY,
        heard="directory",
    ),
    Permission(
        name="Synchronization.Read.All",
        what_for="the state of the jobs, and the schema that says whom they bring over",
        path=_jobs,
        heard="jobs",
        lacking=_NO_PRINCIPAL,
    ),
    Permission(
        name="ProvisioningLog.Read.All",
        what_for="the provisioning log",
        path=lambda known: "/auditLogs/provisioning?$top=1",
        when=lambda settings: "graph" in settings.sources_to_read,
        heard="graph",
        only="not needed with a workspace",
    ),
    Permission(
        name="AuditLog.Read.All",
        what_for="who changed or paused a job",
        path=lambda known: "/auditLogs/directoryAudits?$top=1",
        when=lambda settings: settings.audits == "graph",
        heard="audits",
        only="only with `AUDITS=graph`",
    ),
    Permission(
        name="GroupMember.Read.All",
        what_for="whether groups in a job's scope are gone or empty",
        path=lambda known: "/groups?$select=id&$top=1",
    ),
    Permission(
        name="Organization.Read.All",
        what_for="when Active Directory was synchronized last",
        path=lambda known: "/organization?$select=id",
        when=lambda settings: settings.dirsync,
        heard="dirsync",
        only="not needed with `DIRSYNC=false`",
    ),
    Permission(
        name="User.Read.All",
        what_for="users that could not be synchronized whole, and where a user comes from",
        path=lambda known: "/users?$select=id&$top=1",
        when=lambda settings: settings.dirsync,
        heard="dirsync",
        only="not needed with `DIRSYNC=false`",
    ),
    Permission(
        name="Group.Read.All",
        what_for="groups that could not be synchronized whole, and where a group comes from",
        path=lambda known: "/groups?$select=id&$top=1",
        when=lambda settings: settings.dirsync,
        heard="dirsync",
        only="not needed with `DIRSYNC=false`",
    ),
    Permission(
        name="OrgContact.Read.All",
        what_for="contacts that could not be synchronized whole",
        path=lambda known: "/contacts?$select=id&$top=1",
        when=lambda settings: settings.dirsync,
        heard="dirsync",
        only="not needed with `DIRSYNC=false`",
    ),
    Permission(
        name="RoleManagement.Read.Directory",
        what_for="whether somebody who fails holds a directory role",
        path=lambda known: "/roleManagement/directory/roleAssignments?$top=1",
        required=False,
    ),
    Permission(
        name="Synchronization.ReadWrite.All",
        what_for="`restart`, and testing saved credentials",
        path=_validation,
        body={"useSavedCredentials": True},
        required=False,
        only="leave it out and the bot only reads",
    ),
    Permission(
        name="ChannelMessage.Read.All",
        what_for="looking whether a card arrived in a channel before it is sent again",
        path=_channel,
        when=lambda settings: settings.read_back,
        lacking=_NO_PLACE,
        required=False,
        only="only with `READ_BACK=true`",
    ),
    Permission(
        name="Chat.Read.All",
        what_for="looking whether a card arrived in a group chat before it is sent again",
        path=_chat,
        when=lambda settings: settings.read_back,
        lacking=_NO_PLACE,
        required=False,
        only="only with `READ_BACK=true`",
    ),
    Permission(
        name=INSTALLS,
        what_for="installing the app for people who are to be told something and do not have it",
        path=_installed,
        when=lambda settings: bool(settings.proactive_install),
        lacking=_NOBODY,
        only="only with `PROACTIVE_INSTALL`",
    ),
    Permission(
        name=FINDS,
        what_for="finding the app in the organization's app catalogue",
        path=lambda known: "/appCatalogs/teamsApps?$filter=distributionMethod eq 'organization'",
        when=lambda settings: settings.proactive_install == AUTO,
        only="only with `PROACTIVE_INSTALL=auto`",
    ),
)


class GraphPermissions:
    """Port `Permissions`."""

    def __init__(self, client: GraphClient, settings: Settings) -> None:
        self._client = client
        self._used = [each for each in PERMISSIONS if each.when(settings)]

    async def grants(
        self, jobs: Sequence[Job], watching: Sequence[Conversation], answering: Collection[str]
    ) -> Sequence[Grant]:
        """One after the other, because Graph allows few reads of its logs; what a source's answers prove is not tried."""
        job = next((job for job in jobs if job.service_principal), None)
        known = Known(
            principal=job.service_principal if job is not None else await self._anybody(),
            job=job,
            channel=_place(watching, ConversationKind.CHANNEL),
            chat=_place(watching, ConversationKind.GROUP),
            person=next((each.user_id for each in watching if each.user_id), ""),
        )
        return [_grant(each, True) if each.heard in answering else await self._try(each, known) for each in self._used]

    async def _try(self, each: Permission, known: Known) -> Grant:
        path = each.path(known)
        if path is None:
            return _grant(each, None, each.lacking)
        try:
            await self._client.ask(path, each.body, needs=each.name)
        except GraphDown as error:
            if error.status in (401, 403):
                return _grant(each, False)
            # Any other refusal is about the thing that was asked for, and came after the permission was looked at.
            said = error.status in (0, 429) or error.status >= 500
            return _grant(each, None, str(error)) if said else _grant(each, True)
        except SourceDown:
            return _grant(each, None, _NO_ANSWER)
        return _grant(each, True)

    async def _anybody(self) -> str:
        """Some service principal: on a new bot that knows no job yet, its permission is tried on that one."""
        try:
            found = lenient.decode(await self._client.ask(_ANYBODY, needs=PERMISSIONS[0].name), Principals).value
        except (SourceDown, lenient.Unreadable):
            return ""
        return next((one.id for one in found or () if one.id), "")


def _place(watching: Sequence[Conversation], kind: ConversationKind) -> Conversation | None:
    found: Iterator[Conversation] = (each for each in watching if each.kind is kind)
    if kind is ConversationKind.CHANNEL:
        found = (each for each in found if each.team_group_id)
    return next(found, None)


def _grant(each: Permission, given: bool | None, said: str = "") -> Grant:
    said = f"{said[:1].upper()}{said[1:]}"
    return Grant(permission=each.name, what_for=each.what_for, given=given, said=said, required=each.required)
