"""Who the bot is, and who may do what."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from bot.settings.values import Guid, People, named


class Who(BaseSettings):
    """Who the bot is, and who may do what."""

    # Who the bot is
    tenant_id: Guid = Field(description="Id of the Entra tenant that is watched; nobody of another tenant is answered.")
    app_id: Guid = Field(description="Application (client) id of the bot's app registration, also the Azure Bot's id.")
    app_secret: SecretStr = Field(min_length=1, description="Client secret of that app registration.")

    # Who may do what
    readers: People = Field(
        default=("*",),
        description="Entra object ids of those who may read; * is everybody in the tenant, as is nothing.",
    )
    operators: Annotated[People, AfterValidator(named)] = Field(
        default=(), description="Entra object ids of those who may also restart jobs and acknowledge."
    )
