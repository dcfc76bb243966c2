"""Prints an analysis in a terminal: what is wrong and what to do first, then where, when, and the ids."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bot.analyze.analysis import Analysis, CauseSeen, Counts, Moment
from bot.analyze.console import BAR, table_of
from bot.analyze.plain import acts, count, moment, plain, short, size

SHOWN = 12
MOST_IDS = 3
_SEVERITIES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def show(found: Analysis, console: Console) -> None:
    """Print all of it."""
    for part in (
        _head(found),
        _section("What is wrong at the end of the log", _incidents(found)),
        _section("Causes", _causes(found)),
        _section("Objects that have failed for longest", _objects(found)),
        _section("Jobs", _jobs(found)),
        _section(f"Timeline, {_stretch(found.hours)} a line", _timeline(found)),
        _section("Job ids", Group(*(Text(plain(each)) for each in found.job_ids))),
        _section("Change ids by action", _change_ids(found)),
    ):
        console.print(part)


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(""), Text(title, style="bold"), Padding(body, (0, 0, 0, 2), expand=False))


def _head(found: Analysis) -> RenderableType:
    lines = [Text(f"{plain(each.name)}  {each.format}, {size(each.bytes)}, {each.rows:,} rows") for each in found.files]
    lines.append(Text(f"{moment(found.first)} to {moment(found.as_of)}"))
    lines.append(_rows(found.rows))
    lines += [Text(plain(each, 1_000), style="yellow") for each in found.warnings]
    if found.broken:
        lines.append(Text(f"{count(found.broken, 'row')} could not be read, or not all of it:", style="yellow"))
        lines += [Text(f"  {plain(each)}", style="yellow") for each in found.broken_rows[:5]]
    return Group(*lines)


def _rows(rows: Counts) -> Text:
    parts = [("success", "green"), ("failure", "red"), ("skipped", "dim"), ("warning", "yellow"), ("other", "magenta")]
    text = Text(f"{rows.total:,} rows counted: ")
    shown = [(name, style) for name, style in parts if getattr(rows, name)]
    for place, (name, style) in enumerate(shown):
        text.append(f"{', ' if place else ''}{getattr(rows, name):,} {name}", style=style)
    return text


def _incidents(found: Analysis) -> RenderableType:
    if not found.incidents:
        return Text("Nothing: no rule finds anything.", style="green")
    table = table_of("severity", "incident", "objects", "since", "rule", right=("objects",))
    for each in found.incidents:
        held = " (explained by another)" if each.held_by else ""
        table.add_row(
            Text(each.severity, style="dim" if held else _SEVERITIES.get(each.severity, "")),
            Text(plain(each.title) + held, style="dim" if held else ""),
            f"{each.objects:,}" if each.objects else "",
            short(each.since),
            each.rule,
        )
    return table


def _causes(found: Analysis) -> RenderableType:
    if not found.causes:
        return Text("Nothing failed.", style="green")
    shown = [_cause(each) for each in found.causes[:SHOWN]]
    hidden = len(found.causes) - len(shown)
    more = [Text(f"and {count(hidden, 'more cause')}; --html and --json have all", style="dim")] if hidden else []
    return Group(*shown, *more)


def _cause(cause: CauseSeen) -> RenderableType:
    named = f"{cause.code} on {cause.attribute}" if cause.attribute else cause.code
    title = Text(plain(named), style="bold red" if cause.failing else "bold green")
    title.append(f"  {plain(cause.job)}", style="default not bold")
    now = f"{cause.failing:,} of {count(cause.failed, 'object')} still fail" if cause.failing else "all are well again"
    lines = [title, Text(f"{now} · {short(cause.first_seen)} to {short(cause.last_seen)}", style="dim")]
    lines.append(Text(plain(cause.meaning, 600)))
    if cause.remedy:
        lines.append(Text.assemble(("Do this ", "bold"), plain(cause.remedy, 600)))
    if cause.actor:
        lines.append(Text.assemble(("Who acts ", "bold"), acts(cause.actor)))
    if cause.examples:
        lines.append(Text(f"e.g. {', '.join(plain(each, 60) for each in cause.examples[:3])}", style="dim"))
    return Padding(Group(*lines), (0, 0, 1, 0), expand=False)


def _objects(found: Analysis) -> RenderableType:
    if not found.objects:
        return Text("None.", style="green")
    table = table_of(
        "object", "type", "job", "cause", "value in conflict", "tries", "since", "change id", right=("tries",)
    )
    for each in found.objects[:SHOWN]:
        table.add_row(
            Text(plain(each.name or each.id, 60)),
            Text(plain(each.type, 20)),
            Text(plain(each.job, 60)),
            Text(plain(f"{each.code} {each.attribute}".strip(), 60)),
            Text(plain(each.value, 60)),
            f"{each.tries:,}",
            short(each.first_seen),
            Text(plain(each.change_id)),
        )
    hidden = found.failing - min(SHOWN, len(found.objects))
    return Group(table, Text(f"and {hidden:,} more", style="dim")) if hidden > 0 else table


def _jobs(found: Analysis) -> RenderableType:
    numbers = ("rows", "success", "failure", "skipped", "failing now")
    table = table_of("job", "kind", *numbers, "actions", right=numbers)
    for each in found.jobs:
        rows = each.rows
        actions = ", ".join(f"{number:,} {plain(action, 40)}" for action, number in each.actions.items())
        table.add_row(
            Text(plain(each.name, 60)),
            Text(plain(each.kind, 40)),
            f"{rows.total:,}",
            f"{rows.success:,}",
            Text(f"{rows.failure:,}", style="red" if rows.failure else ""),
            f"{rows.skipped:,}",
            Text(f"{each.failing:,}", style="bold red" if each.failing else ""),
            Text(actions),
        )
    return table


def _stretch(hours: int) -> str:
    return count(hours, "hour") if hours % 24 else count(hours // 24, "day")


def _timeline(found: Analysis) -> RenderableType:
    most = max((each.rows.total for each in found.timeline), default=0)
    if not most:
        return Text("No rows.")
    table = table_of("from", "", "rows", "failed", right=("rows", "failed"))
    for each in found.timeline:
        failed = Text(f"{each.rows.failure:,}", style="red" if each.rows.failure else "dim")
        table.add_row(short(each.at), _bar(each, most), f"{each.rows.total:,}", failed)
    return table


def _bar(each: Moment, most: int) -> Text:
    rows = each.rows
    long = round(rows.total / most * BAR)
    failed = min(long, max(1, round(rows.failure / most * BAR))) if rows.failure else 0
    return Text.assemble(("█" * failed, "red"), ("█" * max(0, long - failed), "green"))


def _change_ids(found: Analysis) -> RenderableType:
    table = table_of("action", "rows", "change ids", right=("rows",))
    for action, ids in found.change_ids.items():
        first = ", ".join(plain(each, 60) for each in ids[:MOST_IDS])
        rows = f"{found.actions.get(action, len(ids)):,}"
        table.add_row(Text(plain(action, 40)), rows, Text(f"{first}{', …' if len(ids) > MOST_IDS else ''}"))
    return Group(table, Text("--change-ids ACTION prints all of an action, one a line.", style="dim"))
