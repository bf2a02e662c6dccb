"""The import doctor: what is said is shown at once, remembered by hierarchy, and applied to other files of it."""

import numpy as np
import pytest

from app.viewmodels.doctor import Doctor
from core.errors import StudioError
from core.io.load import load_motion
from core.library.open import open_library
from core.motion.canonical import canonical
from core.progress import run
from tests.skeletons import BODIES, write_bvh


@pytest.fixture
def takes(tmp_path):
    for name in ("a", "b"):
        write_bvh(tmp_path / f"{name}.bvh", BODIES["Mixamo"], scale=3.0)
    return tmp_path


def test_a_strange_unit_is_said_once_for_the_whole_folder(takes):
    motion = canonical(load_motion(takes / "a.bvh"))
    assert {a.what: a.confidence for a in motion.assumptions}["unit"] < 0.5
    before = {c.id: c.key for c in run(open_library(takes)).clips}
    doctor = Doctor(motion)
    heard = []
    doctor.changed.connect(lambda: heard.append(1))
    doctor.set_unit(0.25)
    assert heard and np.ptp(doctor.preview.positions[0, :, 1]) == pytest.approx(1.57 * 3 * 0.25, rel=0.02)
    doctor.remember()
    other = load_motion(takes / "b.bvh")
    assert other.source.unit_m == 0.25 and "said by you" in other.assumptions[1].reason
    after = {c.id: c.key for c in run(open_library(takes)).clips}
    assert all(before[i] != after[i] for i in before)
    doctor.reset()
    doctor.remember()
    assert load_motion(takes / "b.bvh").source.unit_m != 0.25


def test_axis_rate_and_chains(takes):
    doctor = Doctor(canonical(load_motion(takes / "a.bvh")))
    height = np.ptp(doctor.preview.positions[0], axis=0)
    doctor.set_up("Z")
    assert np.ptp(doctor.preview.positions[0], axis=0)[2] == pytest.approx(height[1], rel=0.05)
    doctor.set_up("Y")
    doctor.set_fps(60)
    names = doctor.original.skeleton.joint_names
    assert doctor.set_chain(4, names.index("mixamorig:Spine2"), names.index("mixamorig:LeftHandIndex2"))
    assert not doctor.set_chain(4, 3, 3)
    chain = doctor.preview.skeleton.chains[4]
    assert names[chain[-1]] == "mixamorig:LeftHandIndex2" and doctor.preview.fps == 60
    with pytest.raises(StudioError, match="possible"):
        doctor.set_fps(0)
    assert doctor.preview.fps == 60
