"""A character in FBX and in GLB, as Blender's own importers move its vertices. MOTIONPATCHES_BPY names a Python that has bpy."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.export.choices import Choices
from motionpatches.core.export.write import write_motion
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from tests.characters import character, png
from tests.core.io.gltf.gltf_files import quaternion

BLENDER = os.environ.get("MOTIONPATCHES_BPY", "")
MILLIMETRE = 0.001
# A file for the picture of a frame, where one is wanted.
PICTURE = os.environ.get("MOTIONPATCHES_BPY_PICTURE", "")


def in_blender(rig: Path, folder: Path, picture: str = "", **choices: object) -> dict[str, np.lib.npyio.NpzFile]:
    """What Blender makes of a cartwheel on a character, by the suffix of its file."""
    library = run(open_library(paths.demo_library()))
    motion = library.load(next(c.id for c in library.clips if "cartwheel" in c.id)).crop(10, 50)
    files = [folder / "out.glb", folder / "out.fbx"]
    for file in files:
        write_motion(motion, file, Choices(rig=str(rig), **choices))
    script = Path(__file__).with_name("skins_in_blender.py")
    told = [BLENDER, str(script), str(folder), str(round(motion.fps)), picture, *map(str, files)]
    done = subprocess.run(told, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = {file.suffix: np.load(folder / f"{file.name}.npz") for file in files}
    assert all(len(one["vertices"]) == motion.frame_count for one in found.values())
    return found


def same(found: dict[str, np.lib.npyio.NpzFile]) -> None:
    one, two = found[".glb"]["vertices"], found[".fbx"]["vertices"]
    assert one.shape == two.shape and np.ptp(one[:, :, 2]) > 1
    assert np.abs(one - two).max() < MILLIMETRE, float(np.abs(one - two).max())


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
def test_a_real_character_moves_alike(cases: Path, tmp_path: Path) -> None:
    found = in_blender(cases / "52-glb" / "mesh2motion_base.glb", tmp_path, PICTURE)
    same(found)
    colours = [np.array(sorted(one["colours"].tolist())) for one in found.values()]
    np.testing.assert_allclose(colours[0], colours[1], atol=2e-3)


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
@pytest.mark.parametrize("unit, up", [("cm", "Y"), ("cm", "Z"), ("m", "Y")])
def test_a_textured_character_in_each_unit_and_axis(tmp_path: Path, unit: str, up: str) -> None:
    (tmp_path / "me.glb").write_bytes(character(png(4, 2)).glb())
    found = in_blender(tmp_path / "me.glb", tmp_path, unit=unit, up=up)
    same(found)
    assert found[".fbx"]["images"].tolist() == [[4, 2]]


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
def test_meshes_bound_in_another_pose_than_the_rest_pose(tmp_path: Path) -> None:
    made = character(png())
    names = [node.get("name") for node in made.json["nodes"]]
    for name, degrees in (("left_shoulder", -40), ("spine2", 5)):
        made.json["nodes"][names.index(name)]["rotation"] = quaternion(degrees, (0, 1, 0))
    (tmp_path / "me.glb").write_bytes(made.glb())
    same(in_blender(tmp_path / "me.glb", tmp_path))
