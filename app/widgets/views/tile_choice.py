"""Choosing several tiles as in a list: Ctrl adds, Shift chooses a range, Ctrl+A all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from motionpatches.app.viewmodels.selection import Selection
from motionpatches.core.library.library import Clip

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_STEPS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


def click(selection: Selection, clips: Sequence[Clip], at: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Choose the tile that was clicked on, one of `clips`. Return whether it is to be shown, as by a plain click."""
    if modifiers & _CTRL:
        selection.toggle(clips[at])
    elif modifiers & _SHIFT:
        selection.extend(clips[at], clips)
    else:
        selection.choose([clips[at]])
        return True
    return False


def chooses(event: QKeyEvent) -> bool:
    """Return whether a key chooses tiles: Ctrl+A, Ctrl+Space, Shift and an arrow."""
    if event.matches(QKeySequence.StandardKey.SelectAll):
        return True
    if event.modifiers() & _CTRL:
        return event.key() == Qt.Key.Key_Space
    return bool(event.modifiers() & _SHIFT) and event.key() in _STEPS


def press(selection: Selection, clips: Sequence[Clip], at: int, event: QKeyEvent) -> None:
    """Choose by a key of `chooses`, at the tile that has the keyboard now."""
    if event.matches(QKeySequence.StandardKey.SelectAll):
        selection.choose(clips)
    elif 0 <= at < len(clips):
        (selection.toggle(clips[at]) if event.modifiers() & _CTRL else selection.extend(clips[at], clips))
