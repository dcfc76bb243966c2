"""Writes what documents say of the code from the code: tables in the documents, and .env.example (`make docs`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = {
    "IT operations": "e-mail, within hours",
    "GRC": "e-mail, within days",
    "help desk": "ServiceNow, within minutes",
    "end user": "Teams within minutes, e-mail or Teams within days",
}
sys.path.insert(0, str(ROOT))

from bot.adapters.graph.permissions import PERMISSIONS  # noqa: E402
from bot.command import commands  # noqa: E402
from bot.detect import rules  # noqa: E402
from bot.kqlrules import KqlRule  # noqa: E402
from bot.kqlrules.header import PERSONAS  # noqa: E402
from bot.kqlrules.judge import span  # noqa: E402
from bot.kqlrules.shelf import shipped  # noqa: E402
from bot.metrics import ALL as METRICS  # noqa: E402
from bot.settings import Settings  # noqa: E402
from docs import webhook_tables  # noqa: E402


def commands_table() -> str:
    """What can be typed."""
    shown = [each.help for each in commands().values() if not each.hidden]
    rows = [f"| `{each.usage.replace('|', chr(92) + '|')}` | {each.text} | {each.role} |" for each in shown]
    return "\n".join(["| command | what it does | who may |", "|---|---|---|", *rows])


def rules_table() -> str:
    """What is watched for."""
    rows = [f"| `{each.name}` | {each.text} | {each.needs} |" for each in rules()]
    return "\n".join(["| rule | opens an incident when | looks at |", "|---|---|---|", *rows])


def permissions_table() -> str:
    """What the app registration needs in Graph."""
    rows = [f"| `{each.name}` | {each.what_for}{f'; {each.only}' if each.only else ''} |" for each in PERMISSIONS]
    return "\n".join(["| permission | what for |", "|---|---|", *rows])


def metrics_table() -> str:
    """What Prometheus reads."""
    rows = [
        f"| `{each.name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels)} | {each.text} |"
        for each in METRICS
    ]
    return "\n".join(["| metric | kind | labels | what it says |", "|---|---|---|---|", *rows])


def kql_rules_table() -> str:
    """The rules in KQL that come with the bot."""
    rows = [
        f"| `{each.name}` | {each.help} | {each.severity} | {each.persona} | {span(each.within)} | {_logic(each)} |"
        for each in shipped()
    ]
    return "\n".join(
        ["| rule | opens an incident when | severity | who | within | fires |", "|---|---|---|---|---|---|", *rows]
    )


def personas_table() -> str:
    """Whom the rules are for, beside what Microsoft's page on alerts of Identity Governance says they expect."""
    rows: list[str] = []
    for persona in PERSONAS:
        theirs = sorted((each for each in shipped() if each.persona == persona), key=lambda each: each.name)
        times = sorted({each.within for each in theirs if each.within})
        named = ", ".join(f"`{each.name}`" for each in theirs) or "none: Entra ID tells people about their own requests"
        rows.append(
            f"| {persona} | {PUBLISHED[persona]} | {' or '.join(span(each) for each in times) or '-'} | {named} |"
        )
    return "\n".join(["| who | how and how soon, as published | within, here | rules |", "|---|---|---|---|", *rows])


def settings_table() -> str:
    """What can be set."""
    rows = [f"| `{name.upper()}` | {field.description} | {_default(field)} |" for name, field in _fields()]
    return "\n".join(["| setting | what it is for | default |", "|---|---|---|", *rows])


def env_example() -> str:
    """Every setting with its default; the three that have none are to be filled in, and one more is good to have."""
    parts = [
        "# Every setting of Syncwatch. Copy this to .env and fill in TENANT_ID, APP_ID and APP_SECRET, and OPERATORS if "
        "somebody\n# shall be able to act from chat."
    ]
    for name, field in _fields():
        value = _plain(field)
        parts.append(f"\n# {field.description}\n{'' if field.is_required() else '# '}{name.upper()}={value}")
    return "\n".join(parts) + "\n"


def filled(text: str) -> str:
    """A document with every `<!-- name -->` table made anew."""
    for name, make in TABLES.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if begin in text:
            before, rest = text.split(begin, 1)
            margin = before[before.rfind("\n") + 1 :]
            table = "".join(f"{margin}{line}\n" for line in make().splitlines())
            text = f"{before}{begin}{table}{margin}{end}{rest.split(end, 1)[1]}"
    return text


TABLES = {
    "commands": commands_table,
    "rules": rules_table,
    "kql rules": kql_rules_table,
    "personas": personas_table,
    "permissions": permissions_table,
    "settings": settings_table,
    "metrics": metrics_table,
    **webhook_tables.TABLES,
}
DOCUMENTS = ("README.md", "docs/kql-rules.md", "docs/metrics.md", "docs/webhooks.md")


def _logic(rule: KqlRule) -> str:
    return f"{rule.measure} {rule.operator} {rule.threshold:g} in {span(rule.window)}"


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _plain(field: FieldInfo) -> str:
    value: Any = None if field.is_required() else field.default
    if isinstance(value, tuple):
        return " ".join(str(each) for each in cast("tuple[object, ...]", value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none; required"
    return f"`{_plain(field)}`" if _plain(field) else "empty"


if __name__ == "__main__":
    for document in DOCUMENTS:
        (ROOT / document).write_text(filled((ROOT / document).read_text("utf-8")), "utf-8")
    (ROOT / ".env.example").write_text(env_example(), "utf-8")
