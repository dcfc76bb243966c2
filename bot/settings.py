"""Settings from the environment and .env: every mistake is told at once, each with what the setting is for."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.ports import BadSettings
from bot.roles import EVERYBODY


def _split(value: object) -> object:
    return tuple(part for part in value.replace(",", " ").split()) if isinstance(value, str) else value


def _encrypted(value: str) -> str:
    if not re.fullmatch(r"https://\S+", value):
        raise ValueError("it must begin with https://: secrets are sent there")
    return value


def _guid(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError("it is not a GUID, like 0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0") from None


def _people(value: object) -> object:
    """Object ids. What is wrong is shown, because it is somebody's name or address that was taken for one."""
    if not isinstance(value, str):
        return value
    words = value.replace(",", " ").split()
    wrong = [repr(word[:60]) for word in words if word != EVERYBODY and not _is_guid(word)]
    if wrong:
        are = "is not a GUID" if len(wrong) == 1 else "are not GUIDs"
        raise ValueError(f"{', '.join(wrong[:5])} {are} (the Entra object id of a person)")
    return tuple(word if word == EVERYBODY else str(UUID(word)) for word in words)


def _is_guid(word: str) -> bool:
    try:
        return bool(UUID(word))
    except ValueError:
        return False


def _named(value: tuple[str, ...]) -> tuple[str, ...]:
    if EVERYBODY in value:
        raise ValueError("* is for READERS only; name each operator")
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
People = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_people)]
SourceNames = Annotated[tuple[Literal["graph", "log_analytics"], ...], NoDecode, BeforeValidator(_split)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Https = Annotated[str, AfterValidator(_encrypted)]
Guid = Annotated[str, BeforeValidator(_guid)]
OptionalGuid = Annotated[str, BeforeValidator(lambda value: value and _guid(value))]


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("it is no time zone, which are written as Europe/Berlin") from None
    return value


Zone = Annotated[str, BeforeValidator(_zone)]
VARIED = 10
"""Different characters that a secret of ours has at least."""

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Settings(BaseSettings):
    """Each field is a setting; its description is what help, `.env.example` and the README say of it."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    # Who the bot is
    tenant_id: Guid = Field(description="Id of the Entra tenant that is watched; nobody of another tenant is answered.")
    app_id: Guid = Field(description="Application (client) id of the bot's app registration, also the Azure Bot's id.")
    app_secret: SecretStr = Field(min_length=1, description="Client secret of that app registration.")

    # Who may do what
    readers: People = Field(
        default=("*",), description="Entra object ids of those who may read; * is everybody in the tenant."
    )
    operators: Annotated[People, AfterValidator(_named)] = Field(
        default=(), description="Entra object ids of those who may also restart jobs and acknowledge."
    )

    # Where the log is read
    workspace_id: OptionalGuid = Field(
        default="",
        description="Id of the Log Analytics workspace that holds AADProvisioningLogs; empty reads Graph's log.",
    )
    sources: SourceNames = Field(
        default=(),
        description="Log sources to read: graph, log_analytics; empty picks log_analytics where WORKSPACE_ID is set.",
    )
    audits: Literal["graph", "log_analytics", "none"] = Field(
        default="graph",
        description="Where the audit log is read, which says who changed a job: graph, log_analytics or none.",
    )

    # The sync with Active Directory (Connect Sync or Cloud Sync)
    dirsync: bool = Field(
        default=True,
        description="Look after the sync with Active Directory; false needs no permission for it and opens no incident.",
    )
    dirsync_hours: float = Field(
        default=3, ge=0, le=720, description="Hours without a sync after which it is stale; 0 looks at conflicts only."
    )

    # What Azure Monitor's action groups may hand in, at /api/alerts
    alerts_secret: SecretStr | None = Field(
        default=None,
        description="Secret of the webhook https://YOUR.HOST/api/alerts/SECRET: 32 or more letters and digits; empty closes it.",
    )
    alerts_audience: Words = Field(
        default=(),
        description="Application ID URI or client id that tokens of a secure webhook to /api/alerts name; empty takes none.",
    )
    alerts_sender: Guid = Field(
        default="461e8683-5575-4561-ac7f-899cc907d62a",
        description="Application that such tokens are given to: AzNS AAD Webhook, which is Azure Monitor's action groups.",
    )

    # Where the bot keeps and shows things
    database_url: str = Field(
        default="sqlite:///syncwatch.db", description="Where the bot keeps its state: sqlite:///FILE."
    )
    archive_file: Path = Field(
        default=Path("syncwatch-logs.duckdb"),
        description="File to keep Graph's logs in where there is no workspace, for `user`, `errors`, `kql` and rules in KQL; none keeps none.",
    )
    archive_days: int = Field(default=90, ge=1, le=3_650, description="Days that rows stay in ARCHIVE_FILE.")
    errors_file: FilePath | None = Field(
        default=None,
        description="Your own entries for error codes, as JSON: they add to, or override fields of, those of bot/knowledge/errors.json.",
    )
    hours_days: int = Field(
        default=90, ge=28, le=3_650, description="Days that counts of rows by the hour are kept for comparison."
    )
    cleared_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="Days that failures which are over are kept, counted from when they failed last.",
    )
    host: str = Field(default="0.0.0.0", description="Address that the bot listens on.")  # noqa: S104
    port: int = Field(default=3978, ge=1, le=65_535, description="Port that the bot listens on.")
    watch_on_install: bool = Field(
        default=True,
        description="Watch every job in the channel or chat that the app is installed in, until somebody says unwatch.",
    )
    read_back: bool = Field(
        default=False,
        description="Look in the channel before a post whose outcome is unknown is sent again; needs ChannelMessage.Read.All in Graph.",
    )

    # Digests, for conversations that said `digest daily` or `digest weekly`
    digest_time: str = Field(
        default="08:00",
        pattern=r"^([01]?\d|2[0-3]):[0-5]\d$",
        description="Time of day at which digests are sent, as 08:00.",
    )
    digest_zone: Zone = Field(
        default="UTC",
        description="Time zone of DIGEST_TIME, as in the IANA list: UTC, Europe/Berlin, America/New_York.",
    )

    # How often
    watch_seconds: Seconds = Field(default=10, description="Seconds between two looks into the log.")
    jobs_seconds: Seconds = Field(default=30, description="Seconds between two looks at the state of the jobs.")
    discover_seconds: Seconds = Field(default=600, description="Seconds between two searches for new jobs.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")

    # Rules and questions in KQL
    rules_dir: Path | None = Field(
        default=None,
        description="Folder of your own rules in KQL, NAME.kql; docs/kql-rules.md says how they are written.",
    )
    rules_off: Words = Field(default=(), description="Names of rules in KQL that are not asked; * asks none of them.")
    kql_tables: Words = Field(
        default=("AADProvisioningLogs", "AuditLogs", "AzureActivity"),
        description="Tables of the workspace that `kql` and your own rules may read.",
    )
    kql_rows: int = Field(default=500, ge=1, le=5_000, description="Rows that an answer to `kql` has at most.")
    kql_seconds: Annotated[float, Field(gt=0, le=180)] = Field(
        default=30, description="Seconds that an answer to `kql` may take."
    )
    workspace_resource: str = Field(
        default="",
        max_length=400,
        pattern=r"^(/subscriptions/[^?#]+)?$",
        description="Azure resource id of the workspace (/subscriptions/…/workspaces/NAME), for links that open rows in the portal.",
    )

    # Endpoints; the defaults are Microsoft's global cloud
    graph_url: Url = Field(default="https://graph.microsoft.com/v1.0", description="Base address of Microsoft Graph.")
    login_url: Https = Field(default="https://login.microsoftonline.com", description="Authority that issues tokens.")
    logs_url: Url = Field(
        default="https://api.loganalytics.io", description="Base address of the Log Analytics query API."
    )
    bot_openid_url: Url = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="OpenID metadata whose keys sign what Teams sends.",
    )
    bot_issuer: str = Field(
        default="https://api.botframework.com", description="Issuer that tokens from Teams must name."
    )
    bot_scope: str = Field(
        default="https://api.botframework.com/.default", description="Scope of the token that the bot sends to Teams."
    )
    ca_file: FilePath | None = Field(
        default=None, description="Certificate authority to trust besides the system's, as a PEM file."
    )

    @field_validator("sources", "audits")
    @classmethod
    def _has_workspace(cls, value: str | tuple[str, ...], told: ValidationInfo) -> str | tuple[str, ...]:
        # A workspace that is there but wrong is not among what is told: it is complained of by itself.
        if "log_analytics" in value and told.data.get("workspace_id") == "":
            raise ValueError("log_analytics is named, so WORKSPACE_ID must say which workspace to read")
        return value

    @field_validator("alerts_secret")
    @classmethod
    def _hard_to_guess(cls, secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value() if secret else ""
        if secret and (not re.fullmatch(r"[A-Za-z0-9_~.-]{32,200}", text) or len(set(text)) < VARIED):
            raise ValueError(
                "it must be 32 to 200 letters, digits, - or _, hard to guess; `python -c 'import secrets; "
                "print(secrets.token_urlsafe(32))'` makes one"
            )
        return secret

    @property
    def archive(self) -> Path | None:
        """Where Graph's logs are kept; with a workspace, which has them already, only where that is said."""
        wanted = not self.workspace_id or "archive_file" in self.model_fields_set
        return self.archive_file if wanted and str(self.archive_file).lower() != "none" else None

    @property
    def digest_at(self) -> time:
        """DIGEST_TIME as a time of day."""
        return time.fromisoformat(self.digest_time.rjust(5, "0"))

    @property
    def sources_to_read(self) -> tuple[str, ...]:
        """The sources that SOURCES names, or the best one that there is."""
        return self.sources or (("log_analytics",) if self.workspace_id else ("graph",))


def load(env_file: str | None = ".env") -> Settings:
    """Read the settings. Raises BadSettings naming every missing or wrong one and what it is for, never an id or a secret."""
    try:
        return Settings(_env_file=env_file)  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        raise BadSettings(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = ["The settings are not complete; put these into the environment or .env:"]
    for mistake in error.errors():
        name = str(mistake["loc"][0])
        what = (
            "is missing"
            if mistake["type"] == "missing"
            else f"is wrong ({mistake['msg'].removeprefix('Value error, ')})"
        )
        field = Settings.model_fields.get(name)
        lines.append(f"  {name.upper()} {what}: {field.description if field else ''}")
    return "\n".join(lines)
