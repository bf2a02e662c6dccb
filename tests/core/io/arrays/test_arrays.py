"""Joint positions in arrays of any layout and in any container, with what stands beside them; and what is no motion."""

import itertools
import pickle
import time
import zipfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.arrays import read_array, read_arrays, read_npz
from motionpatches.core.io.arrays.layouts import positions_of, takes_of
from motionpatches.core.motion.skeleton import SMPL22
from tests.memory import peak_kb
from tests.patience import PATIENCE


@pytest.fixture
def walk(smpl_motion):
    """(60, 22, 3) float32."""
    return smpl_motion.positions


def saved(path, value, **options):
    np.save(path, value, **options)
    return read_arrays(path)


@pytest.mark.parametrize("frames", [60, 22, 8, 2])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_axes_in_any_order(tmp_path, walk, order, frames):
    (take,) = saved(tmp_path / "a.npy", walk[:frames].transpose(order))
    assert np.array_equal(take.positions, walk[:frames])


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("1 T J 3", lambda a: a[None]),
        ("1 J 3 T", lambda a: a.transpose(1, 2, 0)[None]),
        ("T 1 J 3", lambda a: a[:, None]),
        ("T J 3 1", lambda a: a[..., None]),
        ("1 1 T J 3", lambda a: a[None, None]),
        ("T J*3", lambda a: a.reshape(len(a), -1)),
        ("1 T J*3", lambda a: a.reshape(1, len(a), -1)),
        ("Fortran", np.asfortranarray),
        ("big endian", lambda a: a.astype(">f8")),
        ("confidence", lambda a: np.concatenate([a, np.full((*a.shape[:2], 1), 0.5)], 2)),
        ("visibility and presence", lambda a: np.concatenate([a, np.ones((*a.shape[:2], 2))], 2)),
    ],
)
def test_one_motion_in_many_shapes(tmp_path, walk, name, made):
    (take,) = saved(tmp_path / "a.npy", made(walk))
    np.testing.assert_allclose(take.positions, walk, atol=1e-7)
    assert take.positions.dtype == np.float32 and take.skeleton.chains == SMPL22.chains


def test_integers_keep_their_unit(tmp_path, walk):
    millimetres = np.round(walk * 1000).astype(np.int32)
    (take,) = saved(tmp_path / "a.npy", millimetres)
    assert np.array_equal(take.positions, millimetres) and take.unit is None and take.up is None


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1), (0, 3, 1, 2), (0, 3, 2, 1)])
def test_a_batch_is_a_take_each(tmp_path, walk, order):
    batch = np.stack([walk, walk[::-1] + 1, walk * 1.1, walk + 2])
    takes = saved(tmp_path / "a.npy", batch.transpose(order))
    assert [take.name for take in takes] == ["0", "1", "2", "3"]
    for take, one in zip(takes, batch, strict=True):
        np.testing.assert_allclose(take.positions, one, atol=1e-6)


def test_repetitions_of_one_motion_stay_a_batch(tmp_path, walk):
    takes = saved(tmp_path / "a.npy", np.stack([walk] * 5))
    assert len(takes) == 5 and all(np.array_equal(take.positions, walk) for take in takes)


def test_padding_of_a_batch_is_cut(tmp_path, walk):
    batch = np.stack([walk, walk + 1])
    batch[1, 40:] = 0
    assert [len(take.positions) for take in saved(tmp_path / "a.npy", batch)] == [60, 40]


def test_two_people_a_frame_are_a_pair(tmp_path, walk):
    (take,) = saved(tmp_path / "a.npy", np.stack([walk, walk + 1], 1))
    assert np.array_equal(take.positions, walk) and np.array_equal(take.partner.positions, walk + 1)


def test_lists_and_objects(tmp_path, walk):
    (tmp_path / "frames.pkl").write_bytes(pickle.dumps(list(walk)))
    assert np.array_equal(read_arrays(tmp_path / "frames.pkl")[0].positions, walk)
    ragged = np.empty(2, object)
    ragged[:] = [walk, walk[:40]]
    np.save(tmp_path / "ragged.npy", ragged, allow_pickle=True)
    assert [len(take.positions) for take in read_arrays(tmp_path / "ragged.npy")] == [60, 40]
    np.savez(tmp_path / "named.npz", run=walk, walk=walk[:40])
    assert [(take.name, len(take.positions)) for take in read_arrays(tmp_path / "named.npz")] == [("run", 60), ("walk", 40)]


