"""Teams: how the bot is spoken to there, finds what it posted, and comes to people who do not have its app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.assembly.outside import Outside

if TYPE_CHECKING:
    from bot.adapters.teams import Teams
    from bot.adapters.teams.adapter import Look as LookBack
    from bot.adapters.teams.chats import Install
    from bot.chat import Chat


def teams_of(outside: Outside, chat: Chat) -> Teams:
    """The adapter, which speaks to the chat."""
    from bot.adapters.teams import Teams
    from bot.metered import calls

    settings = outside.settings

    async def token() -> str:
        return (await outside.credential.get_token(settings.bot_scope)).token

    async def address() -> str:
        async with outside.store.look() as tx:
            return await tx.conversations.address() or settings.teams_url

    return Teams(
        app_id=settings.app_id,
        tenant_id=settings.tenant_id,
        openid_url=settings.bot_openid_url,
        issuer=settings.bot_issuer,
        token=token,
        listener=chat,
        clock=outside.now,
        look=_look_back(outside),
        install=_installer(outside),
        address=address,
        ca_file=settings.ca_file,
        called=calls(outside.metrics, "teams"),
    )


def _look_back(outside: Outside) -> LookBack | None:
    from bot.adapters.graph.messages import GraphMessages

    if not outside.settings.read_back:
        return None
    return GraphMessages(outside.graph, app_id=outside.settings.app_id).find


def _installer(outside: Outside) -> Install | None:
    from bot.adapters.graph.installing import GraphInstaller

    settings = outside.settings
    if not settings.proactive_install:
        return None
    return GraphInstaller(outside.graph, app=settings.proactive_install, app_id=settings.app_id).install
