"""Settings: appearance, motion, device, body models, caches; import corrections; shared gallery."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.background.reveal import reveal_own
from motionpatches.app.viewmodels.import_corrections import ImportCorrections
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.shared_gallery import SharedGallery
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.dialogs.corrections import CorrectionsPage
from motionpatches.app.widgets.dialogs.joint_maps import JointMapsPage
from motionpatches.app.widgets.dialogs.motion_cache import MotionCacheRow, restore_limit
from motionpatches.app.widgets.dialogs.shared_gallery import SharedGalleryPage
from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.theme import APPEARANCES, px, set_appearance
from motionpatches.core import paths
from motionpatches.core.io.smpl.poses import BODY_MODELS
from motionpatches.core.models.device import DEVICES

# Folders of the cache, without the motions, which have a row of their own.
CACHES = ("galleries", "libraries")


class SettingsDialog(QDialog):
    """Every change takes effect at once; for another device the model is loaded again."""

    def __init__(
        self,
        settings: QSettings,
        workspace: Workspace,
        stage: Stage,
        playback: Playback,
        corrections: ImportCorrections,
        shared: SharedGallery,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.settings, self.workspace, self.stage, self.playback = settings, workspace, stage, playback
        self.setWindowTitle("Settings")
        self.setMinimumSize(760, 400)
        general, self.pages = QWidget(), QTabWidget()
        form = QFormLayout(general)
        form.setHorizontalSpacing(px(tokens.PADDING))
        appearance = QComboBox()
        appearance.addItems(APPEARANCES)
        appearance.setCurrentText(str(settings.value("appearance", APPEARANCES[0], str)))
        appearance.textActivated.connect(self._appearance)
        calm = QCheckBox("Do not autoplay motions")
        calm.setChecked(bool(settings.value("reduced motion", False, bool)))
        calm.toggled.connect(self._calm)
        device = QComboBox()
        device.addItems(DEVICES)
        device.setCurrentText(workspace.device_choice)
        device.textActivated.connect(self._device)
        self.bodies = QLineEdit(os.environ.get(BODY_MODELS, ""), placeholderText="Folder that contains smplh, smplx or smpl")
        self.bodies.editingFinished.connect(self._set_bodies)
        choose = QPushButton("Choose…")
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(px(tokens.GAP))
        row.addWidget(self.bodies)
        row.addWidget(choose)
        self.cache, self.data = Label(), Label()
        clear = QPushButton("Clear")
        clear.clicked.connect(self._clear)
        caches, data = self._stored(self.cache, paths.cache, clear), self._stored(self.data, paths.data)
        self.motions = MotionCacheRow(settings, workspace.lanes.files)
        for label, field in (
            ("Appearance", appearance),
            ("Reduced motion", calm),
            ("Device", device),
            ("Body models (SMPL)", row),
            ("Indexes and galleries", caches),
            ("Motion cache", self.motions),
            ("Runs, models, captions", data),
        ):
            form.addRow(label, field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        self.corrections = CorrectionsPage(corrections)
        self.pages.addTab(general, "&General")
        self.pages.addTab(self.corrections, "&Import Corrections")
        self.joint_maps = JointMapsPage(workspace.failed.emit)
        self.pages.addTab(self.joint_maps, "&Joints of Rigs")
        self.shared = SharedGalleryPage(shared)
        self.pages.addTab(self.shared, "&Shared Gallery")
        box.addWidget(self.pages)
        box.addWidget(buttons)
        self._size()

    def _appearance(self, name: str) -> None:
        self.settings.setValue("appearance", name)
        set_appearance(name)

    def _calm(self, on: bool) -> None:
        self.settings.setValue("reduced motion", on)
        if on:
            self.stage.set(turntable=False)
        if self.playback.playing == on:
            self.playback.toggle()

    def _device(self, name: str) -> None:
        self.settings.setValue("device", name)
        self.workspace.device_choice = name
        self.workspace.load_model(self.workspace.model_folder)

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "The folder of body models", self.bodies.text())
        if name:
            self.bodies.setText(name)
            self._set_bodies()

    def _set_bodies(self) -> None:
        folder = self.bodies.text().strip()
        self.settings.setValue("body models", folder)
        if folder:
            os.environ[BODY_MODELS] = folder
        else:
            os.environ.pop(BODY_MODELS, None)

    def _stored(self, size: Label, folder: Callable[[], Path], *buttons: QPushButton) -> QHBoxLayout:
        """Lay out a row: the size of a folder, some buttons, and one that shows the folder."""
        show, workspace = QPushButton("Show in Folder"), self.workspace
        show.clicked.connect(lambda: reveal_own(folder(), workspace.lanes.files, workspace.failed.emit))
        row = QHBoxLayout()
        row.setSpacing(px(tokens.GAP))
        row.addWidget(size, 1)
        for button in (*buttons, show):
            row.addWidget(button)
        return row

    def _size(self) -> None:
        made = [paths.cache() / name for name in CACHES]
        cache, data = (
            sum(f.stat().st_size for folder in folders for f in folder.rglob("*") if f.is_file()) / 2**20
            for folders in (made, [paths.data()])
        )
        self.cache.setText(f"{cache:.0f} MB, rebuilt when needed")
        self.data.setText(f"{data:.0f} MB, your files")

    def _clear(self) -> None:
        for name in CACHES:
            shutil.rmtree(paths.cache() / name, ignore_errors=True)
        self._size()


def restore(settings: QSettings, playback: Playback) -> None:
    """Apply what was set earlier: the limit of the cache, the body models, reduced motion."""
    restore_limit(settings)
    folder = str(settings.value("body models", "", str))
    if folder and not os.environ.get(BODY_MODELS) and Path(folder).is_dir():
        os.environ[BODY_MODELS] = folder
    if settings.value("reduced motion", False, bool) and playback.playing:
        playback.toggle()
