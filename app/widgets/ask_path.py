"""Ask for a file or a folder: each kind of question begins where one was chosen last, at first in the user's home."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

_KEY = "places/{}"
# Until `keep_in` names the user's settings, places are kept for as long as the program runs.
_places: dict[str, str] = {}
_settings: QSettings | None = None


def keep_in(settings: QSettings) -> None:
    """Keep the places in these settings from now on."""
    global _settings
    _settings = settings


def place(kind: str) -> Path:
    """The folder in which a question of this kind begins."""
    kept = _settings.value(_KEY.format(kind)) if _settings is not None else _places.get(kind)
    folder = Path(kept) if isinstance(kept, str) and kept else Path.home()
    return folder if folder.is_dir() else Path.home()


def ask_files(parent: QWidget | None, kind: str, title: str, kinds: str = "") -> list[Path]:
    """Ask for files that exist; none where that was cancelled.

    Args:
        parent: The window.
        kind: What is asked for, as "motions": questions of one kind begin at one place.
        title: Of the dialog.
        kinds: Qt's filter, as "Tables (*.csv)".
    """
    return _chosen(kind, QFileDialog.getOpenFileNames(parent, title, str(place(kind)), kinds)[0])


def ask_file(parent: QWidget | None, kind: str, title: str, kinds: str = "") -> Path | None:
    """Ask for a file that exists, as `ask_files`; None where that was cancelled."""
    return _one(_chosen(kind, [QFileDialog.getOpenFileName(parent, title, str(place(kind)), kinds)[0]]))


def ask_folder(parent: QWidget | None, kind: str, title: str) -> Path | None:
    """Ask for a folder, as `ask_files`; the question begins beside the last one."""
    return _one(_chosen(kind, [QFileDialog.getExistingDirectory(parent, title, str(place(kind)))]))


def ask_new_file(parent: QWidget | None, kind: str, title: str, name: str, kinds: str = "") -> Path | None:
    """Ask where to write a file, called `name` at first, as `ask_files`."""
    return _one(_chosen(kind, [QFileDialog.getSaveFileName(parent, title, str(place(kind) / name), kinds)[0]]))


def _chosen(kind: str, names: Iterable[str]) -> list[Path]:
    """What was chosen; its folder is remembered."""
    found = [Path(name) for name in names if name]
    if found:
        folder = str(found[0].absolute().parent)
        if _settings is not None:
            _settings.setValue(_KEY.format(kind), folder)
        else:
            _places[kind] = folder
    return found


def _one(found: list[Path]) -> Path | None:
    return found[0] if found else None
