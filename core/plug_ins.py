"""Plug-ins: objects of other packages, found by entry points, for the tables of readers, exporters, models and metrics.

Installed packages are looked through once, when a table is first asked for: never at the start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from motionpatches.core import notices

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

P = ParamSpec("P")
T = TypeVar("T")
PREFIX = "motionpatches."
# The groups of entry points, and the table that each adds to.
GROUPS = ("readers", "exporters", "models", "metrics")
_SHOWN = 200


@dataclass(frozen=True)
class PlugIn:
    """An entry point of a package. `problem` says why it was left out, '' for one that works."""

    group: str
    name: str
    package: str
    version: str
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.name} of {self.package} {self.version}".rstrip()

    @property
    def named(self) -> str:
        """Return its group, name, package and version, and what is wrong."""
        return f"{self} ({self.group})" + (f": left out, {self.problem}" if self.problem else "")


_lock = threading.RLock()
_seen: dict[tuple[str, str, str], PlugIn] = {}
# What `forget` undoes: caches, and keys of tables.
_caches: list[Callable[[], None]] = []
_added: list[tuple[dict[str, Any], str]] = []
_joined: set[str] = set()


def cached(call: Callable[P, T]) -> Callable[P, T]:
    """Keep what a function returns, which depends on the installed plug-ins."""
    kept = cache(call)
    _caches.append(kept.cache_clear)
    return cast("Callable[P, T]", kept)


@cached
def _entry_points() -> dict[str, tuple[EntryPoint, ...]]:
    """Entry points of each group, in the order of packages and names."""
    found = import_module("importlib.metadata").entry_points()  # a slow import

    def place(entry: EntryPoint) -> tuple[str, str]:
        return entry.dist.name if entry.dist else "", entry.name

    return {group: tuple(sorted(found.select(group=PREFIX + group), key=place)) for group in GROUPS}


def loaded(group: str, kind: type[T], problem: Callable[[str, T], str]) -> dict[PlugIn, T]:
    """Load the plug-ins of a group. One that fails is left out; its package and what is wrong are reported once.

    Args:
        group: One of GROUPS.
        kind: What each entry point has to be.
        problem: Says, of a name and an object, why the table cannot take it; '' where it can. Objects that were taken before
            are in the table already.
    """
    with _lock:
        taken: dict[PlugIn, T] = {}
        for entry in _entry_points()[group]:
            package, version = (entry.dist.name, entry.dist.version) if entry.dist else ("an unknown package", "")
            plug_in = PlugIn(group, entry.name, package, version)
            value, wrong = _value(entry, kind)
            if value is not None:
                try:
                    wrong = problem(entry.name, value)
                except Exception as error:  # fields of a wrong type
                    wrong = _told(error)
            if wrong or value is None:
                plug_in = replace(plug_in, problem=wrong)
                notices.tell(f"The plug-in {plug_in} ({PREFIX}{group}) was left out: {wrong}. Update or uninstall {package}.")
            else:
                taken[plug_in] = value
            _seen[group, package, entry.name] = plug_in
        return taken


def join(
    table: dict[str, T],
    group: str,
    kind: type[T],
    problem: Callable[[T], str],
    guarded: Callable[[PlugIn, T], T],
    key: Callable[[str, T], str] = lambda name, value: name,
) -> dict[str, T]:
    """Add the plug-ins of a group to a table, the first time; what is in it already stays.

    Args:
        table: By name; it is returned.
        group: One of GROUPS.
        kind: What each entry point has to be.
        problem: Says what is wrong with an object, '' for nothing.
        guarded: Makes of an object one whose faults are StudioErrors.
        key: The name in the table, of an entry point and its object.
    """
    with _lock:
        if group not in _joined:
            _joined.add(group)
            names = set(table)

            def wrong(name: str, value: T) -> str:
                found = problem(value) or taken_name(key(name, value), names)
                names.add(key(name, value))
                return found

            for plug_in, value in loaded(group, kind, wrong).items():
                name = key(plug_in.name, value)
                table[name] = guarded(plug_in, value)
                _added.append((table, name))
    return table


def fault(plug_in: PlugIn, error: BaseException) -> str:
    """What an error of a plug-in is called in a sentence."""
    return f"the plug-in {plug_in} failed ({type(error).__name__}: {str(error)[:120]})"


def _value(entry: EntryPoint, kind: type[T]) -> tuple[T | None, str]:
    """The object of an entry point, or what is wrong."""
    try:
        value: Any = entry.load()
    except (Exception, SystemExit) as error:  # whatever a module does when it is imported
        return None, _told(error)
    return (value, "") if isinstance(value, kind) else (None, f"it is no {kind.__name__} but a {type(value).__name__}")


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"it could not be loaded ({type(error).__name__}{': ' * bool(text)}{text[:_SHOWN].rstrip('.')})"


def taken_name(name: str, names: Container[str]) -> str:
    """Why a table cannot take a name: it is there already; '' where it can."""
    return f"the name {name!r:.60} is taken" if name in names else ""


def listed() -> tuple[PlugIn, ...]:
    """Every plug-in that was loaded or left out so far, by package."""
    with _lock:
        return tuple(sorted(_seen.values(), key=lambda one: (one.package.lower(), one.group, one.name)))


def forget() -> None:
    """Take all plug-ins out of the tables, and look through the installed packages again the next time."""
    with _lock:
        for clear in _caches:
            clear()
        for table, name in _added:
            table.pop(name, None)
        for known in (_seen, _added, _joined):
            known.clear()
