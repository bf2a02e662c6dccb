"""What is known of the take on the stage: names and numbers, its tags, and its captions, which are edited here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.panels.captions import CaptionsPanel
from motionpatches.app.widgets.plain import Label, shown, tip
from motionpatches.app.widgets.theme import icon_button, of_kind, px, sized
from motionpatches.core.library.collections import names_in
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import rate_text
from motionpatches.core.progress import counted

# Characters of a caption as a title.
TITLE = 90
FIELDS = ("Name", "Folder", "Length", "Skeleton", "Split", "Tags", "Collections", "Take sheet")


class InfoPanel(QWidget):
    """Fields of the shown clip over its captions. The other arguments are commands of the menu on it."""

    def __init__(
        self,
        workspace: Workspace,
        marks: Marks,
        sheet: TakeSheet,
        captions: CaptionsPanel,
        favourite: Callable[[], object],
        edit_tags: Callable[[], object],
        copy_path: Callable[[], object],
        reveal: Callable[[], object],
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.workspace, self.marks, self.sheet = workspace, marks, sheet
        self.title = Label(wrap=True)
        self.title.setFont(sized(self.title.font(), tokens.QUERY))
        self.star = icon_button("favourite", "Favourite", favourite)
        self.star.setCheckable(True)
        self.tag = icon_button("tags", "Edit the tags", edit_tags)
        self.copy = icon_button("copy", "Copy the path", copy_path)
        self.reveal = icon_button("open", "Show in folder", reveal)
        self.about = QWidget()
        row = QHBoxLayout()
        for button in (self.star, self.tag, self.copy, self.reveal):
            row.addWidget(button)
        row.addStretch()
        form = QFormLayout()
        form.setHorizontalSpacing(px(tokens.PADDING))
        form.setVerticalSpacing(px(tokens.UNIT))
        self.values: dict[str, Label] = {}
        for name in FIELDS:
            value = self.values[name] = Label(wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(of_kind(Label(name), "secondary"), value)
        box = QVBoxLayout(self)
        box.setContentsMargins(*(px(tokens.PADDING),) * 4)
        box.setSpacing(px(tokens.GAP))
        box.addWidget(self.title)
        box.addWidget(self.about, 1)
        box.addStretch()
        inside = QVBoxLayout(self.about)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(px(tokens.GAP))
        inside.addLayout(row)
        inside.addLayout(form)
        inside.addWidget(captions, 1)
        workspace.shown.connect(self._fill)
        workspace.library_changed.connect(self._fill)
        marks.changed.connect(self._fill)
        sheet.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        clip, motion = self.workspace.clip, self.workspace.motion
        self.about.setVisible(clip is not None and motion is not None)
        if clip is None or motion is None:
            self.title.setText("Nothing is on the stage.")
            return
        mark, row = self.marks.of(clip), self.sheet.of(clip)
        self.star.setChecked(mark.favourite)
        self.title.setText(shown(clip.caption, TITLE))
        self.title.setToolTip(tip(clip.caption))
        for name, value in (
            ("Name", clip.id),
            ("Folder", self._place(clip)),
            ("Length", f"{motion.duration_s:.2f} s, {counted(motion.frame_count, 'frame')}, {rate_text(motion.fps)} fps"),
            ("Skeleton", counted(motion.skeleton.joint_count, "joint")),
            ("Split", clip.split or "–"),
            ("Tags", ", ".join(mark.tags) or "–"),
            ("Collections", ", ".join(names_in(row)) or "–"),
            ("Take sheet", " · ".join(row[name] for name in self.sheet.fields if name in row) or "–"),
        ):
            self.values[name].setText(value)
        self.values["Folder"].setToolTip(tip(clip.path))

    def _place(self, clip: Clip) -> str:
        """Return the folder of a take's file, from the user's own folder on; the name of a file that is the whole library."""
        library, folder, home = self.workspace.library, clip.path.parent, Path.home()
        if library is not None and clip.path == library.root:
            return clip.path.name
        return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)
