"""Settings from the environment and .env: every mistake is told at once, each with what the setting is for."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from bot.ports import BadSettings
from bot.settings.endpoints import Endpoints
from bot.settings.keeping import Keeping
from bot.settings.kql import Kql
from bot.settings.logs import Logs
from bot.settings.mail import Mail
from bot.settings.running import Running
from bot.settings.secrets import secret
from bot.settings.telling import Telling
from bot.settings.who import Who

__all__ = ["Settings", "database_url", "load", "secret"]


# Of several bases, the fields of the last come first.
class Settings(Endpoints, Kql, Running, Mail, Telling, Keeping, Logs, Who):
    """Each field is a setting; its description is what help, `.env.example` and the README say of it."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

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


class _Kept(Keeping):
    model_config = Settings.model_config


def database_url(env_file: str | None = ".env") -> str:
    """DATABASE_URL alone, for what needs no tenant. Raises BadSettings as `load` does."""
    try:
        return _Kept(_env_file=env_file).database_url  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        raise BadSettings(_explain(error)) from None


def load(env_file: str | None = ".env") -> Settings:
    """Read the settings. Raises BadSettings naming every missing or wrong one and what it is for, never an id or a secret."""
    try:
        return Settings(_env_file=env_file)  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        raise BadSettings(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    missing = {mistake["type"] == "missing" for mistake in error.errors()}
    what = "not complete" if missing == {True} else "not right" if missing == {False} else "neither complete nor right"
    lines = [f"The settings are {what}; put these into the environment or .env:"]
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
