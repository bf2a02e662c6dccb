"""Files shown in the system's file manager, chosen there where it can."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from motionpatches.app.background.lane import Lane

# Files that are chosen at once, of one folder, and seconds that the file manager has to answer.
MOST, WAIT_S = 200, 5.0
_SHOW_ITEMS = (
    "--session",
    "--print-reply",
    "--dest=org.freedesktop.FileManager1",
    "/org/freedesktop/FileManager1",
    "org.freedesktop.FileManager1.ShowItems",
)


def reveal(paths: Sequence[Path], lane: Lane, failed: Callable[[str], None]) -> None:
    """Show files in the file manager: those in the folder of the first one.

    Args:
        paths: Files or folders; a folder is opened, a file is chosen in its folder.
        lane: Where the file manager is waited for.
        failed: Takes a sentence that says why nothing is shown, and where the files are.
    """
    there = [path for path in paths if path.exists()]
    if not there:
        failed(f"{paths[0]} is no longer there. Refresh the library." if paths else "There is no file to show.")
        return
    folder = there[0] if there[0].is_dir() else there[0].parent

    def open_folder(shown: bool) -> None:
        if not shown and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            failed(f"This system has no file manager that opens folders. The files are in {folder}.")

    chosen = [path for path in there if path.parent == folder and not path.is_dir()][:MOST]
    if chosen:
        lane.submit("reveal", lambda: choose_in_file_manager(chosen), open_folder, lambda _: open_folder(False))
    else:
        open_folder(False)


def reveal_own(folder: Path, lane: Lane, failed: Callable[[str], None]) -> None:
    """Show a folder of the program's own, made where it is missing; arguments as of reveal."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        failed(f"{folder} cannot be made: {error.strerror}.")
    else:
        reveal([folder], lane, failed)


def choose_in_file_manager(paths: Sequence[Path]) -> bool:
    """Open the folder of files with the files chosen in it. Return False where the system's file manager cannot do that."""
    if sys.platform == "win32":
        command = ["explorer", f"/select,{paths[0]}"]
    elif sys.platform == "darwin":
        command = ["open", "-R", *map(str, paths)]
    elif os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        # Commas divide the entries of dbus-send's arrays.
        files = ",".join(bytes(QUrl.fromLocalFile(str(path)).toEncoded().data()).decode().replace(",", "%2C") for path in paths)
        command = ["dbus-send", *_SHOW_ITEMS, f"array:string:{files}", "string:"]
    else:
        return False
    try:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 or sys.platform == "win32"  # Explorer ends with 1 where all is well
