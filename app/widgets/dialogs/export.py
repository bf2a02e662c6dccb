"""Export: what, as what, how large, and where to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.export.files import PICTURE_FORMATS
from motionpatches.app.export.jobs import Item, export_each, export_motion, export_together, load_item
from motionpatches.app.export.pictures import LOOKS, Style
from motionpatches.app.gl.camera import Camera
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.plain import Label
from motionpatches.core.export.write import EXPORTERS
from motionpatches.core.progress import Job

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

# Of the formats of pictures, that of a contact sheet: several poses in one picture.
SHEET = ("PNG contact sheet", ".png sheet")
FORMATS = (
    *((one.title, one.suffix) for one in PICTURE_FORMATS.values()),
    SHEET,
    *((one.title, one.suffix) for one in EXPORTERS.values()),
)
SIZES = ("480 × 480", "720 × 720", "1080 × 1080", "1280 × 720", "1920 × 1080", "3840 × 2160")
WHOLE, RANGE, EACH, TOGETHER = "This motion", "The marked range", "All results, one file each", "All results in one picture"
# Poses of a contact sheet; seconds of a take from which a result is exported as its moment alone, and of a camera's turn.
SHEET_FRAMES, LONG_S, TURN_S = 12, 12.0, 8.0


class ExportDialog(QDialog):
    """Asks what to export; format, size, background and folder are kept for the next time."""

    def __init__(
        self,
        workspace: Workspace,
        search: Search,
        playback: Playback,
        camera: Camera,
        settings: QSettings,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.workspace, self.search, self.playback, self.camera, self.settings = workspace, search, playback, camera, settings
        self.setWindowTitle("Export")
        self.setMinimumWidth(440)
        self.what, self.format, self.picture_size, self.look = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.what.addItems([WHOLE, *([RANGE] if playback.range_s else []), *([EACH, TOGETHER] if search.results else [])])
        for name, suffix in FORMATS:
            self.format.addItem(name, suffix)
        self.picture_size.addItems(SIZES)
        self.look.addItems([name.capitalize() for name in LOOKS])
        self.fps = QSpinBox(minimum=5, maximum=60, value=25)
        self.turn, self.trails, self.labels = QCheckBox("Camera turns"), QCheckBox("Trails"), QCheckBox("Captions")
        self.labels.setChecked(True)
        for box, key, fallback in ((self.format, "format", 0), (self.picture_size, "size", 1), (self.look, "look", 0)):
            box.setCurrentIndex(min(_whole(settings, f"export/{key}", fallback), box.count() - 1))
        form = QFormLayout()
        for label, field in (
            ("What", self.what),
            ("Format", self.format),
            ("Size", self.picture_size),
            ("Background", self.look),
            ("Frames per second", self.fps),
        ):
            form.addRow(label, field)
        switches = QHBoxLayout()
        for switch in (self.turn, self.trails, self.labels):
            switches.addWidget(switch)
        form.addRow("", switches)
        self.state = Label(wrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.state)
        column.addWidget(self.buttons)
        for field in (self.what, self.format):
            field.currentIndexChanged.connect(self._enable)
        self._enable()

    @property
    def suffix(self) -> str:
        """The chosen format's suffix."""
        return self.format.currentData().split()[0]

    @property
    def frames(self) -> int:
        """Number of poses in one picture."""
        return SHEET_FRAMES if self.format.currentData().endswith("sheet") else 1

    def _enable(self) -> None:
        pictures = PICTURE_FORMATS.get(self.suffix)
        picture, moving = pictures is not None, pictures is not None and pictures.moving
        for field in (self.picture_size, self.look, self.trails, self.labels):
            field.setEnabled(picture)
        self.fps.setEnabled(moving)
        self.turn.setEnabled(moving)
        together = self.what.currentText() == TOGETHER
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(picture or not together)
        wrong = "Data formats write one file per result." if together and not picture else ""
        if pictures is not None and not pictures.clear:
            wrong = wrong or "Videos have no transparency. The background becomes light."
        self.state.setText(wrong)

    def style_chosen(self) -> Style:
        """Return how pictures are drawn."""
        width, height = (int(v) for v in self.picture_size.currentText().split(" × "))
        look = LOOKS[self.look.currentIndex()]
        if look == "transparent" and not (self.suffix in PICTURE_FORMATS and PICTURE_FORMATS[self.suffix].clear):
            look = "light"
        return Style(
            (width, height),
            float(self.fps.value()),
            look,
            self.camera.azimuth,
            self.camera.elevation,
            TURN_S if self.turn.isChecked() else 0.0,
            self.trails.isChecked(),
            self.labels.isChecked(),
        )

    def items(self) -> list[Item]:
        """Return the clips to export with their ranges; an end of 0 s is that of the clip."""
        what, clip = self.what.currentText(), self.workspace.clip
        if what in (EACH, TOGETHER):
            return [
                Item(
                    r.clip.id,
                    r.clip.caption,
                    r.hit.start_s,
                    r.hit.end_s if r.motion.duration_s > LONG_S else 0.0,
                    r.hit.rank,
                    round(r.hit.score, 4),
                )
                for r in self.search.results
            ]
        start, end = self.playback.range_s if what == RANGE and self.playback.range_s else (0.0, 0.0)
        return [Item(clip.id, clip.caption, start, end)] if clip else []

    def ask_path(self) -> Path | None:
        """Ask for a file, or for a folder where each result is a file; None where that was cancelled."""
        for key, box in (("format", self.format), ("size", self.picture_size), ("look", self.look)):
            self.settings.setValue(f"export/{key}", box.currentIndex())
        start = str(self.settings.value("export/folder", "", str))
        if self.what.currentText() == EACH:
            name = QFileDialog.getExistingDirectory(self, "Folder for files and manifest", start)
        else:
            clean = "".join(c if c.isalnum() or c in " -_" else "_" for c in self.items()[0].clip_id)
            name, _ = QFileDialog.getSaveFileName(
                self, "Export", str(Path(start) / f"{clean}{self.suffix}"), f"{self.format.currentText()} (*{self.suffix})"
            )
        if not name:
            return None
        path = Path(name)
        if self.what.currentText() != EACH and path.suffix.lower() != self.suffix:
            path = path.with_name(path.name + self.suffix)
        self.settings.setValue("export/folder", str(path if self.what.currentText() == EACH else path.parent))
        return path

    def start(self, path: Path) -> None:
        """Write in the background; the status bar shows the progress."""
        workspace, library, suffix, frames = self.workspace, self.workspace.library, self.suffix, self.frames
        style, items, what = self.style_chosen(), self.items(), self.what.currentText()
        query, model = self.search.query, workspace.model_label
        if library is None or not items:
            return
        surface: QOffscreenSurface | None = None
        if suffix in PICTURE_FORMATS:
            from motionpatches.app.gl.offscreen import make_surface

            surface = make_surface()

        def job() -> Job[list[str]]:
            if what == EACH:
                return (yield from export_each(library, items, path, suffix, style, frames, surface, query, model))
            if what == TOGETHER and surface is not None:
                yield from export_together(library, items, path, style, frames, surface)
                return []
            motion = load_item(library, items[0])
            yield from export_motion(replace(motion, name=items[0].clip_id), items[0].caption, path, style, frames, surface)
            return []

        def done(problems: list[str]) -> None:
            workspace.said.emit(f"Saved {path.name}.")
            if problems:
                workspace.failed.emit(f"{len(problems)} results were left out. {problems[0]}")

        def failed(message: str) -> None:
            workspace.failed.emit(message or "The export was stopped. Incomplete files were removed.")

        workspace.jobs.run(workspace.lanes.exports, "export", job, done, failed)


def can_export(workspace: Workspace) -> str:
    """Return why there is nothing to export, else ''."""
    if workspace.clip is None or workspace.library is None or workspace.clip.id not in workspace.library.by_id:
        return "Choose a motion of the open library first."
    return ""


def _whole(settings: QSettings, key: str, fallback: int) -> int:
    """Return a setting that is a whole number from 0; the fallback where it is anything else."""
    value = settings.value(key, fallback, int)
    return max(value, 0) if isinstance(value, int) else fallback
