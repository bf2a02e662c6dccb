"""Help that explains motion patches with the motion on the stage."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.plain import LINE, NAME, Html, Page, html, joined, shown
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import PART_NAMES, RIGHT_ARM
from motionpatches.core.patch_picture import PatchImage, describe, patch_image
from motionpatches.core.patches import MAX_FRAMES, PARTS

NOTHING = "Show a motion with a human body on the stage; this page then explains it with its own numbers."
PAGE = """
<h2>How the model reads “{caption}”</h2>
<p><b>1. A skeleton becomes five chains.</b> This one has {joints} joints. Whatever a rig calls them, they
are sorted into right leg, left leg, torso, right arm and left arm. Here the right arm is {arm}.</p>
<p><b>2. Each chain becomes {size} points.</b> They lie evenly along the chain, between its joints, so that {arm_joints} joints of
this arm and the joints of any other rig give the same {size} points.</p>
<p><b>3. Time stands beside space.</b> The motion is read at {fps} frames a second: {frames} frames here. {size}
points by {size} frames are one patch; {windows} windows of time by {part_count} parts are {patches} patches (at most
{most} windows, {most_s} s, at once; longer takes are read in overlapping pieces).</p>
<p><b>4. Places become colours.</b> x, y and z of each point are red, green and blue, after subtracting the mean and dividing by
the standard deviation. Green that brightens is a point that rises. This is the whole picture, parts from above:</p>
<p><img src="patches"></p>
<p><b>5. A vision transformer reads the picture</b> as it would read a photograph, and gives a direction in a space that sentences
share. The score of a result is the cosine between both directions.</p>
<p>Where the parts of this motion are, mean and standard deviation:</p><ul>{parts}</ul>
<p>Method: Yu, Tanaka and Fujiwara, Exploring Vision Transformers for 3D Human Motion-Language Models with Motion Patches, CVPR
2024.</p>"""


class HelpWindow(QDialog):
    """Explains the motion on the stage, again for each that is shown."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.workspace = workspace
        self.setWindowTitle("How Patches Work")
        self.resize(720, 680)
        self.text = Page()
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        box = QVBoxLayout(self)
        box.addWidget(self.text)
        box.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        workspace.shown.connect(self._follow)

    def showEvent(self, event: QShowEvent) -> None:
        self._fill()
        super().showEvent(event)

    def _follow(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        motion, clip = self.workspace.motion, self.workspace.clip
        if motion is None or clip is None or not motion.skeleton.chains:
            self.text.show_html(html("{}", NOTHING))
            return
        image = patch_image(motion, self.workspace.model)
        places = patch_image(motion, self.workspace.model, metres=True)
        self.text.pictures["patches"] = _picture(image)
        self.text.show_html(_page(clip, motion, image, places))


def _picture(image: PatchImage) -> QImage:
    """Draw the five bands one under the other."""
    whole = np.ascontiguousarray(np.concatenate(image.bands))
    rows = QImage(whole.data, whole.shape[1], whole.shape[0], 3 * whole.shape[1], QImage.Format.Format_RGB888)
    return rows.copy().scaled(640, 300)


def _page(clip: Clip, motion: Motion, image: PatchImage, places: PatchImage) -> Html:
    """Write the page with the numbers of a motion; `places`: its image in metres."""
    names, size, arm = motion.skeleton.joint_names, image.points, motion.skeleton.chains[RIGHT_ARM]
    windows = image.shown // size
    parts = (html("<li><b>{}</b>: {}</li>", PART_NAMES[part], describe(places, part)) for part in range(PARTS))
    return html(
        PAGE,
        caption=shown(clip.caption, LINE),
        joints=motion.skeleton.joint_count,
        arm=" – ".join(shown(names[j], NAME) for j in arm),
        arm_joints=len(arm),
        size=size,
        fps=f"{image.fps:g}",
        frames=image.frames,
        windows=windows,
        part_count=PARTS,
        patches=windows * PARTS,
        most=MAX_FRAMES // size,
        most_s=f"{MAX_FRAMES / image.fps:.1f}",
        parts=joined(parts),
    )
