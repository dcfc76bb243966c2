"""Where the bot keeps what it knows, and for how long."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.forms import File


class Database(BaseSettings):
    """Where the bot's state is: all that is needed for what has to do with that alone."""

    # Where the bot keeps and shows things
    database_url: str = Field(
        default="sqlite:///syncwatch.db",
        description="Where the bot keeps its state: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE, which several replicas may share.",
    )


class Keeping(Database):
    """Where the bot keeps what it knows, and for how long."""

    archive_file: Path = Field(
        default=Path("syncwatch-logs.duckdb"),
        description="File to keep Graph's logs in where there is no workspace, for `user`, `errors`, `kql` and rules in KQL; none keeps none.",
    )
    archive_days: int = Field(default=90, ge=1, le=3_650, description="Days that rows stay in ARCHIVE_FILE.")
    errors_file: File = Field(
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