def test_interhuman_rows(tmp_path, walk):
    rng = np.random.default_rng(0)
    rows = np.concatenate([walk.reshape(60, -1), rng.normal(size=(60, 492 - 66))], 1)
    for width, shape in ((492, (60, 492)), (186, (60, 186)), (186, (60, 62, 3))):
        (take,) = saved(tmp_path / "a.npy", rows[:, :width].reshape(shape))
        np.testing.assert_allclose(take.positions, walk, atol=1e-6)
        assert take.fps == 30


def test_body_of_holistic_points(tmp_path):
    rng = np.random.default_rng(0)
    points = np.cumsum(rng.normal(0, 0.01, (30, 553, 3)), 0) + rng.normal(size=(1, 553, 3))
    points[5:7, 3] = np.nan
    (take,) = saved(tmp_path / "a.npy", points)
    np.testing.assert_allclose(take.positions[9, :33], points[9, :33], atol=1e-6)
    assert take.positions.shape[1] < 60 and {note.what for note in take.notes} >= {"joints", "gaps"}
    np.testing.assert_allclose(take.positions[5, 3], points[4, 3] * 2 / 3 + points[7, 3] / 3, atol=1e-6)


# What an .npz says beside.


def packed(path, **arrays):
    np.savez(path, **arrays)
    return read_arrays(path)[0]


@pytest.mark.parametrize("key", ["fps", "framerate", "frame_rate", "mocap_framerate", "mocap_frame_rate", "FPS", "frameRate"])
@pytest.mark.parametrize("rate", [30, 30.0, "30", "30 fps", np.array([30.0]), np.array(["30"]), b"30"])
def test_rates_under_any_name(tmp_path, walk, key, rate):
    take = packed(tmp_path / "a.npz", joints=walk, **{key: rate})
    assert take.fps == 30 and take.rate.confidence == 1


def test_texts_are_captions(tmp_path, walk):
    assert packed(tmp_path / "a.npz", joints=walk, text="a person  walks\n").captions == ("a person walks",)
    assert packed(tmp_path / "a.npz", joints=walk, prompts=np.array(["a", "b", "a"])).captions == ("a", "b")
    assert len(packed(tmp_path / "a.npz", joints=walk, caption="x" * 10**6).captions[0]) <= 1000
    (tmp_path / "b.pkl").write_bytes(pickle.dumps({"motion": walk, "caption": ["left \udc80 \x1f", 3, None]}))
    assert read_arrays(tmp_path / "b.pkl")[0].captions == ("left ?",)


def test_the_joints_are_chosen_among_other_arrays(tmp_path, walk):
    mesh = np.zeros((60, 6890, 3), np.float32)
    for joints in ("jtr", "Jtr", "joints3d", "positions", "posed_joints", "something"):
        take = packed(
            tmp_path / "a.npz",
            verts=mesh,
            betas=np.zeros((60, 10)),
            velocities=np.ones((60, 22, 3)),
            global_rot_mats=np.zeros((60, 22, 3, 3)),
            contacts=np.zeros((60, 4)),
            **{joints: walk},
        )
        assert np.array_equal(take.positions, walk), joints
    nested = {"meta": 1, "fps": 24, "output": {"joints": walk, "text": "x"}}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(nested))
    (take,) = read_arrays(tmp_path / "a.pkl")
    assert take.fps == 24 and take.captions == ("x",) and np.array_equal(take.positions, walk)


