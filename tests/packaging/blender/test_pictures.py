"""A character in a written GLB as Blender draws it, against the stage. MOTIONPATCHES_BPY names a Python that has bpy."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from motionpatches.app.gl.camera import Camera
from motionpatches.core import paths
from motionpatches.core.export.choices import Choices
from motionpatches.core.export.write import write_motion
from motionpatches.core.figure.character import open_character, track_of
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import run
from tests.characters import character

BLENDER = os.environ.get("MOTIONPATCHES_BPY", "")
SIZE, FRAMES = 512, (0, 8, 16, 24, 32)
# Share of the pixels of either silhouette that both have.
ALIKE = 0.98


def cameras(motion: Motion) -> list[Camera]:
    """One for each frame, from another side each."""
    roots = motion.positions[list(FRAMES), motion.skeleton.root]
    return [Camera(tuple(root.tolist()), 3.6, azimuth=1.2 * k, elevation=0.1) for k, root in enumerate(roots)]


def on_stage(rig: Path, motion: Motion) -> list[np.ndarray]:
    """Silhouettes as the program draws them."""
    from motionpatches.app.application import make_application
    from motionpatches.app.gl.canvas import opengl_works
    from motionpatches.app.gl.drawn import DARK, Drawn
    from motionpatches.app.gl.figure.character import DrawnCharacter, posed_character
    from motionpatches.app.gl.offscreen import Offscreen, make_surface
    from motionpatches.app.viewmodels.characters import read

    make_application(smooth=True)
    if not opengl_works():
        pytest.skip("no OpenGL 3.3 on this machine")
    drawn = DrawnCharacter(*run(read(str(rig))))
    track, box, found = track_of(drawn.character, motion), (0, 0, SIZE, SIZE), []
    offscreen = Offscreen(make_surface(), (SIZE, SIZE))
    for frame, camera in zip(FRAMES, cameras(motion), strict=True):
        body, none = posed_character(drawn, track, frame / motion.fps), np.zeros((0, 11), np.float32)
        picture = offscreen.frame(lambda r, b=body, c=camera, n=none: r.draw(box, c, Drawn(n, [b]), DARK, bare=True))
        found.append(picture[..., 3] > 128)
    offscreen.close()
    return found


def in_blender(rig: Path, motion: Motion, folder: Path) -> np.ndarray:
    """Silhouettes (N, SIZE, SIZE) of the written file, in whose metres the cameras stand."""
    write_motion(motion, folder / "out.glb", Choices(rig=str(rig)))
    size = track_of(open_character(rig), motion).size
    frames = [
        {"at": frame, "eye": (camera.eye() / size).tolist(), "target": (np.array(camera.target) / size).tolist()}
        for frame, camera in zip(FRAMES, cameras(motion), strict=True)
    ]
    angle = Camera().field_of_view
    asked = {"file": str(folder / "out.glb"), "rate": round(motion.fps), "size": SIZE, "angle": angle, "frames": frames}
    (folder / "asked.json").write_text(json.dumps(asked))
    told = [BLENDER, str(Path(__file__).with_name("pictures_in_blender.py")), str(folder), str(folder / "asked.json")]
    done = subprocess.run(told, capture_output=True, text=True, timeout=600, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return np.load(folder / "silhouettes.npz")["pictures"]


def share(one: np.ndarray, two: np.ndarray) -> float:
    """Intersection over union."""
    return float((one & two).sum() / (one | two).sum())


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
@pytest.mark.parametrize("name", ["52-glb/mesh2motion_base.glb", "boxes"])
def test_a_character_looks_in_blender_as_on_the_stage(screen, cases: Path, tmp_path: Path, name: str) -> None:
    library = run(open_library(paths.demo_library()))
    motion = library.load(next(c.id for c in library.clips if "cartwheel" in c.id))
    motion, rig = canonical(motion.crop(8, 44)), cases / name
    if name == "boxes":
        rig = tmp_path / "me.glb"
        rig.write_bytes(character().glb())
    stage, blender = on_stage(rig, motion), in_blender(rig, motion, tmp_path)
    shares = [share(one, two) for one, two in zip(stage, blender, strict=True)]
    assert min(shares) > ALIKE, shares
    assert min(one.sum() for one in stage) > 0.02 * SIZE**2
    # What is compared tells one pose, and one shift by four pixels, from another.
    assert max(share(stage[k], blender[k - 1]) for k in range(len(FRAMES))) < 0.9
    assert max(share(one, np.roll(two, 4, axis=1)) for one, two in zip(stage, blender, strict=True)) < ALIKE
