"""The mail server, for addresses that are to be told."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from bot.addresses import mailbox
from bot.ports import Refusal
from bot.settings.forms import Host, Scope


class Mail(BaseSettings):
    """The mail server, for addresses that are to be told."""

    # Mail, for addresses that are to be told
    smtp_host: Host = Field(
        default="",
        description="Mail server that hands on what the bot writes; empty sends no mail. docs/email.md says more.",
    )
    smtp_port: int | None = Field(
        default=None, ge=1, le=65_535, description="Its port; empty is 587, or 465 with tls, or 25 without encryption."
    )
    smtp_security: Literal["starttls", "tls", "none", "insecure"] = Field(
        default="starttls",
        description="How the way to it is encrypted: starttls, tls, none (to this machine only), or insecure (none, to any).",
    )
    smtp_username: str = Field(
        default="", max_length=320, description="Name to sign in there with, e.g. the mailbox; empty signs in nowhere."
    )
    smtp_password: SecretStr | None = Field(
        default=None,
        description="Password of SMTP_USERNAME; empty signs in as the bot's own application, as Exchange Online asks for.",
    )
    smtp_scope: Scope = Field(
        default="https://outlook.office365.com/.default",
        description="Scope of the token that the bot signs in there with, where it has no password.",
    )
    smtp_from: str = Field(
        default="",
        max_length=400,
        description="Address that mails come from, also with a name: Syncwatch <syncwatch@contoso.com>.",
    )

    @field_validator("smtp_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            mailbox(value) if value else None
        except Refusal as error:
            raise ValueError(str(error).rpartition(": ")[2].rstrip(".")) from None
        return value
