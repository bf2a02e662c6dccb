"""The Blender add-on inside Blender, against what this program reads. MOTIONPATCHES_BPY names a Python that has bpy."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.io.load import load_motion
from motionpatches.core.search.gallery import Hit
from motionpatches.core.serve.listening import Listening
from motionpatches.core.serve.shown import Shown
from tests.served import TOKEN, demo_service, served

BLENDER = os.environ.get("MOTIONPATCHES_BPY", "")


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
def test_motions_are_brought_in_and_onto_an_armature(tmp_path: Path):
    service = demo_service()
    library = service.library
    one, two = (next(c.id for c in library.clips if end in c.id) for end in ("cartwheel", "roundhouse kick"))
    script = Path(__file__).with_name("in_blender.py")
    whole = library.load(two).duration_s
    hits = (Hit(1, two, 0.9, 0.5, 1.5, "strong"), Hit(2, one, 0.8, 0.0, 1.0, "weak"))
    window = Listening(paths.open_window())
    window.shown = Shown(library, "someone kicks", hits, ("the shown caption", "another one"))
    with served(service) as address:
        window.start()
        asked = [BLENDER, str(script), address, TOKEN, one, two, str(tmp_path)]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": ""})
        window.stop()
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

    first = facts["shown"][0]
    assert first[:4] == [two, "the shown caption", 0.5, 1.5] and first[4] == [192, 192] and len(facts["shown"]) == 2
    part = _y_up(bones["part"][:, order])
    assert len(part) == 20 < whole * 20
    turned = seen[10:30] - seen[10, 0]  # the same second of the whole motion, but for its place on the floor
    assert np.abs((part - part[0, 0])[..., 1] - turned[..., 1]).max() < 0.02


def _y_up(places: np.ndarray) -> np.ndarray:
    return np.stack([places[..., 0], places[..., 2], -places[..., 1]], axis=-1)
