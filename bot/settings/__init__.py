"""Settings from the environment and .env: every mistake is told at once, each with what the setting is for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.model import Value
from bot.ports import BadSettings
from bot.settings import strange
from bot.settings.endpoints import Endpoints
from bot.settings.keeping import Database, Keeping
from bot.settings.kql import Kql
from bot.settings.logs import Logs
from bot.settings.mail import Mail
from bot.settings.mistakes import Mistake, refused
from bot.settings.running import Running
from bot.settings.secrets import secret
from bot.settings.telling import Telling
from bot.settings.together import misfits
from bot.settings.who import Who
from bot.settings.wording import what_is_wrong

__all__ = [
    "Mistake",
    "Read",
    "Settings",
    "database_url",
    "in_order",
    "load",
    "read",
    "refused",
    "secret",
    "strange_names",
    "wrong",
]

S = TypeVar("S", bound=BaseSettings)


# Of several bases, the fields of the last come first.
class Settings(Endpoints, Kql, Running, Mail, Telling, Keeping, Logs, Who):
    """Each field is a setting; its description is what help, `.env.example` and the README say of it."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

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


class _Database(Database):
    model_config = Settings.model_config


class Read(Value, frozen=True, kw_only=True):
    """What the settings say, and what is wrong with them: in the place of a wrong one stands its default, or something
    that is right by its form, so that the others can be looked at."""

    settings: Settings
    mistakes: tuple[Mistake, ...] = ()


def database_url(env_file: str | None = ".env") -> str:
    """DATABASE_URL alone, for what needs nothing else. Raises BadSettings as `load` does."""
    return _made(_Database, env_file).database_url


def load(env_file: str | None = ".env") -> Settings:
    """Read the settings. Raises BadSettings naming every missing or wrong one and what it is for, never an id or a secret."""
    found = read(env_file)
    if found.mistakes:
        raise refused(found.mistakes)
    return found.settings


def read(env_file: str | None = ".env") -> Read:
    """Read the settings, with all that is wrong with them. Raises BadSettings where .env cannot be read at all."""
    mistakes: list[Mistake] = []
    try:
        settings = _made(Settings, env_file)
    except ValidationError as error:
        mistakes = list(_mistakes(error))
        settings = _made(Settings, env_file, **{each.setting: _stand_in(each.setting) for each in mistakes})
    known = {each.setting for each in mistakes}
    mistakes += [wrong(name, why) for name, why in misfits(settings, known)]
    return Read(settings=settings, mistakes=in_order(mistakes))


def wrong(name: str, why: str) -> Mistake:
    """The mistake of a setting, with what it is for."""
    return Mistake(setting=name, text=f"{name.upper()} is wrong ({why}): {Settings.model_fields[name].description}")


def in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """As the settings stand in the documents, each once."""
    places = {name: at for at, name in enumerate(Settings.model_fields)}
    return tuple(sorted(dict.fromkeys(mistakes), key=lambda each: places[each.setting]))


def strange_names(referred: Collection[str] = (), env_file: str | None = ".env") -> tuple[str, ...]:
    """Sentences about names in .env or the environment that seem to be misspelt settings; `referred` are no such."""
    return tuple(strange.strange([name.upper() for name in Settings.model_fields], referred, env_file))


def _made(kind: type[S], env_file: str | None, **given: Any) -> S:
    try:
        return kind(_env_file=env_file, **given)  # pyright: ignore[reportCallIssue]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadSettings(f"The file {env_file} is not UTF-8 (line {line}); save it as UTF-8.") from None
    except OSError as error:
        raise BadSettings(f"The file {error.filename or env_file} cannot be read: {error.strerror or error}.") from None


def _mistakes(error: ValidationError) -> Iterator[Mistake]:
    for each in error.errors():
        name = str(each["loc"][0])
        field = Settings.model_fields[name]
        if each["type"] == "missing":
            yield Mistake(setting=name, text=f"{name.upper()} is missing: {field.description}", missing=True)
        else:
            yield wrong(name, what_is_wrong(dict(each), field))


def _stand_in(name: str) -> Any:
    field = Settings.model_fields[name]
    return "00000000-0000-4000-8000-000000000000" if field.is_required() else field.default
