"""The Blender add-on inside Blender, against what this program reads. MOTIONPATCHES_BPY names a Python that has bpy."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.io.load import load_motion
from tests.served import TOKEN, demo_service, served

BLENDER = os.environ.get("MOTIONPATCHES_BPY", "")


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
def test_motions_are_brought_in_and_onto_an_armature(tmp_path: Path):
    service = demo_service()
    library = service.library
    one, two = (next(c.id for c in library.clips if end in c.id) for end in ("cartwheel", "roundhouse kick"))
    script = Path(__file__).with_name("in_blender.py")
    with served(service) as address:
        asked = [BLENDER, str(script), address, TOKEN, one, two, str(tmp_path)]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    facts, bones = json.loads((tmp_path / "facts.json").read_text()), np.load(tmp_path / "bones.npz")
    assert any("kick" in clip for clip in facts["asked"]) and "token" in facts["refused"]

    own = library.load(one)
    order = [facts["names"].index(name) for name in own.skeleton.joint_names]
    assert np.abs(_y_up(bones["brought_in"][:, order]) - own.positions).max() < 0.001  # glTF by Blender's importer
    back = load_motion(tmp_path / "onto.bvh")
    read = back.positions - back.positions[:1, :1]
    numbers = [int(name[1:].partition("_")[0]) for name in back.skeleton.joint_names]  # "b3_Spine"
    order = [facts["names"].index(facts["rig"][number]) for number in numbers]
    seen = _y_up(bones["onto"][:, order])
    assert len(seen) == len(read) and np.abs(seen - seen[:1, :1] - read).max() < 0.001


def _y_up(places: np.ndarray) -> np.ndarray:
    return np.stack([places[..., 0], places[..., 2], -places[..., 1]], axis=-1)
