"""A folder is a registry: importing it finds every file in it, and each file adds what it declares."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def load(folder: ModuleType) -> list[ModuleType]:
    """Import every module of a package, in the order of their names."""
    names = sorted(found.name for found in iter_modules(folder.__path__))
    return [import_module(f"{folder.__name__}.{name}") for name in names]
