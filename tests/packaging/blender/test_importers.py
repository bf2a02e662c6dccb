"""Written motions as Blender's own importers read them. MOTIONPATCHES_BPY names a Python that has bpy."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.export.choices import PRESETS, Choices, prepare
from motionpatches.core.export.write import write_motion
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run

BLENDER = os.environ.get("MOTIONPATCHES_BPY", "")
MILLIMETRE = 0.001


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
def test_all_frames_are_where_they_were(tmp_path: Path):
    library = run(open_library(paths.demo_library()))
    motion = library.load(next(c.id for c in library.clips if "cartwheel" in c.id))
    plain, unreal = Choices(), PRESETS["unreal"]
    for name, choices in (
        ("own.glb", plain),
        ("own.fbx", plain),
        ("own.bvh", plain),
        ("unreal.fbx", unreal),
        ("unreal.glb", unreal),
    ):
        write_motion(motion, tmp_path / name, choices)
    files = sorted(f for f in tmp_path.iterdir() if f.suffix in (".glb", ".fbx", ".bvh"))
    script = Path(__file__).with_name("import_in_blender.py")
    told = [BLENDER, str(script), str(tmp_path), *map(str, files)]
    done = subprocess.run(told, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for file in files:
        seen = np.load(tmp_path / f"{file.name}.npz")
        choices = unreal if file.stem == "unreal" else plain
        own = prepare(motion, choices).posed.motion()
        names = seen["names"].tolist()
        shared = [name for name in own.skeleton.joint_names if name in names]
        assert len(shared) > 0.8 * own.skeleton.joint_count, (file.name, names[:5])
        places = np.stack([seen["places"][..., 0], seen["places"][..., 2], -seen["places"][..., 1]], axis=-1)
        places = places[:, [names.index(name) for name in shared]]
        joints = own.positions[:, [own.skeleton.joint_names.index(name) for name in shared]]
        assert len(places) == len(joints), file.name
        assert np.abs(places - joints).max() < MILLIMETRE, (file.name, float(np.abs(places - joints).max()))
