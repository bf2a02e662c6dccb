"""FBX against the library ufbx and against its own public description."""

import json
import struct
import subprocess
import sys

import numpy as np
import pytest

from motionpatches.core.export.choices import PRESETS, Choices, prepare
from motionpatches.core.export.fbx import apart, fbx
from motionpatches.core.export.fbx_tree import FOOT_END
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.retarget.from_positions import pose

pytest.importorskip("ufbx")

# In a process of its own: bindings 0.0.5 break when what they hand out is released.
READ = """
import ctypes, json, os, sys, ufbx
hold = ctypes.pythonapi.Py_IncRef; hold.argtypes = [ctypes.py_object]; hold.restype = None
scene = ufbx.load_file(sys.argv[1]); held = [scene]
s = scene.settings
print(json.dumps([s.unit_meters, s.frames_per_second, s.axes.up.name, s.axes.front.name, s.axes.right.name]))
for frame in range(int(sys.argv[2])):
    now = scene.evaluate(scene.anim, frame / s.frames_per_second); held.append(now)
    row = {}
    for i in range(len(now.nodes)):
        node = now.nodes[i]; hold(node); row[node.name] = [node.attrib_type.name, *node.node_to_world.c3]
    print(json.dumps(row))
sys.stdout.flush(); os._exit(0)
"""


def by_ufbx(path, frames):
    """Settings, and a dict of (kind, x, y, z) by node of each frame."""
    done = subprocess.run([sys.executable, "-c", READ, str(path), str(frames)], capture_output=True, text=True, check=True)
    settings, *rows = map(json.loads, done.stdout.splitlines())
    return settings, rows


def same_joints(motion, rows, unit_m, z_up=False):
    """Every joint of every frame to a millimetre."""
    assert len(rows) == motion.frame_count
    for expected, row in zip(motion.positions, rows, strict=True):
        found = np.array([row[name][1:] for name in motion.skeleton.joint_names]) * unit_m
        np.testing.assert_allclose(found[:, [0, 2, 1]] * [1, 1, -1] if z_up else found, expected, atol=1e-3)


def test_ufbx_finds_the_same_joints_in_every_frame(smpl_motion, tmp_path):
    write_motion(smpl_motion, tmp_path / "walk.fbx", Choices(unit="m", up="Z"))
    settings, rows = by_ufbx(tmp_path / "walk.fbx", smpl_motion.frame_count)
    assert settings == [1.0, 20.0, "POSITIVE_Z", "NEGATIVE_Y", "POSITIVE_X"]
    assert {row[0] for name, row in rows[0].items() if name in SMPL22.joint_names} == {"BONE"}
    same_joints(smpl_motion, rows, 1.0, z_up=True)


def test_a_captured_take_to_a_millimetre(shared, tmp_path):
    motion = load_motion(sorted((shared / "capture" / "cmu").glob("*.bvh"))[0]).crop(0, 60)
    write_motion(motion, tmp_path / "take.fbx")
    settings, rows = by_ufbx(tmp_path / "take.fbx", 60)
    assert settings == [0.01, 30.0, "POSITIVE_Y", "POSITIVE_Z", "POSITIVE_X"]
    same_joints(motion, rows, 0.01)


def test_bones_that_stretch_keep_their_places(tmp_path):
    noise = np.random.default_rng(1).normal(0, 1, (8, 22, 3)).astype(np.float32)
    loose = Motion(noise, 29.97, SMPL22, "noise")
    write_motion(loose, tmp_path / "noise.fbx")
    settings, rows = by_ufbx(tmp_path / "noise.fbx", 8)
    assert settings[1] == pytest.approx(29.97)
    same_joints(loose, rows, 0.01)


def walk(data, at, end):
    """(name, values' bytes, end) of each node between two places, found by its stated end alone."""
    while at < end:
        stop, count, length, name = struct.unpack_from("<IIIB", data, at)
        if stop == 0:
            return at + 13
        start = at + 13 + name
        assert start + length <= stop <= end
        if start + length < stop:
            assert walk(data, start + length, stop) == stop
        at = stop
    return at


def test_nodes_end_where_they_say_and_the_footer_is_whole(smpl_motion):
    data = fbx(pose(smpl_motion.crop(0, 3)), "Y")
    assert data.startswith(b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7400))
    foot = walk(data, 27, len(data))
    assert data[-16:] == FOOT_END and data[-140:-136] == struct.pack("<I", 7400) and data[-136:-16] == bytes(120)
    padding = data[foot + 20 : -140]
    assert data[foot + 16 : foot + 20] == bytes(4) and 1 <= len(padding) <= 16 and not any(padding)
    assert (len(data) - 140) % 16 == 0


def test_a_name_with_control_characters_is_harmless(smpl_motion, tmp_path):
    named = Motion(smpl_motion.positions[:2], 20.0, SMPL22, "a\x00\x01b\n")
    write_motion(named, tmp_path / "a.fbx")
    assert load_motion(tmp_path / "a.fbx").frame_count == 2


def test_a_joint_that_moves_does_not_begin_at_its_parents_tail(smpl_motion):
    posed = prepare(smpl_motion, PRESETS["unreal"]).posed
    names = posed.rig.skeleton.joint_names
    pelvis, root = names.index("pelvis"), names.index("root")
    assert posed.rig.offsets[pelvis, [0, 2]].max() < 1e-6 and posed.moved[pelvis]
    moved = apart(posed)
    aside = moved.rig.places[pelvis] - moved.rig.places[root]
    assert 0.00005 < np.hypot(aside[0], aside[2]) < 0.0002
    assert np.array_equal(moved.positions, posed.positions)
