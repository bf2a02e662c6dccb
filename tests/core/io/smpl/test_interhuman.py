"""InterHuman's pairs: SMPL poses in a pickle, and processed arrays of each person."""

import pickle

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.arrays import read_arrays
from motionpatches.core.io.smpl.interhuman import read_processed


def person(frames, at):
    rng = np.random.default_rng(at)
    return {
        "trans": rng.normal(size=(frames, 3)) + at,
        "root_orient": rng.normal(size=(frames, 3)),
        "pose_body": rng.normal(0, 0.2, (frames, 63)),
        "betas": np.zeros(10),
        "gender": "male",
        "extra": None,
    }


def test_a_pair_of_poses(tmp_path):
    file = tmp_path / "a.pkl"
    file.write_bytes(pickle.dumps({"mocap_framerate": 30, "frames": 9, "person1": person(9, 0), "person2": person(8, 5)}))
    (take,) = read_arrays(file)
    assert take.fps == 30 and len(take.positions) == len(take.partner.positions) == 8
    np.testing.assert_allclose(take.partner.positions[:, 0], person(8, 5)["trans"], atol=1e-5)
    file.write_bytes(pickle.dumps({"person1": person(9, 0), "person2": person(9, 5)}))
    assert read_arrays(file)[0].fps == 60


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ({"trans": np.zeros((9, 3))}, "person2"),
        (person(90, 1), "90"),
        ({"trans": np.zeros((9, 3)), "root_orient": np.zeros((9, 3)), "pose_body": np.zeros((9, 20))}, "21 joints"),
    ],
)
def test_what_is_no_pair_is_reported(tmp_path, second, says):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"mocap_framerate": 30, "person1": person(9, 0), "person2": second}))
    with pytest.raises(FileProblem, match=says):
        read_arrays(tmp_path / "a.pkl")


def test_processed_arrays(tmp_path, smpl_motion):
    rows = np.random.default_rng(0).normal(size=(60, 492)).astype(np.float32)
    rows[:, :66] = smpl_motion.positions.reshape(60, -1)
    np.save(tmp_path / "first.npy", rows)
    rows[:, :66] += 1
    np.save(tmp_path / "second.npy", rows[:50])
    take = read_processed(tmp_path / "first.npy", tmp_path / "second.npy")
    assert take.fps == 30 and len(take.positions) == 50
    np.testing.assert_allclose(take.positions, smpl_motion.positions[:50], atol=1e-6)
    np.testing.assert_allclose(take.partner.positions, smpl_motion.positions[:50] + 1, atol=1e-6)
    np.save(tmp_path / "second.npy", rows[:, :30])
    with pytest.raises(FileProblem, match="shape"):
        read_processed(tmp_path / "first.npy", tmp_path / "second.npy")
