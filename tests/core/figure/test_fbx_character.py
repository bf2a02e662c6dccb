"""Characters of FBX files, against the GLB from which the program wrote them."""

from __future__ import annotations

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import Choices
from motionpatches.core.export.write import write_motion
from motionpatches.core.figure.character import Character, Track, bones_at, open_character, skinned, track_of
from motionpatches.core.io.native.child import fbx_character
from motionpatches.core.io.native.fbx_character import _fans
from tests.characters import character, png


@pytest.fixture
def files(tmp_path, smpl_motion):
    (tmp_path / "me.glb").write_bytes(character().glb())
    write_motion(smpl_motion.crop(0, 3), tmp_path / "me.fbx", Choices(rig=str(tmp_path / "me.glb"), up="Z"))
    return tmp_path / "me.glb", tmp_path / "me.fbx"


def corners(shown: Character, motion=None, time_s: float = 0.0) -> np.ndarray:
    """Corners of all triangles (F, 3, 3), at rest or at a time of a motion, in metres."""
    still = np.tile([0.0, 0, 0, 1], (1, len(shown.rest), 1))
    track = Track(still, shown.rest[None], 30.0, 1.0, np.zeros(0, int)) if motion is None else track_of(shown, motion)
    return skinned(shown.meshes, bones_at(shown, track, time_s)[0])[shown.meshes.faces]


def in_order(triangles: np.ndarray) -> np.ndarray:
    """Middles of triangles, sorted."""
    middles = triangles.mean(axis=1).round(5)
    return middles[np.lexsort(middles.T)]


def test_mesh_and_skin_are_those_of_the_glb(files, smpl_motion):
    glb, fbx = (open_character(file) for file in files)
    assert fbx.name == "me" and len(fbx.rest) == len(glb.rest) and len(fbx.meshes.faces) == len(glb.meshes.faces)
    assert np.abs(in_order(corners(fbx)) - in_order(corners(glb))).max() < 1e-4
    for time_s in (0.0, 0.7):
        apart = in_order(corners(fbx, smpl_motion, time_s)) - in_order(corners(glb, smpl_motion, time_s))
        # Vertices that hang on two joints alike are counted as those of one or the other, also under the feet.
        assert np.ptp(apart, axis=0).max() < 2e-3 and np.abs(apart).max() < 0.02


def test_its_picture_is_there(files):
    shown = open_character(files[1])
    assert shown.meshes.pictures == (png(),) and shown.meshes.parts[0].material.picture == 0
    assert np.abs(shown.meshes.places - 0.5).max() < 1e-6


def test_it_is_made_once(files):
    made = fbx_character(files[1])
    before = made.stat().st_mtime_ns
    assert fbx_character(files[1]) == made and made.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"", b"no FBX at all", b"Kaydara FBX Binary  \0\x1a\0" + bytes(200)])
def test_a_broken_file_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "bad.fbx").write_bytes(content)
    with pytest.raises(StudioError, match=r"bad\.fbx"):
        open_character(tmp_path / "bad.fbx")


def test_polygons_become_fans():
    assert _fans(np.array([[0, 4], [4, 2], [6, 3]])).tolist() == [[0, 1, 2], [0, 2, 3], [6, 7, 8]]
