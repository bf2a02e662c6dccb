"""HumanML3D's and KIT-ML's features: back to positions, and normalised ones told apart."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.arrays import NPY, read_arrays
from motionpatches.core.io.arrays.joint_vectors import is_normalised, positions_from_vectors
from motionpatches.core.motion.skeleton import KIT21, SMPL22


def features_of(positions, skeleton):
    """HumanML3D's features by their definition, frame by frame, of a body whose hips give its facing."""
    right, left = skeleton.chains[0][1], skeleton.chains[1][1]
    frames, joints = positions.shape[:2]
    across = positions[:, right] - positions[:, left]
    ahead = np.cross([0, 1, 0], across)
    heading = np.arctan2(ahead[:, 0], ahead[:, 2])
    width = 4 + 3 * (joints - 1) + 6 * (joints - 1) + 3 * joints + 4
    out = np.zeros((frames, width))
    for t in range(frames):
        to_front = Rotation.from_euler("y", -heading[t])
        local = to_front.apply(positions[t] - positions[t, 0] * [1, 0, 1])
        out[t, 3] = positions[t, 0, 1]
        out[t, 4 : 4 + 3 * (joints - 1)] = local[1:].reshape(-1)
        if t + 1 < frames:
            step = Rotation.from_euler("y", -heading[t + 1]).apply(positions[t + 1, 0] - positions[t, 0])
            turn = (heading[t + 1] - heading[t] + np.pi) % (2 * np.pi) - np.pi
            out[t, 0], out[t, 1], out[t, 2] = -turn / 2, step[0], step[2]
    return out


@pytest.mark.parametrize("skeleton", [SMPL22, KIT21])
def test_feature_vectors_give_the_positions_back(skeleton):
    rng = np.random.default_rng(0)
    body = rng.normal(size=(1, skeleton.joint_count, 3)) * 0.3 + [0, 1, 0]
    path = np.cumsum(rng.normal(0, 0.05, (40, 3)), axis=0) * [1, 0, 1]
    turns = Rotation.from_euler("y", np.cumsum(rng.normal(0.1, 0.1, 40))[:, None])
    positions = np.stack([turns[t].apply(body[0] + rng.normal(0, 0.01, body[0].shape)) + path[t] for t in range(40)])
    vectors = features_of(positions, skeleton)
    assert vectors.shape[1] == (263 if skeleton is SMPL22 else 251)
    found = positions_from_vectors(vectors)
    right, left = skeleton.chains[0][1], skeleton.chains[1][1]
    ahead = np.cross([0, 1, 0], positions[0, right] - positions[0, left])
    first = Rotation.from_euler("y", -np.arctan2(ahead[0], ahead[2]))
    expected = np.stack([first.apply(p - positions[0, 0] * [1, 0, 1]) for p in positions])
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.fixture
def features(smpl_motion):
    """(59, 263) of a walk, with feet that touch the ground."""
    vectors = features_of(smpl_motion.positions.astype(float), SMPL22)[:-1]
    feet = smpl_motion.positions[:-1, [7, 10, 8, 11], 1]
    vectors[:, -4:] = feet < np.median(feet)
    return vectors


def test_raw_features_open(tmp_path, features):
    for array in (features, features[None], features.T[None, :, None], np.stack([features, features])):
        np.save(tmp_path / "a.npy", array.astype(np.float32))
        takes = read_arrays(tmp_path / "a.npy")
        assert len(takes) == (len(array) if array.ndim == 3 else 1)
        assert takes[0].skeleton.joint_names == SMPL22.joint_names and takes[0].fps == 20
        np.testing.assert_allclose(takes[0].positions, positions_from_vectors(features), atol=1e-4)


@pytest.mark.parametrize("of", ["this clip", "a data set"])
def test_normalised_features_are_reported_or_denormalised(tmp_path, features, of):
    rng = np.random.default_rng(0)
    deviation = features.std(0) + 1e-3 if of == "this clip" else rng.uniform(0.05, 0.5, 263)
    mean = features.mean(0) if of == "this clip" else features.mean(0) + rng.normal(0, 0.3, 263) * deviation
    normalised = ((features - mean) / deviation).astype(np.float32)
    folder = tmp_path / "new_joint_vecs"
    folder.mkdir()
    np.save(folder / "a.npy", normalised)
    with pytest.raises(FileProblem, match=r"normalised.*Mean\.npy and Std\.npy"):
        read_arrays(folder / "a.npy")
    for place in (tmp_path, folder):
        np.save(place / "Mean.npy", mean)
        np.save(place / "Std.npy", deviation)
        (take,) = read_arrays(folder / "a.npy")
        np.testing.assert_allclose(take.positions, positions_from_vectors(features), atol=2e-3)
        assert any(note.what == "features" for note in take.notes)
        (place / "Mean.npy").unlink()
    np.save(folder / "Mean.npy", mean[:100])
    with pytest.raises(FileProblem, match="normalised"):
        read_arrays(folder / "a.npy")


def test_other_people_are_not_normalised(features, smpl_motion):
    """Small, tall and lying people, in metres and in millimetres, with the noise of a generator."""
    rng = np.random.default_rng(0)
    still = smpl_motion.positions - smpl_motion.positions[:, :1]
    lying = Rotation.from_euler("x", 90, degrees=True).apply(still.reshape(-1, 3)).reshape(-1, 22, 3) + [0, 0.2, 0]
    for vectors in (
        features,
        features * [1, *[0.6] * 258, 1, 1, 1, 1],
        features + rng.normal(0, 0.005, features.shape),
        features * [1, *[1000] * 258, 1, 1, 1, 1],
        features_of(lying.astype(float), SMPL22),
    ):
        assert not is_normalised(vectors)


def test_cases(cases):
    (take,) = read_arrays(cases / "43-normalised-263/features.npy")
    height = take.positions[..., 1].max(1) - take.positions[..., 1].min(1)
    assert 1.2 < np.median(height) < 2 and take.up.value == "Y"
    with pytest.raises(FileProblem, match="normalised"):
        read_arrays(cases / "43-normalised-263/features_z_scored.npy")


def test_mean_and_deviation_are_no_motions(tmp_path, features):
    for name in ("Mean.npy", "Std.npy", "a.npy"):
        np.save(tmp_path / name, features.mean(0))
    assert [NPY.fits(tmp_path / name) for name in ("Mean.npy", "Std.npy", "a.npy")] == [False, False, True]
    assert NPY.files(tmp_path / "a.npy") == [tmp_path / name for name in ("a.npy", "Mean.npy", "Std.npy")]
