"""One self-contained page of an analysis: no script, nothing fetched, every text escaped; light, dark and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from bot.analyze import charts
from bot.analyze.analysis import Analysis, CauseSeen, Counts
from bot.analyze.plain import acts, count, moment, plain, short, size

MOST_CAUSES, MOST_OBJECTS, FIRST, CHARTED = 200, 500, 25, 12
_STYLE = Path(__file__).with_name("page.css")

# Belt and braces: even if a text got through as markup, a browser would run and fetch nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(found: Analysis) -> str:
    """The page's HTML."""
    title = "Provisioning logs"
    parts = (
        f"<header><h1>{title}</h1>{_files(found)}</header>",
        _numbers(found),
        _notes(found),
        _section("What is wrong at the end of the log", _incidents(found)),
        _section("Timeline", _timeline(found)),
        _section("Objects by cause", _cause_chart(found)),
        _section("Causes", "".join(_cause(each) for each in found.causes[:MOST_CAUSES]) + _more_causes(found)),
        _section("Objects that have failed for longest", _objects(found)),
        _section("Jobs", _jobs(found)),
        _section(
            "Job ids", f"<details><summary>{count(len(found.job_ids), 'job')}</summary>{_ids(found.job_ids)}</details>"
        ),
        _section("Change ids by action", _change_ids(found)),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY, quote=True)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{_STYLE.read_text('utf-8')}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _text(text: str, limit: int = 300) -> str:
    return escape(plain(text, limit))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _files(found: Analysis) -> str:
    said = "; ".join(f"{_text(each.name)}: {each.format}, {size(each.bytes)}" for each in found.files)
    return f'<p class="dim">{said}</p><p class="dim">{moment(found.first)} to {moment(found.as_of)}</p>'


def _numbers(found: Analysis) -> str:
    boxes = (
        ("rows", found.rows.total, False),
        ("failed rows", found.rows.failure, bool(found.rows.failure)),
        ("objects failing at the end", found.failing, bool(found.failing)),
        ("causes", len(found.causes), False),
        ("jobs", len(found.jobs), False),
    )
    drawn = (f"<div{' class=bad' if bad else ''}><b>{number:,}</b>{name}</div>" for name, number, bad in boxes)
    return f'<div class="numbers">{"".join(drawn)}</div>'


def _notes(found: Analysis) -> str:
    notes = [_text(each, 1_000) for each in found.warnings]
    if found.broken:
        rows = "; ".join(_text(each) for each in found.broken_rows[:10])
        notes.append(f"{count(found.broken, 'row')} could not be read, or not all of it: {rows}")
    return "".join(f'<p class="note">{each}</p>' for each in notes)


def _incidents(found: Analysis) -> str:
    if not found.incidents:
        return "<p>Nothing: no rule finds anything.</p>"
    rows = (
        (
            f'<td><span class="tag {escape(each.severity)}">{escape(each.severity)}</span></td>'
            f"<td><b>{_text(each.title)}</b>{' · explained by another' if each.held_by else ''}<br>"
            f"{_text(each.detail, 600)}</td>"
            f'<td class="n">{f"{each.objects:,}" if each.objects else ""}</td>'
            f'<td class="t">{short(each.since)}</td><td class="t"><code>{escape(each.rule)}</code></td>'
        )
        for each in found.incidents
    )
    return _table("severity|incident|#objects|since|rule", rows)


