"""Things that can happen in the tenant: one beat, one small function, called by name from a story, a test or control."""

from importlib import import_module
from pkgutil import iter_modules

from sandbox.beats.registry import BEATS

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["BEATS"]
