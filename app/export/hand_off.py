"""Files for other programs that are dragged out of the window, or opened in Blender: written when they are asked for."""

from __future__ import annotations

import secrets
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.app.export.jobs import export
from motionpatches.app.export.plan import KINDS, PURPOSES, Item, Plan, Request, Way, suggested_name
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.export.write import MANIFEST
from motionpatches.core.library.library import Library
from motionpatches.core.progress import run

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

# Purposes whose files are written while the other program waits: no videos. The first is taken where none was chosen.
QUICK = tuple(name for name, purpose in PURPOSES.items() if purpose.kind != "mp4")
FIRST = "glb-blender"
# Seconds after which a file that was handed off is removed.
KEPT_S = 24 * 3600.0
PLACES = (
    "/Applications/Blender.app/Contents/MacOS/Blender",
    "/var/lib/flatpak/exports/bin/org.blender.Blender",
    "~/.local/share/flatpak/exports/bin/org.blender.Blender",
)
IMPORT = "import bpy, sys\nfor file in sys.argv[sys.argv.index('--') + 1:]:\n    bpy.ops.import_scene.gltf(filepath=file)\n"


def folder() -> Path:
    """Where files are handed off from; those of days before are removed."""
    place = paths.cache() / "hand-off"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > KEPT_S:
                shutil.rmtree(old)
    return place


def write_files(library: Library, items: tuple[Item, ...], plan: Plan, surface: QOffscreenSurface | None) -> list[Path]:
    """Write clips into files of their own in a new folder. Raises StudioError."""
    place = folder() / secrets.token_hex(4)
    way: Way = "file" if len(items) == 1 else "each"
    path = place / suggested_name(items, plan, way) if way == "file" else place
    request = Request(tuple(replace(item, rank=i) for i, item in enumerate(items, 1)), plan, path, way)
    outcome = run(export(library, request, surface))
    if outcome.left_out:
        raise StudioError(f"{len(outcome.left_out)} of {len(items)} could not be written. {outcome.left_out[0]}")
    return [file for file in outcome.files if file.name != MANIFEST]


def name_of(items: tuple[Item, ...], plan: Plan) -> str:
    """Return what is dragged, in words."""
    return suggested_name(items, plan, "file") if len(items) == 1 else f"{len(items)} files, {KINDS[plan.kind].suffix}"


def find_blender() -> str:
    """Return the program Blender, '' where it is not installed."""
    found = shutil.which("blender")
    if found:
        return found
    if sys.platform == "win32":
        programs = sorted(Path("C:/Program Files/Blender Foundation").glob("Blender */blender.exe"))
        return str(programs[-1]) if programs else ""
    return next((str(place) for name in PLACES if (place := Path(name).expanduser()).exists()), "")


def open_in_blender(files: list[Path]) -> None:
    """Start Blender with glTF files imported. Raises StudioError where it does not start."""
    from PySide6.QtCore import QProcess

    program = find_blender()
    # Paths go beside the script, not into it.
    started = bool(program) and QProcess.startDetached(program, ["--python-expr", IMPORT, "--", *map(str, files)])
    if not started or not started[0]:
        raise StudioError("Blender does not start. Check its installation.")
