"""Every code of the knowledge base is found in every spelling that connectors give it, and none is taken for another's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.causes import KNOWLEDGE, advice

ENTRIES: list[dict[str, Any]] = json.loads(KNOWLEDGE.read_bytes())["errors"]
PREFIXES = (
    *("Contoso", "Salesforce", "SalesforceSandbox", "Slack", "Workday", "SuccessFactors", "GoogleApps", "ServiceNow"),
    *("Dropbox", "Zoom", "Box", "AwsSingleAccount", "ActiveDirectory", "GenericSql", "CustomAppSso", "X"),
    *("SystemForCrossDomainIdentityManagement", "ContosoSystemForCrossDomainIdentityManagement"),
    *("AzureActiveDirectory", "Microsoft Entra ID "),
)


def names(entry: dict[str, Any]) -> list[str]:
    match: dict[str, Any] = entry.get("match") or {}
    return [entry["code"], *entry.get("aliases", ()), *match.get("exact", ())]


def suffixes(entry: dict[str, Any]) -> list[str]:
    """The spellings that may stand behind a connector's name; told here from the file, not from the code under test."""
    if entry["level"] not in ("object", "job") or entry["scope"] == "quarantine":
        return []
    match = entry.get("match")
    if match is None:
        return [entry["code"], *entry.get("aliases", ())]
    return match.get("suffix", [entry["code"]] if "text" in match else [])


SUFFIXES = {name.lower(): entry["code"] for entry in reversed(ENTRIES) for name in reversed(suffixes(entry))}
WHOLE = {name.lower(): entry["code"] for entry in reversed(ENTRIES) for name in reversed(names(entry))}


def owner(code: str) -> str:
    """Whose a spelling is: the entry of that very name, or the one with the longest name at its end."""
    lowered = code.lower()
    ends = [name for name in SUFFIXES if lowered.endswith(name)]
    return WHOLE.get(lowered) or (SUFFIXES[max(ends, key=len)] if ends else "")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_code_is_found_behind_a_connectors_name(prefix: str) -> None:
    lost: list[tuple[str, str, str]] = []
    for entry in ENTRIES:
        for name in suffixes(entry):
            for spelling in (prefix + name, (prefix + name).lower(), (prefix + name).upper()):
                found = advice(spelling)
                if not found.known or found.code.lower() != owner(spelling).lower():
                    lost.append((spelling, found.code, owner(spelling)))
    assert lost == []


@pytest.mark.parametrize("prefix", ["Contoso", "Slack", "X", "GenericSql"])
def test_no_code_is_taken_for_anothers(prefix: str) -> None:
    taken = [
        (prefix + name, advice(prefix + name).code)
        for entry in ENTRIES
        for name in suffixes(entry)
        if name.lower() not in {each.lower() for each in suffixes(_entry(advice(prefix + name).code))}
    ]
    assert taken == []


def _entry(code: str) -> dict[str, Any]:
    return next(entry for entry in ENTRIES if entry["code"] == code)


def test_every_name_as_it_stands_is_its_own_entrys() -> None:
    wrong = [
        (name, advice(name).code) for entry in ENTRIES for name in names(entry) if advice(name).code != entry["code"]
    ]
    assert wrong == []


@given(
    entry=st.sampled_from([each for each in ENTRIES if suffixes(each)]),
    prefix=st.from_regex(r"[A-Z][A-Za-z0-9]{0,30}", fullmatch=True),
)
def test_whatever_the_connector_is_called_the_longest_known_name_wins(entry: dict[str, Any], prefix: str) -> None:
    for name in suffixes(entry):
        assert advice(prefix + name).code.lower() == owner(prefix + name).lower()


@given(st.from_regex(r"[A-Za-z]{1,40}", fullmatch=True))
def test_a_code_that_ends_in_nothing_known_is_a_cause_of_its_own(code: str) -> None:
    found = advice(code, "")
    assert found.known == bool(owner(code))
