"""How often the bot looks, and what happens when it is away."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from bot.settings.values import Seconds, is_address


class Running(BaseSettings):
    """How often the bot looks, and what happens when it is away."""

    # When the bot itself is away
    heartbeat_url: SecretStr | None = Field(
        default=None,
        description="Address that is fetched while the bot watches and delivers, such as a check of healthchecks.io: whoever keeps it raises the alarm when nothing comes.",
    )
    heartbeat_seconds: Seconds = Field(default=60, description="Seconds between two fetches of HEARTBEAT_URL.")
    away_minutes: float = Field(
        default=5,
        ge=0,
        le=10_080,
        description="Minutes without a look into the logs after which the bot tells, when it is back, that it was away; 0 never tells.",
    )

    # How often
    watch_seconds: Seconds = Field(default=10, description="Seconds between two looks into the log.")
    jobs_seconds: Seconds = Field(default=30, description="Seconds between two looks at the state of the jobs.")
    discover_seconds: Seconds = Field(default=600, description="Seconds between two searches for new jobs.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")

    @field_validator("heartbeat_url")
    @classmethod
    def _can_be_fetched(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not is_address(secret.get_secret_value()):
            raise ValueError("it must be a whole address, https://HOST/…")
        return secret
