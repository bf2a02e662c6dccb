"""BABEL, InterHuman and KIT-ML, written here in their own layouts."""

import json
import pickle

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.load import load_motion
from motionpatches.core.io.smpl.poses import BODY_MODELS
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.canonical import canonical, mirror, resample
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction
from tests.layouts import amass_take, kit_take, label, person


@pytest.fixture(autouse=True)
def no_body_models(monkeypatch):
    monkeypatch.delenv(BODY_MODELS, raising=False)


@pytest.fixture
def babel(tmp_path):
    amass_take(tmp_path / "KIT/3/walk_poses.npz")
    amass_take(tmp_path / "CMU/07/07_01_poses.npz")
    train = {
        "11": {
            "babel_sid": 11,
            "feat_p": "KIT/KIT/3/walk_poses.npz",
            "dur": 2.0,
            "seq_ann": {"labels": [label("all", ["walk"])]},
            "frame_ann": {
                "labels": [
                    label("walk forward", ["walk"], 0, 1.2),
                    label("transition", ["transition"], 1.2, 1.4),
                    label("sit", ["sit", "lower body movement"], 1.4, 2.0),
                ]
            },
        },
        "12": {
            "babel_sid": 12,
            "feat_p": "CMU/CMU/07/07_01_poses.npz",
            "dur": 2.0,
            "frame_ann": None,
            "seq_ann": {"labels": [label("wave hello", ["wave", "greet"])]},
        },
        "13": {
            "babel_sid": 13,
            "feat_p": "CMU/CMU/07/gone_poses.npz",
            "dur": 2.0,
            "seq_ann": {"labels": [label("x", ["x"])]},
            "frame_ann": None,
        },
    }
    (tmp_path / "train.json").write_text(json.dumps(train))
    (tmp_path / "val.json").write_text(json.dumps({"20": {**train["12"], "babel_sid": 20}}))
    return tmp_path


def test_babel(babel):
    library = run(open_library(babel))
    assert library.layout == "BABEL folder"
    found = {c.id: (c.captions, c.labels, c.split) for c in library.clips}
    assert found == {
        "11@0-1.2": (("walk forward",), ("walk",), "train"),
        "11@1.4-2": (("sit",), ("sit", "lower body movement"), "train"),
        "12": (("wave hello",), ("wave", "greet"), "train"),
        "20": (("wave hello",), ("wave", "greet"), "val"),
    }
    assert library.load("11@0-1.2").frame_count == 144 and library.load("12").frame_count == 240
    assert len(library.skipped) == 1 and "gone_poses" in library.skipped[0].reason


def test_interhuman(tmp_path):
    rng = np.random.default_rng(0)
    for folder in ("motions", "annots", "split"):
        (tmp_path / folder).mkdir()
    clip = {"mocap_framerate": 59.94, "frames": 30, "person1": person(rng, 30), "person2": person(rng, 31)}
    with open(tmp_path / "motions/7.pkl", "wb") as stream:
        pickle.dump(clip, stream)
    (tmp_path / "motions/8.pkl").write_bytes(b"\x80\x04nothing")
    (tmp_path / "annots/7.txt").write_text("two people bow to each other.\none greets the other.\n")
    (tmp_path / "split/train.txt").write_text("7\n8\n")
    library = run(open_library(tmp_path))
    assert library.layout == "InterHuman folder" and len(library.skipped) == 1
    assert library.clips[0].captions[1] == "one greets the other." and library.clips[0].split == "train"
    motion = library.load("7")
    assert motion.frame_count == motion.partner.frame_count == 30 and motion.fps == pytest.approx(59.94)
    gap = np.linalg.norm(motion.positions - motion.partner.positions, axis=-1)
    for moved in (canonical(motion), mirror(motion), canonical(motion).crop(0, 30)):
        np.testing.assert_allclose(np.linalg.norm(moved.positions - moved.partner.positions, axis=-1), gap, atol=1e-5)
    half = resample(motion, 20)
    assert half.partner.frame_count == half.frame_count == 10 and half.partner.fps == 20


