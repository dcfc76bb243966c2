"""Who is told what, how fast, and how often again."""

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.forms import File, TimeOfDay
from bot.settings.values import CatalogueApp, Places, Reminders, Zone


class Telling(BaseSettings):
    """Who is told what, how fast, and how often again."""

    watch_on_install: bool = Field(
        default=True,
        description="Watch every job in the channel or chat that the app is installed in, until somebody says unwatch.",
    )
    routes: File = Field(
        default=None,
        description="File of routes, webhooks, the fallback and who is on call, in TOML; docs/routes.md says how it is written.",
    )
    webhook_allow: Places = Field(
        default=(),
        description="Hosts and networks (10.1.0.0/16) inside your own network that webhooks may go to, also without TLS; all other private addresses are refused.",
    )
    teams_rate: int = Field(
        default=50,
        ge=1,
        le=50,
        description="Calls to Teams in a second at most, in all conversations together; Teams takes 50 of an app in a tenant, so no more can be set.",
    )
    teams_margin: float = Field(
        default=0.055,
        ge=0,
        le=5,
        description="Seconds by which Teams' windows are taken to be longer than they are, for calls that overtake one another.",
    )
    proactive_install: CatalogueApp = Field(
        default="",
        description="Install the app for people who are to be told something and do not have it: auto finds it in the organization's app catalogue, or give its id there; empty installs nothing.",
    )
    read_back: bool = Field(
        default=False,
        description="Look in the channel before a post whose outcome is unknown is sent again; needs ChannelMessage.Read.All in Graph.",
    )

    # Digests, for conversations that said `digest daily` or `digest weekly`
    digest_time: TimeOfDay = Field(default="08:00", description="Time of day at which digests are sent, as 08:00.")
    digest_zone: Zone = Field(
        default="UTC",
        description="Time zone of DIGEST_TIME, as in the IANA list: UTC, Europe/Berlin, America/New_York.",
    )

    # Storms, and what nobody takes
    storm_cards: int = Field(
        default=20,
        ge=1,
        le=100_000,
        description="Messages that a conversation is told one by one within a minute; what is beyond comes as one digest.",
    )
    remind: Reminders = Field(
        default="4h 1d 7d",
        description="When an incident that nobody has taken is told again, e.g. 4h 1d 7d: once after 4 hours, then daily, then weekly; off never.",
    )