@pytest.mark.parametrize("root", [-1, 0, -2, 2**32 - 1])
def test_stated_skeletons(tmp_path, walk, root):
    rng = np.random.default_rng(0)
    positions = np.cumsum(rng.normal(size=(5, 4, 3)), 0)
    names = np.array(["hip", "knee", "foot", "toe"])
    take = packed(tmp_path / "a.npz", joints=positions, parents=np.array([root, 0, 1, 2]), joint_names=names)
    assert take.skeleton.parents == (-1, 0, 1, 2) and take.skeleton.joint_names == tuple(names)
    # The published tree without names is the published skeleton.
    take = packed(tmp_path / "b.npz", joints=walk, parents=np.array([0, *SMPL22.parents[1:]]))
    assert take.skeleton.joint_names == SMPL22.joint_names


@pytest.mark.parametrize(
    ("parents", "says"),
    [([1, 2, 0, -1], "circle"), ([-1, 0, 1, 9], "not there"), ([-1, 0, 1], "3, its joints 4"), ([-1, 0, 1, np.nan], "not there")],
)
def test_skeletons_that_are_no_tree(tmp_path, parents, says):
    start = time.process_time()
    with pytest.raises(FileProblem, match=says):
        packed(tmp_path / "a.npz", joints=np.random.default_rng(0).normal(size=(5, 4, 3)), parents=np.array(parents))
    assert time.process_time() - start < PATIENCE * 0.5


def test_an_npz_with_other_members(tmp_path, walk):
    np.savez(tmp_path / "a.npz", joints=walk)
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("broken.npy", b"not an array")
    assert np.array_equal(read_arrays(tmp_path / "a.npz")[0].positions, walk)
    assert list(read_npz(tmp_path / "a.npz")) == ["joints"]


# What is no motion is reported.


def rotations(joints, frames=40):
    rng = np.random.default_rng(1)
    return np.cumsum(rng.normal(0, 0.02, (frames, joints, 3)), 0) + rng.normal(0, 0.2, (1, joints, 3))


@pytest.mark.parametrize("joints", [21, 22, 23, 24, 52, 55])
def test_pose_parameters_are_rotations(tmp_path, joints):
    for array in (rotations(joints), rotations(joints).reshape(40, -1)):
        with pytest.raises(FileProblem, match="rotations, not places"):
            saved(tmp_path / "a.npy", array)


def test_rotations_of_other_kinds(tmp_path):
    turns = Rotation.from_rotvec(rotations(24).reshape(-1, 3))
    matrices = turns.as_matrix().reshape(40, 24, 3, 3)
    columns = matrices[..., :2]
    for array in (
        matrices,
        matrices.reshape(40, -1),
        matrices[:, :, :2].reshape(40, 24, 6),
        columns.reshape(40, -1),
        np.concatenate([matrices[:, :22, :2].reshape(40, -1), np.ones((40, 3))], 1),
        turns.as_quat().reshape(40, 24, 4),
        turns.as_quat().reshape(40, 96),
    ):
        with pytest.raises(FileProblem, match="rotation"):
            saved(tmp_path / "a.npy", array)


def test_bodies_near_the_origin_are_no_rotations(tmp_path, walk):
    """A person who stays in place, in metres, has numbers as small as rotations."""
    standing = walk - walk[:, :1] * [1, 0, 1]
    centred = walk - walk[:, :1]
    for positions in (standing, centred, centred * 0.9 + np.random.default_rng(0).normal(0, 0.01, centred.shape)):
        assert len(saved(tmp_path / "a.npy", positions)) == 1


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((9, 17, 2)), "two coordinates"),
        (np.zeros((9, 68, 3)), "face"),
        (np.zeros((9, 478, 3)), "face"),
        (np.zeros((9, 13)), "shape"),
        (np.zeros((0, 22, 3)), "no frames"),
        (np.zeros(5), "shape"),
        (np.array("x"), "<U1"),
        (np.zeros((3, 22, 3), complex), "complex"),
        (np.zeros((4, 22, 3), bool), "bool"),
        (np.zeros((2, 3 * 4000)), "joints"),
        (np.zeros((2, 4000, 3)), "joints"),
        (np.full((4, 22, 3), np.nan), "frame 0"),
        (np.zeros(3, [("x", "f4")]), "named fields"),
        (np.zeros((2, 2, 2, 2, 2)), "shape"),
        (np.full((4, 22, 3), 1e300), "infinite"),
    ],
)
def test_arrays_that_hold_no_motion(tmp_path, array, says):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(FileProblem, match=says):
        read_arrays(tmp_path / "a.npy")


