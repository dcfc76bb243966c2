"""Where the logs are read, and what else is looked at."""

import re
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from bot.settings.values import VARIED, Guid, OptionalGuid, SourceNames, Words


class Logs(BaseSettings):
    """Where the logs are read, and what else is looked at."""

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
