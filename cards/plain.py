"""Text from outside made harmless: one line, of bounded length, nothing hidden in it, never Markdown, a link or a mention."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

SHORT = 80
LONG = 400

_JOINERS = "\u200c\u200d"  # parts of emojis and of Persian and Indic words
_FULL_WIDTH = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "<>[]*`~|#&\\"})
_MARKUP = re.compile(
    r"""
      ^(?: > | [-+](?=[\s-]|$) | \#(?=[\s\#]|$) | \d{1,9}[.)](?=\s|$) )      # a list, a quotation, a heading
    | [*`~\[\]<]                              # emphasis, code, links, mentions
    | (?<=\])\(                               # the target of a link: telephones look for "](" alone
    | (?<![^\W_])_ | _(?![^\W_])              # an underscore inside a word is only an underscore
    | &(?=\#?\w+;)                              # an entity
    | \\(?=[!-/:-@\[-`{-~]|$)                 # a backslash that would escape something
    | (?<=\{)\{                               # {{DATE(…)}}
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def clean(text: str, limit: int = LONG) -> str:
    """Show text as it is, on one line and cut; what cannot be seen is spelt out, since it may be the very fault."""
    cut = text[: limit * 2]
    shown = cut if cut.isprintable() else "".join(map(_visible, cut))
    line = " ".join(shown.split())
    return line if len(line) <= limit and len(text) <= limit * 2 else line[: limit - 1].rstrip() + "…"


def shortened(text: str, limit: int) -> str:
    """Clean text cut behind a word; a word that is too long by itself is cut within."""
    line = clean(text, LONG)
    if len(line) <= limit:
        return line
    kept = line[:limit].rpartition(" ")[0] if " " in line[:limit] else line[: limit - 1]
    return f"{kept.rstrip(' ,;:-')}…"


def _visible(mark: str) -> str:
    if mark.isspace():
        return " "
    if mark in _JOINERS or unicodedata.category(mark) not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return mark
    return f"⟨U+{ord(mark):04X}⟩"


def literal(text: str, limit: int = LONG) -> str:
    """Clean text for a place that is read as Markdown. Only what would be markup is escaped: telephones show the backslash."""
    return _MARKUP.sub(_escape, clean(text, limit))


def _escape(found: re.Match[str]) -> str:
    return f"{found.group()[:-1]}\\{found.group()[-1]}"


def unescaped(said: str) -> str:
    """What `literal` was made of, for places that know no Markdown."""
    return _ESCAPED.sub(r"\1", said)


def unformatted(text: str, limit: int = LONG) -> str:
    """Clean text for a chat message: markup becomes its full-width twin, so that no client can read it as markup."""
    line = clean(text, limit).translate(_FULL_WIDTH).replace("://", "：//")
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", "＿", line)


def is_page(url: str) -> bool:
    """Whether this is a whole https address, with nothing hidden in it."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and _bare(url)
    except ValueError:
        return False


def _bare(url: str) -> bool:
    return len(url) <= 2000 and " " not in url and url == clean(url, 2000)
