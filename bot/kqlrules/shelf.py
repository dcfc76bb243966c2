"""All rules in KQL that are in force: those that come with the bot, and a tenant's own, read again when they change."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from bot.kqlrules.header import parse
from bot.kqlrules.model import BadRule, KqlRule
from bot.kqlrules.wording import bound
from bot.model import Value
from bot.ports import Refusal

SHIPPED = Path(__file__).parents[1] / "rules"
LARGEST = 64 * 1024
MOST_FILES = 500

Judge = Callable[[KqlRule], None]
"""Raises Refusal where a query may not be asked at all."""

Mark = tuple[int, int, int]


class Broken(Value, frozen=True, kw_only=True):
    """A file that is not in force as it stands; `in_force` says that the rule as it was before still is."""

    name: str
    sentence: str
    in_force: bool = False


class _File(Value, frozen=True, kw_only=True):
    """What was made of a file when it was read last."""

    mark: Mark | None
    rule: KqlRule | None = None
    broken: str = ""


class Shelf:
    """The rules by name. `taken` are names that an own rule may not have; `off` those that are not to be asked."""

    def __init__(
        self,
        own: Path | None = None,
        *,
        judge: Judge = lambda _: None,
        taken: Callable[[], frozenset[str]] = frozenset,
        off: tuple[str, ...] = (),
        shipped: Path = SHIPPED,
    ) -> None:
        self._own, self._judge, self._taken, self._off, self._shipped = own, judge, taken, set(off), shipped
        self._files: dict[Path, _File] = {}
        self._missing = ""

    def look(self) -> None:
        """See what changed. It reads files and may think for a while, so it is for a thread of its own."""
        paths = [*self._paths(self._shipped), *(self._paths(self._own) if self._own else ())]
        self._missing = (
            "" if self._own is None or self._own.is_dir() else f"The folder of RULES_DIR, {self._own}, is not there."
        )
        self._files = {path: self._again(path) for path in paths}

    @property
    def rules(self) -> Mapping[str, KqlRule]:
        """The rules that are in force."""
        found = [file.rule for file in self._files.values() if file.rule is not None]
        return {rule.name: rule for rule in found if not self._off & {rule.name, "*"}}

    @property
    def broken(self) -> tuple[Broken, ...]:
        """What a person has to mend."""
        found = [
            Broken(name=path.name, sentence=file.broken, in_force=file.rule is not None)
            for path, file in self._files.items()
            if file.broken
        ]
        return (*found, Broken(name="RULES_DIR", sentence=self._missing)) if self._missing else tuple(found)

    def _paths(self, folder: Path) -> Iterator[Path]:
        try:
            found = sorted(path for path in folder.iterdir() if path.suffix == ".kql" and not path.name.startswith("."))
        except OSError:
            return
        yield from found[:MOST_FILES]

    def _again(self, path: Path) -> _File:
        before = self._files.get(path)
        try:
            mark = _mark(path)
        except OSError as error:
            why = f"{path.name} cannot be read: {error.strerror or error}."
            return _File(mark=None, rule=before.rule if before else None, broken=why)
        # Nothing is read anew that has not changed; a name that was taken may have become free.
        if before is not None and before.mark == mark and not before.broken:
            return before
        try:
            return _File(mark=mark, rule=self._read(path))
        except (BadRule, Refusal) as error:
            said = str(error) if isinstance(error, BadRule) else f"{path.name}: {error}"
            return _File(mark=mark, rule=before.rule if before else None, broken=said)

    def _read(self, path: Path) -> KqlRule:
        rule = read(path)
        if path.parent == self._own and rule.name in self._taken() | shipped_names(self._shipped):
            raise BadRule(path.name, 0, f"a rule named {rule.name} comes with Syncwatch; give the file another name.")
        self._judge(rule)
        return rule


def read(path: Path) -> KqlRule:
    """The rule in a file. Raises BadRule, also for a file that no rule lies in: a link, a huge one, one that is no text."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            raise BadRule(_plain(path), 0, "it is a link or no ordinary file; put the file itself into the folder.")
        if about.st_size > LARGEST:
            raise BadRule(_plain(path), 0, f"it is larger than {LARGEST // 1024} KB; a rule is a page of text.")
        text = path.read_bytes()[: LARGEST + 1].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadRule(_plain(path), line, "it is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise BadRule(_plain(path), 0, f"it cannot be read: {error.strerror or error}.") from None
    if "\0" in text:
        raise BadRule(_plain(path), text[: text.index("\0")].count("\n") + 1, "it is not text.")
    rule = parse(path.stem, text.replace("\r\n", "\n"), file=_plain(path))
    try:
        bound(rule.kql, dict.fromkeys(rule.params, ()))
    except Refusal as error:
        raise BadRule(_plain(path), 0, str(error)) from None
    return rule


def _plain(path: Path) -> str:
    """A file's name without what could play tricks in a terminal or on a card."""
    return "".join(mark if mark.isprintable() else "?" for mark in path.name)[:80]


def _mark(path: Path) -> Mark:
    about = path.lstat()
    return about.st_mtime_ns, about.st_size, about.st_ino


def shipped_names(folder: Path = SHIPPED) -> frozenset[str]:
    return frozenset(path.stem for path in folder.glob("*.kql"))


@cache
def shipped() -> tuple[KqlRule, ...]:
    """The rules that come with the bot. Raises BadRule: they are tested before."""
    return tuple(read(path) for path in sorted(SHIPPED.glob("*.kql")))
