"""What people may ask of the logs in KQL, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.answers import Answers
from bot.kqlrules.wording import OPAQUE, tables
from bot.kqlwatch import KqlWatch
from bot.ports import Answered, Clock, Question, Refusal, SourceDown, Tables
from bot.sources.pacer import Pacer

NO_LOGS = (
    "I keep no logs to ask. With WORKSPACE_ID I ask Log Analytics; with ARCHIVE_FILE I keep them in a file myself."
)
_CURLY = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " "})


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The store, its rules and tables, and the limits of one question; the pacer is for what people ask, not the watch."""

    home: Tables
    watch: KqlWatch
    now: Clock
    pacer: Pacer
    answers: Answers
    rows: int = 500
    seconds: float = 30.0
    tables: Sequence[str] = ()

    async def ask(self, kql: str, since: timedelta) -> Answered:
        """The rows of a query about the time since then. Raises Refusal or SourceDown."""
        if not self.pacer.take():
            raise Refusal("Too many questions at once; ask again in half a minute.")
        now = self.now()
        question = Question(kql=kql, timespan=(now - since, now), rows=self.rows, seconds=self.seconds)
        (answer,) = await self.home.ask([question])
        if isinstance(answer, Refusal):
            raise self._hinted(answer, kql)
        if isinstance(answer, SourceDown):
            raise answer
        return answer

    def _hinted(self, refused: Refusal, kql: str) -> Refusal:
        """A query that names no table was no query yet: how one begins is said and offered."""
        if not self.tables or tables(kql, self.tables):
            return refused
        one = f"{self.tables[0]} | take 10"
        said = f"{str(refused).rstrip('.')}. A query begins with a table, and only reads: `{one}`."
        return Refusal(said, (f"kql {one}", *refused.suggestions))


def typed(text: str) -> str:
    """A query as it was typed into a chat: without quotes around it, and with the quotes that KQL knows. Raises Refusal."""
    kql = text.strip().translate(_CURLY)
    if len(kql) > 1 and kql[0] == kql[-1] and kql[0] in "\"'`":
        kql = kql[1:-1].strip()
    if any(found[0].startswith("//") for found in re.finditer(OPAQUE, kql)):
        raise Refusal("Leave remarks (//) out: a chat puts everything on one line, and the rest would be a remark too.")
    return kql
