"""What a library knows of its takes without reading them: rig, rate, quality."""

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.library.facts import facts_of, rig_names
from motionpatches.core.library.index import load_readings, load_takes
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction
from tests.skeletons import BODIES, write_bvh


@pytest.fixture
def folder(tmp_path):
    """Two rigs, one of them in two folders, and a take that is cut off."""
    (tmp_path / "b").mkdir()
    write_bvh(tmp_path / "one.bvh", BODIES["LAFAN1"])
    write_bvh(tmp_path / "b" / "two.bvh", BODIES["LAFAN1"])
    write_bvh(tmp_path / "b" / "three.bvh", BODIES["Mixamo"])
    cut = (tmp_path / "one.bvh").read_text()
    said = next(line for line in cut.splitlines() if line.startswith("Frames:"))
    (tmp_path / "cut.bvh").write_text(cut.replace(said, f"Frames: {int(said.split()[1]) + 50}"))
    return tmp_path


def by_id(library):
    return dict(zip([clip.id for clip in library.clips], facts_of(library), strict=True))


def test_rig_and_rate_are_those_of_the_motions(folder):
    library = run(open_library(folder))
    facts = by_id(library)
    for name, one in facts.items():
        motion = library.load(name)
        assert (one.joints, one.fps) == (motion.skeleton.joint_count, pytest.approx(motion.fps)), name
    assert facts["one"].rig == facts["b/two"].rig != facts["b/three"].rig


def test_an_incomplete_take_says_so(folder):
    facts = by_id(run(open_library(folder)))
    assert facts["cut"].quality == "incomplete" and "cut off" in facts["cut"].remarks[0]
    assert facts["one"].quality != "incomplete"


def test_a_library_from_its_index_knows_the_same(folder):
    scanned = by_id(run(open_library(folder)))
    again = run(open_library(folder, use_index=True))
    assert again.from_index and not again.files and by_id(again) == scanned


def test_a_correction_is_told(folder):
    library = run(open_library(folder))
    clip = library.by_id["b/three"]
    corrections.remember("file", library.load(clip.id).skeleton, clip.path, Correction(fps=50.0))
    facts = by_id(run(open_library(folder)))
    assert facts["b/three"].quality == "corrected" and facts["b/three"].fps == 50
    assert facts["b/three"].remarks == ("fps said by you for this file",) and facts["b/two"].quality != "corrected"


def test_what_is_no_person_says_so(tmp_path):
    np.save(tmp_path / "points.npy", np.random.default_rng(0).normal(size=(60, 5, 3)).astype(np.float32))
    (facts,) = facts_of(run(open_library(tmp_path)))
    assert facts.quality == "no body" and facts.joints == 5


def test_layouts_without_a_scan_know_their_rig(small_library):
    library = run(open_library(small_library))
    facts = facts_of(library)
    assert {(one.joints, one.fps) for one in facts} == {(22, 20.0)} and set(rig_names(facts).values()) == {"SMPL-22"}
    demo = facts_of(run(open_library(paths.demo_library())))
    assert {one.quality for one in demo} == {"good"} and {one.joints for one in demo} == {SMPL22.joint_count}


def test_rigs_of_as_many_joints_have_letters(folder):
    from motionpatches.core.library.facts import Facts

    facts = [Facts(f"rig{i}", 24) for i in range(28)] + [Facts("other", 30), Facts()]
    names = rig_names(facts)
    assert names["rig0"] == "24 joints A" and names["rig27"] == "24 joints AB" and names["other"] == "30 joints"
    assert len(set(names.values())) == len(names) == 29


def test_a_damaged_index_says_nothing(tmp_path):
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"no index")
    assert load_takes(tmp_path, file) == {} == load_readings(tmp_path, file)


def test_several_libraries_know_what_each_knows(folder, small_library):
    from motionpatches.core.library.open import open_paths

    together = by_id(run(open_paths([folder, small_library])))
    names = [f"{folder.name}/one", f"{small_library.name}/000000"]
    assert [together[name] for name in names] == [
        by_id(run(open_library(folder)))["one"],
        by_id(run(open_library(small_library)))["000000"],
    ]
