"""The terminal: where to print, a bar while files are read, tables, and the answer of a query."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from typing import IO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bot.adapters.kql.answer import Table as Answer
from bot.analyze.plain import count, plain

BAR = 40
"""Characters that a full bar is wide."""

SHOWN, LONGEST_CELL = 200, 300
"""Rows of an answer, and characters of a cell, that a person may still want to read."""


def never_choke() -> None:
    """Let a stream that cannot show a character show a question mark: Windows' consoles, and files, may be of old encodings."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


class Terminal(Console):
    """A console that lets whoever called it know that nobody reads any more; its parent would end with 1."""

    def on_broken_pipe(self) -> None:
        """Told by rich, within the error's own handler."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def terminal(file: IO[str] | None = None) -> Console:
    """Where to print; what is piped elsewhere is not cut to the width of a screen that is not there."""
    out = file or sys.stdout
    wide = None if out.isatty() else 160
    return Terminal(file=out, width=wide, highlight=False, emoji=False, markup=False)


@contextmanager
def progress(total: int) -> Generator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; hears how many bytes are done."""
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("reading"), BarColumn(BAR), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda done: bar.update(task, completed=done)


def show_answer(answer: Answer, console: Console) -> None:
    """Print a query's answer."""
    table = table_of(*(plain(name) for name, _ in answer.columns))
    for row in answer.rows[:SHOWN]:
        table.add_row(*(Text(_cell(value)) for value in row))
    console.print(table)
    more = f", of which {SHOWN} are shown; --json prints all" if len(answer.rows) > SHOWN else ""
    console.print(Text(f"{count(len(answer.rows), 'row')}{more}", style="dim"))
    if answer.partial:
        console.print(Text(answer.partial, style="yellow"))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else plain(str(value), LONGEST_CELL)


def table_of(*columns: str, right: Sequence[str] = ()) -> Table:
    """An empty table with those columns; those in `right` hold numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table
