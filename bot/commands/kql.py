"""kql: a question to the logs in anybody's own words."""

from datetime import timedelta
from typing import Annotated

from bot.answers import Kept, chart_of
from bot.asking import NO_LOGS, Asking, typed
from bot.command import command
from bot.context import Context
from bot.kqlrules.cells import shown
from bot.kqlrules.wording import unrendered
from bot.model import Role
from bot.ports import Card, Refusal
from cards.answer import answer as answer_card


@command(role=Role.OPERATOR)
async def kql(
    ctx: Context,
    query: str,
    *,
    since: Annotated[timedelta, "how far back the logs are read, 30d at most"] = timedelta(days=1),
) -> Card:
    """Ask the logs in KQL, about the last day unless told otherwise; read only, with a chart where there is one in it."""
    asking = _asking(ctx)
    asked = typed(query)
    found = await asking.ask(asked, since)
    token = asking.answers.keep(asked, found, ctx.person.id, ctx.conversation.id)
    kept = asking.answers.find(token, ctx.person.id, ctx.conversation.id)
    return _page(kept, token, 1)


@command(role=Role.OPERATOR, hidden=True, in_place=True)
async def rows(ctx: Context, token: str, page: str = "1") -> Card:
    """Turn to another page of an answer."""
    if not page.isascii() or not page.isdigit():
        raise Refusal("That page is not there.")
    kept = _asking(ctx).answers.find(token, ctx.person.id, ctx.conversation.id)
    return _page(kept, token, int(page[:6]))


def _asking(ctx: Context) -> Asking:
    if ctx.asking is None:
        raise Refusal(NO_LOGS)
    return ctx.asking


def _page(kept: Kept, token: str, page: int) -> Card:
    _, wanted = unrendered(kept.query)
    return answer_card(
        kept.query,
        [name for name, _ in kept.answer.columns],
        [[shown(value) for value in row] for row in kept.answer.rows],
        chart=chart_of(kept.answer, wanted),
        more=kept.answer.more,
        page=page,
        token=token,
    )
