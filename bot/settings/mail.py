"""The mail server, for addresses that are to be told."""

from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from bot.addresses import mailbox
from bot.ports import Refusal
from bot.settings.values import LOOPBACK


class Mail(BaseSettings):
    """The mail server, for addresses that are to be told."""

    # Mail, for addresses that are to be told
    smtp_host: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.:_-]{0,253}$",
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
    smtp_scope: str = Field(
        default="https://outlook.office365.com/.default",
        pattern=r"^https://\S+$",
        description="Scope of the token that the bot signs in there with, where it has no password.",
    )
    smtp_from: str = Field(
        default="",
        max_length=400,
        description="Address that mails come from, also with a name: Syncwatch <syncwatch@contoso.com>.",
    )

    @field_validator("smtp_security")
    @classmethod
    def _stays_here(cls, value: str, told: ValidationInfo) -> str:
        if value == "none" and (host := told.data.get("smtp_host")) and host not in LOOPBACK:
            raise ValueError("none is for a server on this machine; insecure says that others may read along")
        return value

    @field_validator("smtp_username")
    @classmethod
    def _is_not_overheard(cls, name: str, told: ValidationInfo) -> str:
        if name and told.data.get("smtp_security") == "insecure":
            raise ValueError(
                "its sign-in would be there for others to read; SMTP_SECURITY must not be insecure with it"
            )
        return name

    @field_validator("smtp_password")
    @classmethod
    def _is_somebodys(cls, secret: SecretStr | None, told: ValidationInfo) -> SecretStr | None:
        if secret and told.data.get("smtp_username") == "":
            raise ValueError("SMTP_USERNAME must say whose it is")
        return secret

    @field_validator("smtp_from")
    @classmethod
    def _is_an_address(cls, value: str, told: ValidationInfo) -> str:
        if (host := told.data.get("smtp_host")) is not None and bool(host) != bool(value):
            raise ValueError("SMTP_HOST and SMTP_FROM are set both or neither")
        try:
            mailbox(value) if value else None
        except Refusal as error:
            raise ValueError(str(error).rpartition(": ")[2].rstrip(".")) from None
        return value
