"""The awkward arrays beside the checkout."""

import time

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.arrays import read_arrays
from tests.memory import peak_kb
from tests.patience import PATIENCE


def test_layout_cases(cases):
    folder = cases / "25-array-layouts"
    reference = np.load(folder / "t22_reference.npy")
    for file in folder.iterdir():
        (take,) = read_arrays(file)
        assert np.array_equal(take.positions, reference) and take.parts.value == "SMPL 22", file.name


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("27-24-joint-positions/000021.npy", "SMPL 24"),
        ("28-52-joint-positions/smplh52.npy", "SMPL-H 52"),
        ("29-freemocap-33/mediapipe_body_3d_xyz.npy", "MediaPipe 33"),
        ("30-h36m-17/metres_y_up_clean.npy", "Human3.6M 17"),
        ("31-kinect-25/clean.npy", "Kinect v2 25"),
    ],
)
def test_order_cases(cases, name, order):
    (take,) = read_arrays(cases / name)
    real = np.load(cases / name)
    np.testing.assert_allclose(take.positions[:, : real.shape[1]], real, atol=1e-3)
    assert take.parts.value == order and len(take.skeleton.chains) == 5


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("amass_lengths_differ.npz", "beside"),
        ("amass_rate_as_text.npz", 120),
        ("fps_as_text.npz", 30),
        ("parents_cycle.npz", "circle"),
        ("root_parent_is_itself.npz", 30),
        ("verts_before_jtr.npz", 30),
    ],
)
def test_odd_skeleton_cases(cases, name, says):
    start = time.process_time()
    if isinstance(says, str):
        with pytest.raises(FileProblem, match=says):
            read_arrays(cases / "38-npz-odd-skeletons" / name)
    else:
        (take,) = read_arrays(cases / "38-npz-odd-skeletons" / name)
        assert take.fps == says and take.positions.shape[1] == 22
    assert time.process_time() - start < PATIENCE * 1


def test_cases_that_are_no_positions(cases):
    folder = cases / "39-arrays-that-are-no-positions"
    for name in ("amass_poses_T_156.npy", "smpl_poses_T_72.npy"):
        with pytest.raises(FileProblem, match="rotations, not places"):
            read_arrays(folder / name)
    (take,) = read_arrays(folder / "motionx_T_322.npy")
    rows = np.load(folder / "motionx_T_322.npy")
    np.testing.assert_allclose(take.positions[:, 0], rows[:, 309:312], atol=1e-6)
    assert take.positions.shape == (203, 22, 3) and take.fps == 30


@pytest.mark.parametrize(
    "name", ["01-cycle-npz/take.npz", "03-pickle-shared-lists/take.pkl", "05-npz-parents-bomb/take.npz", "55-npz-lzma/take.npz"]
)
def test_hostile_cases(cases, name):
    if not (cases / "hostile" / name).exists():
        pytest.skip(f"{name} is not here")
    before, start = peak_kb(), time.process_time()
    with pytest.raises(FileProblem):
        read_arrays(cases / "hostile" / name)
    assert time.process_time() - start < PATIENCE * 1.5 and peak_kb() - before < 1_000_000


def test_hostile_files_that_open(cases):
    for name in ("11-npz-text-member/take.npz", "53-npy-header-spaces/take.npy", "46-mixed-folder/one.npz"):
        start = time.process_time()
        assert len(read_arrays(cases / "hostile" / name)) == 1
        assert time.process_time() - start < PATIENCE * 0.5
