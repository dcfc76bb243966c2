"""The only place that knows botbuilder: Teams heard and spoken to."""

from bot.adapters.teams.adapter import Teams

__all__ = ["Teams"]
