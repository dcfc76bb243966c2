"""Where Microsoft's services are; the defaults are its global cloud."""

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.forms import File, Scope
from bot.settings.values import Https, Url


class Endpoints(BaseSettings):
    """Where Microsoft's services are; the defaults are its global cloud."""

    # Endpoints; the defaults are Microsoft's global cloud
    graph_url: Url = Field(default="https://graph.microsoft.com/v1.0", description="Base address of Microsoft Graph.")
    login_url: Https = Field(default="https://login.microsoftonline.com", description="Authority that issues tokens.")
    logs_url: Url = Field(
        default="https://api.loganalytics.io", description="Base address of the Log Analytics query API."
    )
    teams_url: Https = Field(
        default="https://smba.trafficmanager.net/teams/",
        description="Address of Teams' connector for people to whom the bot speaks first, until a conversation tells another.",
    )
    bot_openid_url: Url = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="OpenID metadata whose keys sign what Teams sends.",
    )
    bot_issuer: str = Field(
        default="https://api.botframework.com", description="Issuer that tokens from Teams must name."
    )
    bot_scope: Scope = Field(
        default="https://api.botframework.com/.default", description="Scope of the token that the bot sends to Teams."
    )
    ca_file: File = Field(
        default=None, description="Certificate authority to trust besides the system's, as a PEM file."
    )
