"""Rules and questions in KQL."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.forms import Folder, Resource
from bot.settings.values import Words


class Kql(BaseSettings):
    """Rules and questions in KQL."""

    # Rules and questions in KQL
    rules_dir: Folder = Field(
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
    workspace_resource: Resource = Field(
        default="",
        max_length=400,
        description="Azure resource id of the workspace (/subscriptions/…/workspaces/NAME), for links that open rows in the portal.",
    )