def _timeline(found: Analysis) -> str:
    stretch = count(found.hours, "hour") if found.hours % 24 else count(found.hours // 24, "day")
    columns = [charts.Column(short(each.at), _kinds(each.rows)) for each in found.timeline]
    legend = "".join(f'<span><i class="{kind}"></i>{kind}</span>' for kind in charts.KINDS if getattr(found.rows, kind))
    drawn = charts.columns("Rows over time, in UTC", columns)
    return f'{drawn}<p class="legend">{legend}<span>{stretch} a column, UTC</span></p>' if drawn else ""


def _kinds(rows: Counts) -> dict[str, int]:
    return {kind: getattr(rows, kind) for kind in charts.KINDS}


def _cause_chart(found: Analysis) -> str:
    bars = [charts.Bar(plain(f"{_code(each)} · {each.job}", 80), each.failed, each.failing) for each in found.causes]
    note = '<p class="dim">How many still fail, of those that failed at any time.</p>'
    return charts.bars("Objects by cause", bars[:CHARTED]) + note if bars else ""


def _code(cause: CauseSeen) -> str:
    return f"{cause.code} on {cause.attribute}" if cause.attribute else cause.code


def _cause(cause: CauseSeen) -> str:
    now = f"{cause.failing:,} of {count(cause.failed, 'object')} still fail" if cause.failing else "All are well again"
    remedy = f"<p><b>Do this</b> {_text(cause.remedy, 800)}</p>" if cause.remedy else ""
    actor = f"<p><b>Who acts</b> {_text(acts(cause.actor))}</p>" if cause.actor else ""
    examples = ", ".join(_text(each, 80) for each in cause.examples)
    return (
        f'<article class="card{" open" if cause.failing else ""}"><h3>{_text(_code(cause))}</h3>'
        f'<p class="dim">{_text(cause.job)} · {now} · {short(cause.first_seen)} to {short(cause.last_seen)}</p>'
        f"<p>{_text(cause.meaning, 800)}</p>{remedy}{actor}"
        f'<p class="reason">{_text(cause.reason, 600)}</p><p class="dim">e.g. {examples}</p></article>'
    )


def _more_causes(found: Analysis) -> str:
    hidden = len(found.causes) - MOST_CAUSES
    return f'<p class="dim">and {count(hidden, "more cause")}</p>' if hidden > 0 else ""


def _objects(found: Analysis) -> str:
    if not found.objects:
        return "<p>None.</p>"
    rows = [
        (
            f"<td><b>{_text(each.name or each.id, 80)}</b><br><code>{_text(each.id, 120)}</code></td>"
            f"<td>{_text(each.type, 40)}</td><td>{_text(each.job, 120)}</td>"
            f"<td>{_text(f'{each.code} {each.attribute}'.strip(), 120)}<br>{_text(each.value, 120)}</td>"
            f'<td class="n">{each.tries:,}</td><td class="t">{short(each.first_seen)}</td>'
            f"<td><code>{_text(each.change_id, 80)}</code></td>"
        )
        for each in found.objects[:MOST_OBJECTS]
    ]
    heads = "object|type|job|cause|#tries|since|change id"
    rest = rows[FIRST:]
    more = f"<details><summary>{len(rest):,} more</summary>{_table(heads, rest)}</details>" if rest else ""
    hidden = found.failing - len(rows)
    return _table(heads, rows[:FIRST]) + more + (f'<p class="dim">and {hidden:,} more</p>' if hidden > 0 else "")


def _jobs(found: Analysis) -> str:
    rows = (
        (
            f'<td><b>{_text(each.name, 120)}</b><br><span class="dim">{_text(each.kind, 80)}</span></td>'
            f'<td class="n">{each.rows.total:,}</td><td class="n">{each.rows.success:,}</td>'
            f'<td class="n{" bad" if each.rows.failure else ""}">{each.rows.failure:,}</td>'
            f'<td class="n">{each.rows.skipped:,}</td><td class="n{" bad" if each.failing else ""}">{each.failing:,}</td>'
            f"<td>{', '.join(f'{number:,} {_text(action, 40)}' for action, number in each.actions.items())}</td>"
        )
        for each in found.jobs
    )
    return _table("job|#rows|#success|#failure|#skipped|#failing now|actions", rows)


def _change_ids(found: Analysis) -> str:
    rows = (
        f'<td>{_text(action, 40)}</td><td class="n">{found.actions.get(action, len(ids)):,}</td>'
        f"<td><code>{', '.join(_text(each, 80) for each in ids[:5])}{', …' if len(ids) > 5 else ''}</code></td>"
        for action, ids in found.change_ids.items()
    )
    return _table("action|#rows|change ids", rows)


def _ids(ids: Sequence[str]) -> str:
    return "".join(f"<p><code>{_text(each)}</code></p>" for each in ids)


def _table(names: str, rows: Iterable[str]) -> str:
    """A table; a column whose name begins with # holds numbers."""
    heads = "".join(
        f'<th class="n">{name[1:]}</th>' if name.startswith("#") else f"<th>{name}</th>" for name in names.split("|")
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
