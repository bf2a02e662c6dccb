"""Help that explains motion patches with the motion on the stage."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patch_picture import describe, patch_image
from motionpatches.core.patches import MAX_FRAMES, PARTS


class _Browser(QTextBrowser):
    """Shows one picture made for the text."""

    picture: QImage | None = None

    def loadResource(self, kind: int, name) -> object:
        return self.picture if name.toString() == "patches" else None


class HelpWindow(QDialog):
    """Follows the stage: another motion, another explanation."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.workspace = workspace
        self.setWindowTitle("How Patches Work")
        self.resize(720, 680)
        self.text = _Browser()
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        box = QVBoxLayout(self)
        box.addWidget(self.text)
        box.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        workspace.shown.connect(lambda: self.isVisible() and self._tell())

    def showEvent(self, event) -> None:
        self._tell()
        super().showEvent(event)

    def _tell(self) -> None:
        motion = self.workspace.motion
        if motion is None or not motion.skeleton.chains:
            self.text.setMarkdown(
                "Show a motion with a human body on the stage; this page then explains it with its own numbers."
            )
            return
        image = patch_image(motion, self.workspace.model)
        names, size = motion.skeleton.joint_names, image.points
        arm = motion.skeleton.chains[3]
        windows = image.shown // size
        whole = np.ascontiguousarray(np.concatenate(image.bands))
        picture = QImage(whole.data, whole.shape[1], whole.shape[0], 3 * whole.shape[1], QImage.Format.Format_RGB888).copy()
        picture = picture.scaled(640, 300)
        self.text.picture = picture
        parts = "".join(f"<li><b>{PART_NAMES[p]}</b>: {describe(image, p)}</li>" for p in range(PARTS))
        self.text.setHtml(f"""
<h2>How the model reads “{self.workspace.clip.caption}”</h2>
<p><b>1. A skeleton becomes five chains.</b> This one has {motion.skeleton.joint_count} joints. Whatever a rig calls them, they
are sorted into right leg, left leg, torso, right arm and left arm. Here the right arm is {" – ".join(names[j] for j in arm)}.</p>
<p><b>2. Each chain becomes {size} points.</b> They lie evenly along the chain, between its joints, so that {len(arm)} joints of
this arm and the joints of any other rig give the same {size} points.</p>
<p><b>3. Time stands beside space.</b> The motion is read at {image.fps:g} frames a second: {image.frames} frames here. {size}
points by {size} frames are one patch; {windows} windows of time by {PARTS} parts are {windows * PARTS} patches (at most
{MAX_FRAMES // size} windows, {MAX_FRAMES / image.fps:.1f} s, at once; longer takes are read in overlapping pieces).</p>
<p><b>4. Places become colours.</b> x, y and z of each point are red, green and blue, after subtracting the mean and dividing by
the standard deviation. Green that brightens is a point that rises. This is the whole picture, parts from above:</p>
<p><img src="patches"></p>
<p><b>5. A vision transformer reads the picture</b> as it would read a photograph, and gives a direction in a space that sentences
share. The score of a result is the cosine between both directions.</p>
<p>Where the parts of this motion are, mean and standard deviation:</p><ul>{parts}</ul>
<p>Method: Yu, Tanaka and Fujiwara, Exploring Vision Transformers for 3D Human Motion-Language Models with Motion Patches, CVPR
2024.</p>""")
