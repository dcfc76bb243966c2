"""The command `app.py analyze`: from its words to what is printed."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from bot.analyze.analysis import Analysis
from bot.analyze.console import never_choke, progress, show_answer, terminal
from bot.analyze.decode import Wanted
from bot.analyze.errors import BadFile
from bot.analyze.opening import Opened, opened
from bot.analyze.plain import plain, size
from bot.analyze.readers import readers, seldom_collected
from bot.analyze.reading import Reader
from bot.model import Value
from bot.ports import BadSettings

_SPAN = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Options(Value, frozen=True, kw_only=True):
    """What was asked for."""

    files: tuple[Path, ...]
    kql: str = ""
    html: Path | None = None
    json: bool = False
    change_ids: str = ""
    since: datetime | None = None
    job: str = ""
    partial: bool = False


def run(words: argparse.Namespace) -> int:
    """Read, and print. Raises BadSettings."""
    options = Options(
        files=tuple(words.files),
        kql=words.kql,
        html=words.html,
        json=words.json,
        change_ids=words.change_ids,
        since=_since(words.since),
        job=words.job,
        partial=words.partial,
    )
    if options.kql and (options.html or options.change_ids):
        raise BadSettings("--kql prints the query's answer alone; leave out --html and --change-ids, or --kql.")
    never_choke()
    with (
        seldom_collected(),
        tempfile.TemporaryDirectory(prefix="syncwatch-analyze-", ignore_cleanup_errors=True) as folder,
    ):
        return asyncio.run(_run(options, Path(folder)))


async def _run(options: Options, folder: Path) -> int:
    _say(f"Reading {', '.join(plain(each.name) for each in options.files[:5])} …")
    _writable(options.html)
    found = opened(options.files, folder, partial=options.partial, whole=bool(options.kql), tell=_say)
    total = sum(array.end for download in found.downloads for array in download.arrays)
    wanted = Wanted(now=datetime.now(UTC), since=options.since, job=options.job, whole_rows=bool(options.kql))
    with readers(total) as pool, progress(total) as told:
        reader = Reader(found.downloads, wanted, pool, partial=options.partial, told=told)
        reader.warnings += found.warnings
        if options.kql:
            return await _ask(reader, options, folder)
        analysis = await _analysed(reader, found, folder, every_id=options.json or bool(options.change_ids))
    _something(analysis, options)
    _print(analysis, options)
    return 0


def _something(analysis: Analysis, options: Options) -> None:
    """Raise BadFile where no row is left to judge: that nothing was looked at must not read as all being well."""
    if analysis.job_ids:
        return
    if analysis.broken:
        raise BadFile(f"No row can be read: {plain(analysis.broken_rows[0])}.")
    if options.job:
        raise BadFile(
            f"No row is of a job that fits --job {plain(options.job)}; leave it out to see the jobs there are."
        )


async def _ask(reader: Reader, options: Options, folder: Path) -> int:
    from bot.analyze.asking import asked

    answer = await asked(reader, options.kql, folder)
    for warning in reader.warnings:
        _say(warning)
    if options.json:
        print(msgspec.json.encode(answer).decode())
    else:
        show_answer(answer, terminal())
    return 0


async def _analysed(reader: Reader, found: Opened, folder: Path, *, every_id: bool) -> Analysis:
    from bot.analyze.fold import folded
    from bot.analyze.tell import told

    store, seen = await folded(reader, folder)
    try:
        return await told(store, seen, reader, found.downloads, every_id=every_id)
    finally:
        await store.close()


def _print(analysis: Analysis, options: Options) -> None:
    if options.html is not None:
        from bot.analyze.page import page

        try:
            options.html.write_text(page(analysis), "utf-8")
        except OSError as error:
            raise BadFile(f"{options.html} cannot be written: {error.strerror or error}.") from None
        _say(f"{options.html} is written ({size(options.html.stat().st_size)}).")
    if options.change_ids:
        _print_change_ids(analysis, options.change_ids)
    elif options.json:
        print(msgspec.json.encode(analysis).decode())
    else:
        from bot.analyze.report import show

        show(analysis, terminal())


def _print_change_ids(analysis: Analysis, action: str) -> None:
    found = {name.lower(): ids for name, ids in analysis.change_ids.items()}
    if action.lower() not in found:
        raise BadSettings(f"No row is of the action '{plain(action, 40)}'; there are {', '.join(found) or 'none'}.")
    for each in found[action.lower()]:
        print(plain(each))


def _writable(path: Path | None) -> None:
    """Raise BadFile for a place that cannot be written, before anything is read."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise BadFile(f"{path} cannot be written: name a file in a folder that is there.")


def _since(text: str) -> datetime | None:
    """A time, or a span before now. Raises BadSettings."""
    if not text:
        return None
    if span := _SPAN.fullmatch(text.strip().lower()):
        return datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadSettings(f"--since {text[:40]!r} is no time; write 2026-11-20, 2026-11-20T08:00, 24h or 7d.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
