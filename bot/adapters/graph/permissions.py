"""The permissions in Graph that the bot uses, what each is for, and a cheap read that shows whether it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.adapters.graph.installing import AUTO, FINDS, INSTALLS
from bot.model import Conversation, Job, Value

if TYPE_CHECKING:
    from bot.settings import Settings

_NO_JOB = "there is no job yet to try it on."
_NO_PRINCIPAL = "there is no service principal to try it on."
_NO_PLACE = "the bot is in no such conversation yet to try it on."
_NOBODY = "nobody has a chat with the bot yet to try it on."


ANYBODY = "/servicePrincipals?$select=id&$top=1"
"""Some service principal, to try on what needs one."""


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


def _dirsync(name: str, what_for: str, path: str) -> Permission:
    return Permission(
        name=name,
        what_for=what_for,
        path=lambda known: path,
        when=lambda settings: settings.dirsync,
        heard="dirsync",
        only="not needed with `DIRSYNC=false`",
    )


PERMISSIONS = (
    Permission(
        name="Application.Read.All",
        what_for="finding the jobs, and the secrets and certificates that they stop with",
        path=lambda known: ANYBODY,
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
    _dirsync("Organization.Read.All", "when Active Directory was synchronized last", "/organization?$select=id"),
    _dirsync(
        "User.Read.All",
        "users that could not be synchronized whole, where a user comes from, and the names of people on call",
        "/users?$select=id&$top=1",
    ),
    _dirsync(
        "Group.Read.All",
        "groups that could not be synchronized whole, and where a group comes from",
        "/groups?$select=id&$top=1",
    ),
    _dirsync("OrgContact.Read.All", "contacts that could not be synchronized whole", "/contacts?$select=id&$top=1"),
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