def header(text, data=b""):
    raw = text.encode("latin-1")
    return b"\x93NUMPY\x01\x00" + len(raw).to_bytes(2, "little") + raw + data


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 22, 3), }"), "cut off"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 22, 3), }" + " " * 60_000, bytes(528)), "characters"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 22, 3), }" + " " * 9_000, bytes(500)), "cut off"),
        (header("(" * 9_000), "damaged"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), "damaged"),
        (header("{'descr': '|O', 'fortran_order': False, 'shape': (), }", b"cos\nsystem\n(S'x'\ntR."), "os.system"),
        (header("{'descr': '|V8', 'fortran_order': False, 'shape': (3,), }", bytes(24)), "type V8"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" + "9" * 5000 + ",)}"), "cut off|whole|damaged"),
        (b"\x93NUMPY", "not a .npy"),
        (b"", "whole"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "characters"),
        (b"PK\x03\x04", "whole"),
    ],
)
def test_headers_that_lie(tmp_path, content, says):
    (tmp_path / "a.npy").write_bytes(content)
    start = time.process_time()
    with pytest.raises(FileProblem, match=says):
        read_arrays(tmp_path / "a.npy")
    assert time.process_time() - start < PATIENCE * 0.5


def test_bombs_take_no_memory(tmp_path, walk):
    def member(archive, name, shape, dtype, megabytes):
        with archive.open(f"{name}.npy", "w") as stream:
            np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
            for _ in range(megabytes):
                stream.write(bytes(1 << 20))

    for name, key, shape, dtype in (
        ("mesh", "verts", (100, 40_000, 3), "<f4"),
        ("joints", "joints", (400_000, 22, 3), "<f4"),
        ("parents", "parents", (60 << 20,), "|i1"),
    ):
        with zipfile.ZipFile(tmp_path / f"{name}.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            member(archive, key, shape, dtype, int(np.prod(shape)) * np.dtype(dtype).itemsize >> 20)
            if name != "joints":
                with archive.open("positions.npy", "w") as stream:
                    np.save(stream, walk)
    before = peak_kb()
    assert np.array_equal(read_arrays(tmp_path / "mesh.npz")[0].positions, walk)
    with pytest.raises(FileProblem, match="unpack"):
        read_arrays(tmp_path / "joints.npz")
    with pytest.raises(FileProblem, match="parents are"):
        read_arrays(tmp_path / "parents.npz")
    assert peak_kb() - before < 300_000


def test_what_is_no_file(tmp_path):
    (tmp_path / "folder.npy").mkdir()
    for path, says in ((tmp_path / "folder.npy", "a folder, not a file"), (tmp_path / "none.npz", "exist")):
        with pytest.raises(FileProblem, match=says):
            read_arrays(path)
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(FileProblem, match=r"not a \.npz"):
        read_arrays(tmp_path / "text.npz")


def test_one_take_for_a_folder_of_arrays(tmp_path, walk):
    path = tmp_path / "a.npy"
    np.save(path, walk)
    assert np.array_equal(positions_of(path, read_array(path), 22), walk)
    with pytest.raises(FileProblem, match="its skeleton 24"):
        positions_of(path, walk, 24)
    with pytest.raises(FileProblem, match="2 motions"):
        positions_of(path, np.stack([walk, walk + 1]))
    assert len(takes_of(path, np.stack([walk, walk + 1]))) == 2
    np.save(path, np.array({"x": 1}, object), allow_pickle=True)
    with pytest.raises(FileProblem, match="pickle"):
        read_array(path)


# Real files.


def test_many_arrays_take_no_square_time(tmp_path):
    np.savez(tmp_path / "a.npz", **{f"take {n}": np.ones((2, 4, 3)) * np.arange(4)[:, None] for n in range(1500)})
    start = time.process_time()
    assert len(read_arrays(tmp_path / "a.npz")) == 1500
    assert time.process_time() - start < PATIENCE * 3
