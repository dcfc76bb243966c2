"""What single settings name besides the file of ROUTES: files, rules, tables; each look says what is wrong there."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches

from bot.settings import Settings
from bot.settings.strange import near

Look = Callable[[Settings, Collection[str]], Iterator[str]]
"""Yields why the setting cannot be used. It is also told which settings are wrong by themselves."""

A_TABLE, MOST_LIKE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}"), 0.85

TABLES = (
    "AADCustomSecurityAttributeAuditLogs",
    "AADManagedIdentitySignInLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADProvisioningLogs",
    "AADRiskyServicePrincipals",
    "AADRiskyUsers",
    "AADServicePrincipalRiskEvents",
    "AADServicePrincipalSignInLogs",
    "AADUserRiskEvents",
    "ADFSSignInLogs",
    "AuditLogs",
    "AzureActivity",
    "MicrosoftGraphActivityLogs",
    "SigninLogs",
)
"""Tables that are most likely meant: those that Entra ID and Azure write. A workspace has hundreds of others."""


def _errors_file(settings: Settings, _: Collection[str]) -> Iterator[str]:
    from bot.causes import BadKnowledge, learn

    try:
        learn(settings.errors_file.read_bytes() if settings.errors_file else b"")
    except (OSError, BadKnowledge) as error:
        yield f"its file cannot be used. {error.strerror if isinstance(error, OSError) else error}".rstrip(".")


def _archive_file(settings: Settings, _: Collection[str]) -> Iterator[str]:
    if settings.archive is None:
        return
    # What the system will not even look up, because it is too long, is not there: pathlib would raise.
    if not os.path.isdir(settings.archive.absolute().parent):
        yield "its folder is not there"
    elif os.path.isdir(settings.archive):
        yield "it is a folder; name a file in it"


def _ca_file(settings: Settings, _: Collection[str]) -> Iterator[str]:
    from bot.adapters import trust

    try:
        trust.context(settings.ca_file)
    except ssl.SSLError:
        yield "its file holds no certificate; it must be a PEM file, -----BEGIN CERTIFICATE-----"
    except OSError as error:
        yield f"its file cannot be read: {error.strerror or error}"


def _rules_off(settings: Settings, wrong: Collection[str]) -> Iterator[str]:
    from bot.kqlrules.shelf import shipped_names

    if "rules_dir" in wrong:
        return
    own = {path.stem for path in settings.rules_dir.glob("*.kql")} if settings.rules_dir else set[str]()
    known = {*shipped_names(), *own}
    for name in settings.rules_off:
        if name not in known and name != "*":
            hint = near(name, known) or " `rules` in chat, and docs/kql-rules.md, list them"
            yield f"there is no rule in KQL named {name[:60]!r}.{hint}"


def _kql_tables(settings: Settings, _: Collection[str]) -> Iterator[str]:
    for name in settings.kql_tables:
        if not A_TABLE.fullmatch(name):
            yield f"{name[:60]!r} is no name of a table"
        elif name not in TABLES and not name.endswith("_CL") and (meant := _meant(name)):
            yield f"there is no table named {name[:60]!r}. Did you mean {meant}?"


def _meant(name: str) -> str:
    """The table that is all but certainly meant; KQL tells capital letters from small ones."""
    folded = {each.lower(): each for each in TABLES}
    return folded.get(next(iter(get_close_matches(name.lower(), folded, n=1, cutoff=MOST_LIKE)), ""), "")


LOOKS: Mapping[str, Look] = {
    "archive_file": _archive_file,
    "errors_file": _errors_file,
    "ca_file": _ca_file,
    "rules_off": _rules_off,
    "kql_tables": _kql_tables,
}
