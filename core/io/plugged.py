"""Readers of other packages: checked, and a fault of theirs is a problem of one file that names the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from motionpatches.core import plug_ins
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.formats import Format, Glance, Reader
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.plug_ins import PlugIn

T = TypeVar("T")


@plug_ins.cached
def plugged_formats(own: tuple[Format, ...]) -> dict[PlugIn, Format]:
    """The formats that other packages add to the program's own (docs/plug-ins.md)."""
    names = {one.name for one in own}

    def problem(_: str, one: Format) -> str:
        if not isinstance(one.suffixes, tuple) or not one.suffixes or not all(map(_is_suffix, one.suffixes)):
            return f"its suffixes {one.suffixes!r:.60} are no tuple of texts such as '.abc', in small letters"
        if not (callable(one.read) and callable(one.fits) and callable(one.files)):
            return "its read, fits and files are no functions"
        wrong = plug_ins.taken_name(one.name, names)
        names.add(one.name)
        return wrong

    return {plug_in: _guarded(one, plug_in) for plug_in, one in plug_ins.loaded("readers", Format, problem).items()}


def _is_suffix(text: object) -> bool:
    return isinstance(text, str) and text == text.lower() and text[:1] == "." and len(text) > 1


def _guarded(one: Format, plug_in: PlugIn) -> Format:
    """The format, with functions that raise nothing but FileProblem and OSError."""

    def guarded(call: Callable[[Path], T]) -> Callable[[Path], T]:
        def run(path: Path) -> T:
            try:
                return call(path)
            except (StudioError, OSError):
                raise
            except Exception as error:
                raise _problem(path, plug_in, plug_ins.fault(plug_in, error)) from error

        return run

    def reader(read: Reader) -> Reader:
        def run(path: Path) -> list[RawTake]:
            takes = guarded(read)(path)
            if not isinstance(takes, list) or not all(isinstance(take, RawTake) for take in takes):
                raise _problem(path, plug_in, f"the plug-in {plug_in} gave {type(takes).__name__}, no list of RawTake")
            return takes

        return run

    def fits(path: Path) -> bool:
        try:
            return bool(guarded(one.fits)(path))
        except StudioError:
            return True  # it is named when it is read

    def glance(content: bytes) -> Glance | None:
        try:
            found = one.glance(content) if one.glance else None
        except Exception:
            return None
        return found if isinstance(found, Glance) else None

    return replace(
        one,
        read=reader(one.read),
        fits=fits,
        files=guarded(one.files),
        glance=glance if one.glance else None,
        turned=reader(one.turned) if one.turned else None,
        plugged=True,
    )


def _problem(path: Path, plug_in: PlugIn, seen: str) -> FileProblem:
    return FileProblem(path, seen, f"Update or uninstall {plug_in.package}")