def test_interhuman_processed(tmp_path, smpl_motion):
    for name, shift in (("person1", 0.0), ("person2", 1.5)):
        (tmp_path / "motions_processed" / name).mkdir(parents=True)
        rows = np.zeros((smpl_motion.frame_count, 492), np.float32)
        rows[:, :66] = (smpl_motion.positions + [shift, 0, 0]).reshape(len(rows), -1)
        np.save(tmp_path / "motions_processed" / name / "3.npy", rows)
    (tmp_path / "annots").mkdir()
    (tmp_path / "annots/3.txt").write_text("two people walk side by side\n")
    motion = run(open_library(tmp_path)).load("3")
    np.testing.assert_allclose(motion.partner.positions[..., 0] - motion.positions[..., 0], 1.5, atol=1e-5)
    assert motion.fps == 30 and motion.skeleton == SMPL22 == motion.partner.skeleton


def test_a_pickle_with_code_does_not_run(tmp_path):
    class Code:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    with open(tmp_path / "a.pkl", "wb") as stream:
        pickle.dump({"person1": Code(), "person2": {}}, stream)
    with pytest.raises(FileProblem, match="refused for safety"):
        load_motion(tmp_path / "a.pkl")
    assert not (tmp_path / "ran").exists()


def test_kit_ml_rate_and_unit(tmp_path):
    """Millimetres at 12.5 fps, without a skeleton.json: recognised by the bones that stay rigid."""
    take = kit_take()
    (tmp_path / "new_joints").mkdir()
    (tmp_path / "texts").mkdir()
    np.save(tmp_path / "new_joints/00001.npy", take.astype(np.float32))
    (tmp_path / "texts/00001.txt").write_text("A person walks.#a/DET person/NOUN walk/VERB#0.0#0.0\n")
    library = run(open_library(tmp_path))
    motion = library.load("00001")
    assert library.layout == "KIT-ML folder" and motion.fps == 12.5
    np.testing.assert_allclose(motion.positions, take / 1000, atol=1e-4)


def test_arrays_of_a_folder_share_what_was_recognised_and_what_is_reported(tmp_path, smpl_motion):
    """Centimetres with Z up, no skeleton.json, the first take on its back: the folder is read as one, each clip says what
    was guessed, and a correction holds for all of them."""
    (tmp_path / "new_joints").mkdir()
    standing = smpl_motion.positions[..., [0, 2, 1]] * [1, -1, 1] * 100
    lying = standing[..., [0, 2, 1]] * [1, 1, -1]
    for name, take in (("0", lying), ("1", standing), ("2", standing), ("3", standing)):
        np.save(tmp_path / f"new_joints/{name}.npy", take.astype(np.float32))
    library = run(open_library(tmp_path))
    motion = library.load("1")
    np.testing.assert_allclose(motion.positions, smpl_motion.positions, atol=1e-4)
    assert (motion.source.unit_m, motion.source.up) == (0.01, "Z") and library.load("0").source == motion.source
    sure = {a.what: a.confidence for a in motion.assumptions}
    assert set(sure) == {"rate", "unit", "up axis", "body parts"} and sure["rate"] == 0.5 and sure["unit"] < 1
    clip = library.by_id["1"]
    corrections.remember("folder", library.reader.raw(clip).skeleton, clip.path, Correction(fps=30, unit_m=0.02))
    again = run(open_library(tmp_path))
    assert again.load("2").fps == 30 and again.load("2").source.unit_m == 0.02
    assert all(a.key != b.key for a, b in zip(library.clips, again.clips, strict=True))
    assert again.clips[0].duration_s == pytest.approx(library.clips[0].duration_s * 20 / 30)
    reopened = run(open_library(tmp_path, use_index=True))
    assert reopened.from_index and reopened.load("3").source.unit_m == 0.02
