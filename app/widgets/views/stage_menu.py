"""The stage's menu: cameras, what is drawn beside the body, colours, comparison."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from motionpatches.app.viewmodels.characters import Characters
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.take_menu import TakeMenu
from motionpatches.app.widgets.verbs import Verbs
from motionpatches.app.widgets.views.stage import VIEWS
from motionpatches.app.widgets.views.stage_character import fill_characters

SWITCHES = (
    ("Trails of Hands, Feet and Head", "trails", "T"),
    ("Ghost Poses", "ghosts", "G"),
    ("Trajectory on the Floor", "trajectory", "Y"),
    ("Body (SMPL)", "skin", "H"),
    ("Joint Names", "names", "J"),
    ("Bones", "bones", "Shift+B"),
    ("Helper Bones", "helpers", ""),
    ("Axes", "axes", "X"),
    ("Turntable", "turntable", "R"),
)
COLOURS = (("Body Parts", "parts"), ("Speed", "speed"))


class StageMenu:
    """Fills a menu. Its actions show the stage's options, whoever changes them."""

    def __init__(
        self, add: Callable[..., QAction], menu: QMenu, verbs: Verbs, stage: Stage, characters: Characters, takes: TakeMenu
    ):
        self.stage, self.takes = stage, takes
        takes.add("show", menu, "Show on Stage", verbs.show_take)
        menu.addSeparator()
        self.frame = add(menu, "Frame the Motion", verbs.frame_motion, "F", single=True)
        add(menu, "Reset Camera", verbs.reset_camera, "0", single=True)
        for number, name in enumerate(VIEWS, 1):
            add(menu, f"{name} View", partial(verbs.look_from, name), str(number), single=True)
        self.switches = {"follow": self._switch(add, menu, "Camera Follows", "follow", "C")}
        menu.addSeparator()
        for text, name, key in SWITCHES:
            self.switches[name] = self._switch(add, menu, text, name, key)
        add(menu, "Character…", verbs.choose_character)
        self.characters = menu.addMenu("Show Motions On")
        self.fill = lambda into: fill_characters(into, characters, verbs.choose_character)
        self.characters.aboutToShow.connect(lambda: self.fill(self.characters))
        colours, group = menu.addMenu("Colours"), QActionGroup(menu)
        for text, name in COLOURS:
            action = add(colours, text, partial(self.stage.set, colouring=name))
            action.setCheckable(True)
            group.addAction(action)
            self.switches[name] = action
        menu.addSeparator()
        self.keep = takes.add("keep", menu, "Keep for Comparison", verbs.keep, "K", single=True)
        self.keep.setCheckable(True)
        self.switches["side_by_side"] = self._switch(add, menu, "Side by Side", "side_by_side", "B")
        why = takes.takes.why_not_compare
        self.compare = takes.add("compare", menu, "Compare", verbs.compare, "Shift+K", single=True, why_not=why)
        self.compare.setCheckable(True)
        self.alone = add(menu, "Clear Comparison", self.stage.alone)
        self.stage.changed.connect(self._follow)
        stage.workspace.shown.connect(self._follow)
        takes.takes.selection.changed.connect(self._follow)
        self._follow()

    def _switch(self, add: Callable[..., QAction], menu: QMenu, text: str, name: str, key: str) -> QAction:
        action = add(menu, text, lambda: self.stage.toggle(name), *([key] if key else []), single=True)
        action.setCheckable(True)
        return action

    def _follow(self) -> None:
        options = self.stage.options
        for name, action in self.switches.items():
            action.setChecked(options.colouring == name if name in ("parts", "speed") else getattr(options, name))
        clips = self.takes.takes.clips
        self.keep.setChecked(bool(clips) and all(self.stage.letter(clip) for clip in clips))
        self.compare.setChecked(self.stage.comparing)
        self.alone.setEnabled(bool(self.stage.kept))
        self.switches["side_by_side"].setEnabled(len(self.stage.bodies) > 1)
