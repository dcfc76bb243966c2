"""The words of `app.py analyze`; apart from the rest so that other commands do not pay for it."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_words(parser: argparse.ArgumentParser) -> None:
    """The command's words."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JSON, the three CSV files, a folder or a zip"
    )
    parser.add_argument("--kql", default="", metavar="QUERY", help="ask this of the table AADProvisioningLogs instead")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a page with charts")
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    parser.add_argument(
        "--change-ids", default="", metavar="ACTION", help="print the change ids of an action, one a line"
    )
    parser.add_argument(
        "--since", default="", metavar="WHEN", help="only rows since 2026-11-20, 2026-11-20T08:00 or 7d"
    )
    parser.add_argument("--job", default="", metavar="WORDS", help="only jobs whose id or application has these words")
    parser.add_argument("--partial", action="store_true", help="of a file that is not whole, use what is")
