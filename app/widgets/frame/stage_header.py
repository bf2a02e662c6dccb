"""The row over the stage: what is drawn beside the body, comparison, colours, cameras; each icon shows its state."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import shown, tip
from motionpatches.app.widgets.theme import icon_button, px, set_icon
from motionpatches.app.widgets.views.stage_menu import StageMenu

# Actions of the stage's menu by name, with their icons; None: a gap.
ROW = (
    ("follow", "follow"),
    ("turntable", "turntable"),
    None,
    ("trails", "trails"),
    ("ghosts", "ghosts"),
    ("trajectory", "trajectory"),
    ("names", "names"),
    ("axes", "axes"),
    ("bones", "bones"),
    ("skin", "skin"),
    None,
    ("keep", "keep"),
    ("side_by_side", "side by side"),
)


class ActionButton(QToolButton):
    """A button that does an action and shows its state; the tooltip has its words and its key."""

    def __init__(self, action: QAction, icon: str):
        super().__init__()
        self.action_ = action
        set_icon(self, icon)
        self.setMinimumSize(px(tokens.CONTROL), px(tokens.CONTROL))  # an icon is never squeezed
        self.clicked.connect(self._do)
        action.changed.connect(self._follow)
        self._follow()

    def _do(self) -> None:
        self.action_.trigger()
        self._follow()

    def _follow(self) -> None:
        action = self.action_
        key = action.shortcut().toString()
        name = action.text().replace("&", "").rstrip("…")
        self.setAccessibleName(shown(name))
        self.setToolTip(tip(f"{name} ({key})" if key else name))
        self.setCheckable(action.isCheckable())
        self.setChecked(action.isChecked())
        self.setEnabled(action.isEnabled())


class StageHeader(QWidget):
    """Buttons for the actions of the stage's menu."""

    def __init__(self, menu: StageMenu):
        super().__init__()
        self.setObjectName("page")
        self.buttons: dict[str, ActionButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(px(tokens.GAP), px(tokens.UNIT), px(tokens.GAP), px(tokens.UNIT))
        row.setSpacing(px(tokens.UNIT) // 2)
        actions = {**menu.switches, "keep": menu.keep}
        for entry in ROW:
            if entry is None:
                line = QFrame()
                line.setFrameShape(QFrame.Shape.VLine)
                line.setObjectName("line")
                line.setFixedWidth(1)
                row.addWidget(line)
                continue
            name, icon = entry
            self.buttons[name] = ActionButton(actions[name], icon)
            row.addWidget(self.buttons[name])
        row.addStretch()
        self.colours = icon_button("colours", "Colours of the body")
        choices = QMenu(self.colours)
        for action in (menu.switches["parts"], menu.switches["speed"]):
            choices.addAction(action)
        self.colours.setMenu(choices)
        self.colours.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.character = icon_button("character", "What motions are shown on")
        self.character.setMenu(characters := QMenu(self.character))
        characters.aboutToShow.connect(lambda: menu.fill(characters))
        self.character.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.character)
        row.addWidget(self.colours)
        row.addWidget(ActionButton(menu.frame, "frame"))
