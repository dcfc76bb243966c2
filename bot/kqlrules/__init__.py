"""Rules in KQL: a file whose leading comments say when it fires and what is told, and whose rest is the query."""

from bot.kqlrules.header import parse
from bot.kqlrules.model import BadRule, KqlRule, Operator

__all__ = ["BadRule", "KqlRule", "Operator", "parse"]
