"""The character on the stage: what chooses it, and how it comes to be drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from motionpatches.app.gl.canvas import opengl_works
from motionpatches.app.gl.figure.character import DrawnCharacter, characters
from motionpatches.app.viewmodels.characters import ANNY, Characters
from motionpatches.app.widgets.plain import NAME, shown, title
from motionpatches.core.export.anny_body import anny_file, has_anny
from motionpatches.core.motion.motion import Motion

# Seconds of a motion that the dialog on joints shows.
LONG_S = 30.0
WITHOUT_OPENGL = "Characters need OpenGL 3.3, which was not found here. Bones are drawn instead."


class ShownCharacter(QObject):
    """Draws the chosen character, and says where it cannot be drawn."""

    def __init__(self, choice: Characters, parent: QObject | None = None):
        super().__init__(parent)
        self.choice, self.workspace = choice, choice.workspace
        self._told: Motion | None = None
        choice.changed.connect(self._changed)
        self.workspace.shown.connect(self._tell)
        characters().made.connect(self._tell)

    def _changed(self) -> None:
        character = self.choice.character
        characters().show(None if character is None else DrawnCharacter(character, self.choice.pictures))
        if character is not None and not opengl_works():
            self.workspace.notices.say(WITHOUT_OPENGL, warning=True)
        elif character is not None and character.meshes.notes:
            self.workspace.notices.say(f"{character.name}: {', '.join(character.meshes.notes)}.")

    def _tell(self) -> None:
        """Say once that the shown motion is none of a person."""
        motion, clip = self.workspace.motion, self.workspace.clip
        if motion is None or clip is None or motion is self._told or not characters().refuses(motion):
            return
        self._told = motion
        self.workspace.notices.say(f"{clip.id} has no two arms and two legs that are known, so the character is not shown.")


def fill_characters(menu: QMenu, choice: Characters, ask: Callable[[], object]) -> None:
    """Fill a menu with what can be shown: the figure, characters that were shown before, any file."""
    menu.clear()
    menu.setToolTipsVisible(True)
    _add(menu, "Figure", not choice.shown, choice.none)
    if has_anny():
        _add(menu, "Anny", choice.shown == ANNY, lambda: choice.choose(ANNY))
    for name in dict.fromkeys([*([choice.shown] if choice.shown not in ("", ANNY) else []), *choice.recent()]):
        action = _add(menu, title(shown(Path(name).name, NAME)), choice.shown == name, partial(choice.choose, name))
        action.setToolTip(shown(name))
    menu.addSeparator()
    menu.addAction("Character…").triggered.connect(lambda: ask())
    joints = menu.addAction("Joints…")
    joints.setToolTip("Shows and sets which joint of the shown motion moves which joint of the character.")
    joints.setEnabled(bool(choice.shown) and choice.workspace.motion is not None)
    joints.triggered.connect(lambda: _ask_joints(choice))


def _ask_joints(choice: Characters) -> None:
    """Ask for the joints of the shown motion and the character, which moves by what is kept."""
    from motionpatches.app.viewmodels.joint_map import JointMapping  # brings the readers
    from motionpatches.app.widgets.dialogs.joint_map import AskJoints

    motion, name = choice.workspace.motion, choice.shown
    if motion is None or not name:
        return
    rig = str(anny_file()) if name == ANNY else name
    mapping = JointMapping(lambda: motion.cut(0, LONG_S).people[0], rig, choice.workspace.lanes.files, choice)
    AskJoints(mapping, QApplication.activeWindow(), lambda: choice.choose(name))


def _add(menu: QMenu, text: str, on: bool, do: Callable[[], object]) -> QAction:
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(on)
    action.triggered.connect(lambda: do())
    return action
