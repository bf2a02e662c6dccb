"""SMPL poses in every dialect: against scipy, against smplx, and against each other."""

import pickle

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io.arrays.arrays import read_arrays
from motionpatches.core.io.smpl.body import REST
from motionpatches.core.io.smpl.poses import BODY_MODELS
from motionpatches.core.io.smpl.rotations import matrices_to_axis_angle, quaternions_to_axis_angle
from motionpatches.core.motion.axes import to_y_up
from motionpatches.core.motion.skeleton import SMPL22
from tests.smpl_files import amass_file, body_model

FRAMES = 12


@pytest.fixture(autouse=True)
def no_models(monkeypatch):
    monkeypatch.delenv(BODY_MODELS, raising=False)


@pytest.fixture
def person():
    """Root, body, both as one of 72, matrices, places and shape of one person, Y up."""
    rng = np.random.default_rng(3)
    root, body = np.cumsum(rng.normal(0, 0.1, (FRAMES, 3)), 0), np.cumsum(rng.normal(0, 0.05, (FRAMES, 63)), 0)
    full = np.concatenate([root, body, np.zeros((FRAMES, 6))], 1)
    matrices = Rotation.from_rotvec(full.reshape(-1, 3)).as_matrix().reshape(FRAMES, 24, 3, 3)
    return {
        "root": root,
        "body": body,
        "full": full,
        "matrices": matrices,
        "betas": rng.normal(size=(FRAMES, 10)),
        "places": np.cumsum(rng.normal(0, 0.05, (FRAMES, 3)), 0),
    }


def slow_joints(rotations, places):
    """Forward kinematics frame by frame and joint by joint, with scipy's rotations."""
    found = np.zeros((len(rotations), 22, 3))
    for t in range(len(rotations)):
        world = []
        for j, parent in enumerate(SMPL22.parents):
            own = Rotation.from_rotvec(rotations[t, j])
            world.append(own if parent < 0 else world[parent] * own)
            found[t, j] = places[t] if parent < 0 else found[t, parent] + world[parent].apply(REST[j] - REST[parent])
    return found


def expected(person, places=True):
    return slow_joints(person["full"].reshape(FRAMES, 24, 3), person["places"] if places else np.zeros((FRAMES, 3)))


@pytest.mark.parametrize("dialect", ["smplh", "smplx"])
def test_amass_on_the_mean_skeleton(tmp_path, dialect):
    poses, trans = amass_file(tmp_path / "a.npz", dialect)
    (take,) = read_arrays(tmp_path / "a.npz")
    np.testing.assert_allclose(take.positions, slow_joints(poses, trans), atol=1e-5)
    assert take.fps == 120 and take.skeleton == SMPL22 and take.rest is None
    assert (take.up.value, take.unit.value) == ("Z", 1.0) and any("mean skeleton" in note.value for note in take.notes)


def dialects(p):
    """(name, value, whether places are there, up axis) for what each program writes."""
    root, body, full, matrices, places, betas = (p[k] for k in ("root", "body", "full", "matrices", "places", "betas"))
    world = {
        "pose_world": full,
        "trans_world": places,
        "pose": full * 0,
        "trans": places * 0,
        "betas": betas,
        "verts": np.zeros((FRAMES, 20, 3)),
        "frame_ids": np.arange(FRAMES),
    }
    smplx = {"global_orient": root, "body_pose": body, "transl": places, "betas": betas[:1]}
    quaternions = Rotation.from_rotvec(full.reshape(-1, 3)).as_quat(scalar_first=True).reshape(FRAMES, 24, 4)
    hands = np.zeros((FRAMES, 90))
    yield "gvhmr", {"smpl_params_incam": {k: v * 0 for k, v in smplx.items()}, "smpl_params_global": smplx}, True, "Y"
    yield "gvhmr, camera alone", {"smpl_params_incam": smplx}, True, "-Y"
    yield "wham", {0: world}, True, "Y"
    yield (
        "vibe",
        {1: {"pred_cam": betas[:, :3], "pose": full, "betas": betas, "joints3d": np.zeros((FRAMES, 49, 3))}},
        False,
        ("-Y"),
    )
    yield (
        "glamr",
        {
            "person_data": {
                0: {
                    "smpl_pose": full[:, 3:],
                    "smpl_orient_world": root,
                    "root_trans_world": places,
                    "smpl_orient_cam": root * 0,
                    "root_trans_cam": places * 0,
                    "frame2ind": {np.int64(0): 0},
                }
            },
            "seq_len": FRAMES,
        },
        True,
        "Z",
    )
    yield "aist++", {"smpl_poses": full, "smpl_trans": places * 93.5, "smpl_scaling": np.array([93.5])}, True, "Y"
    yield "edge", {"smpl_poses": full, "smpl_trans": places, "full_pose": np.zeros((FRAMES, 24, 3))}, True, "Z"
    yield "tram", {"pred_rotmat": matrices, "pred_trans": places[:, None], "frame": np.arange(FRAMES)}, True, "-Y"
    yield (
        "romp",
        {
            "results": {
                f"{t:06d}.jpg": {
                    "smpl_thetas": full[t : t + 1],
                    "cam_trans": places[t : t + 1],
                    "track_ids": np.array([1]),
                    "smpl_betas": betas[t : t + 1],
                    "body_pose": full[t : t + 1, 3:],
                    "global_orient": root[t : t + 1],
                }
                for t in range(FRAMES)
            }
        },
        True,
        "-Y",
    )
    yield (
        "phalp",
        {
            f"/img/{t:06d}.jpg": {
                "tid": [4],
                "smpl": [{"global_orient": matrices[t, :1], "body_pose": matrices[t, 1:], "betas": betas[t]}],
                "camera": [places[t]],
                "shot": 0,
            }
            for t in range(FRAMES)
        },
        True,
        "-Y",
    )
    yield "emdb", {"gender": "male", "smpl": {"poses_root": root, "poses_body": full[:, 3:], "trans": places}}, True, None
    yield (
        "a list of frames",
        [{"global_orient": root[t : t + 1], "body_pose": body[t : t + 1], "transl": places[t : t + 1]} for t in range(FRAMES)],
        True,
        "-Y",
    )
    yield (
        "mdm's parameters",
        {
            "thetas": matrices[:, :, :2].reshape(FRAMES, 24, 6).transpose(1, 2, 0),
            "length": FRAMES,
            "root_translation": places.T,
            "text": "a man runs",
            "motion": np.zeros((25, 6, FRAMES)),
        },
        True,
        "Y",
    )
    yield "smplx", smplx, True, None
    yield "matrices", {"global_orient": matrices[:, :1], "body_pose": matrices[:, 1:], "transl": places}, True, None
    yield "a root matrix", {"global_orient": matrices[:, 0], "body_pose": matrices[:, 1:22], "transl": places}, True, None
    yield (
        "flat matrices",
        {"global_orient": matrices[:, 0].reshape(FRAMES, 9), "body_pose": matrices[:, 1:].reshape(FRAMES, -1), "transl": places},
        True,
        None,
    )
    yield "no places", {"global_orient": root, "body_pose": body}, False, None
    yield "poses alone", {"poses": full}, False, None
    for name, poses, trans in (
        ("flat", full, places),
        ("joints", full.reshape(FRAMES, 24, 3), places),
        ("a batch of one", full[None], places[None]),
        ("smplh", np.concatenate([full[:, :66], hands], 1), places),
        ("22 joints", full[:, :66], places),
        ("smplh joints", np.concatenate([full[:, :66], hands], 1).reshape(FRAMES, 52, 3), places),
        ("matrices of 24", matrices, places),
        ("quaternions", quaternions, places),
        ("x y z w", np.roll(quaternions, -1, 2), places),
    ):
        yield f"amass, {name}", {"poses": poses, "trans": trans, "mocap_framerate": 60.0}, True, "Z"


def test_every_dialect_gives_the_same_body(tmp_path, person):
    for name, value, placed, up in dialects(person):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(value))
        (take,) = read_arrays(tmp_path / "a.pkl")
        np.testing.assert_allclose(take.positions, expected(person, placed), atol=2e-5, err_msg=name)
        assert (take.up.value if take.up else None) == up, name
        assert any(note.what == "places" for note in take.notes) != placed, name
        assert take.name == ""


def test_every_container_gives_the_same_body(tmp_path, person):
    import torch

    value = {"global_orient": person["root"], "body_pose": person["body"], "transl": person["places"], "fps": 25}
    np.savez(tmp_path / "a.npz", **value)
    np.save(tmp_path / "a.npy", np.array(value, object), allow_pickle=True)
    np.savez(tmp_path / "object.npz", results=np.array({"smpl_params": value}, object))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(value))
    torch.save({k: torch.as_tensor(v) for k, v in value.items()}, tmp_path / "a.pt")
    torch.save(value, tmp_path / "saved_by_torch.pkl")
    files = sorted(tmp_path.iterdir())
    assert len(files) == 6
    for file in files:
        (take,) = read_arrays(file)
        np.testing.assert_allclose(take.positions, expected(person), atol=1e-5)
        assert take.fps == 25 and take.rate.confidence == 1


def test_several_people_are_a_take_each(tmp_path, person):
    full, places = person["full"], person["places"]
    frames = {
        f"{t}.png": {
            "smpl_thetas": np.stack([full[t], full[t] * 0])[: 1 + (t > 2)],
            "cam_trans": np.stack([places[t], places[t] + 1])[: 1 + (t > 2)],
            "track_ids": np.array([7, 9])[: 1 + (t > 2)],
        }
        for t in range(FRAMES)
    }
    values = {
        "wham": {0: {"pose_world": full, "trans_world": places}, 3: {"pose_world": full[:5], "trans_world": places[:5]}},
        "slahmr": {
            "root_orient": np.stack([person["root"]] * 2),
            "pose_body": np.stack([person["body"]] * 2),
            "trans": np.stack([places, places + 1]),
        },
        "3dpw": {"poses": [full, full[:4]], "trans": [places, places[:4]], "genders": ["m", "f"]},
        "romp": frames,
    }
    names = {"wham": ["0", "3"], "slahmr": ["1", "2"], "3dpw": ["0", "1"], "romp": ["track 7", "track 9"]}
    lengths = {"wham": [FRAMES, 5], "slahmr": [FRAMES] * 2, "3dpw": [FRAMES, 4], "romp": [FRAMES, FRAMES - 3]}
    for name, value in values.items():
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(value))
        takes = read_arrays(tmp_path / "a.pkl")
        assert [take.name for take in takes] == names[name] and [len(take.positions) for take in takes] == lengths[name], name
        np.testing.assert_allclose(takes[0].positions, expected(person), atol=1e-5)
    np.testing.assert_allclose(takes[1].positions[:, 0], places[3:] + 1, atol=1e-5)


@pytest.mark.parametrize(
    ("rate", "fps", "sure"),
    [
        ({"mocap_frame_rate": np.array("120 fps")}, 120, True),
        ({"fps": 30}, 30, True),
        ({"frameRate": np.array([59.94])}, 59.94, True),
        ({"framerate": b"25"}, 25, True),
        ({"mocap_framerate": "100,5"}, 100.5, True),
        ({"frame_time": 0.02}, 50, True),
        ({}, 30, False),
        ({"fps": 0}, 30, False),
        ({"fps": "fast"}, 30, False),
        ({"fps": float("nan")}, 30, False),
        ({"fps": np.zeros(0)}, 30, False),
    ],
)
def test_rates(tmp_path, person, rate, fps, sure):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"poses": person["full"], "trans": person["places"], **rate}))
    (take,) = read_arrays(tmp_path / "a.pkl")
    assert take.fps == pytest.approx(fps) and (take.rate.confidence == 1) == sure


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"poses": np.zeros((20, 72)), "trans": np.zeros((19, 3))}, "beside"),
        ({"poses": np.zeros((40, 72)), "trans": np.zeros((20, 3))}, "shape"),
        ({"root_orient": np.zeros((20, 3)), "pose_body": np.zeros((21, 63)), "trans": np.zeros((20, 3))}, "beside"),
        ({"poses": np.zeros((5, 30)), "trans": np.zeros((5, 3))}, "22 joints"),
        ({"global_orient": np.zeros((5, 3)), "body_pose": np.zeros((5, 32)), "transl": np.zeros((5, 3))}, "21 joints"),
        ({"poses": np.full((5, 72), np.nan), "trans": np.zeros((5, 3))}, "NaN"),
        ({"poses": np.zeros((5, 72)), "trans": np.full((5, 3), 1e300)}, "infinite"),
        ({"poses": np.zeros((0, 72)), "trans": np.zeros((0, 3))}, "none of its arrays"),
        ({"poses": "text", "trans": 3}, "none of its arrays"),
    ],
)
def test_what_does_not_fit_is_reported(tmp_path, value, says):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(value))
    with pytest.raises(FileProblem, match=says):
        read_arrays(tmp_path / "a.pkl")


def test_rotations_against_scipy():
    rng = np.random.default_rng(0)
    turns = Rotation.from_rotvec(
        np.concatenate([rng.normal(0, 1.5, (500, 3)), np.eye(3) * np.pi, np.eye(3) * 3.14159, np.zeros((1, 3)), np.eye(3) * 1e-9])
    )
    for found in (matrices_to_axis_angle(turns.as_matrix()), quaternions_to_axis_angle(-turns.as_quat(scalar_first=True) * 3)):
        assert np.max((Rotation.from_rotvec(found) * turns.inv()).magnitude()) < 1e-6


@pytest.mark.filterwarnings("ignore")
def test_amass_through_smplx_equals_a_direct_call(tmp_path, monkeypatch):
    import smplx
    import torch

    body_model(tmp_path / "models", "smplh")
    poses, trans = amass_file(tmp_path / "a.npz", "smplh")
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "models"))
    (take,) = read_arrays(tmp_path / "a.npz")
    betas = np.load(tmp_path / "a.npz")["betas"][:10]
    model = smplx.SMPLH(
        str(tmp_path / "models/smplh/SMPLH_FEMALE.npz"),
        gender="female",
        use_pca=False,
        ext="npz",
        num_betas=10,
        batch_size=len(poses),
    )
    with torch.no_grad():
        joints = (
            model(
                betas=torch.tensor(betas[None], dtype=torch.float32).expand(len(poses), -1),
                global_orient=torch.tensor(poses[:, 0], dtype=torch.float32),
                body_pose=torch.tensor(poses[:, 1:].reshape(len(poses), -1), dtype=torch.float32),
                left_hand_pose=torch.zeros(len(poses), 45),
                right_hand_pose=torch.zeros(len(poses), 45),
                transl=torch.tensor(trans, dtype=torch.float32),
            )
            .joints[:, :22]
            .numpy()
        )
    np.testing.assert_allclose(take.positions, joints, atol=1e-5)
    assert any("licensed body model" in note.reason for note in take.notes)
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "nothing"))
    with pytest.raises(StudioError, match="body model"):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", ["pkl", "npz"])
def test_a_body_model_runs_no_code(tmp_path, monkeypatch, suffix):
    class Code:
        def __reduce__(self):
            return (os_mkdir, (str(tmp_path / "ran"),))

    from os import mkdir as os_mkdir

    amass_file(tmp_path / "a.npz", "smplh")
    body_model(tmp_path / "models", "smplh")
    file = tmp_path / "models/smplh/SMPLH_FEMALE.npz"
    if suffix == "pkl":
        file.unlink()
        file.with_suffix(".pkl").write_bytes(pickle.dumps({"f": Code()}))
    else:
        np.savez(file, **dict(np.load(file)), extra=np.array({"x": Code()}, object))
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "models"))
    if suffix == "pkl":
        with pytest.raises(StudioError, match="not opened"):
            read_arrays(tmp_path / "a.npz")
    else:
        assert len(read_arrays(tmp_path / "a.npz")) == 1
    assert not (tmp_path / "ran").exists()


def test_dialect_cases(cases):
    """One motion in every dialect of the cases: equal once each is turned by its true up axis."""

    def joints(name, up):
        (take,) = read_arrays(cases / name)
        assert len(take.positions) == 203
        return to_y_up(take.positions, up)

    right = joints("16-gvhmr-output/hmr4d_results.pkl", "Y")
    for name, up in (
        ("18-glamr-wham-vibe-pkl/glamr_running_seed1.pkl", "Z"),
        ("19-tram-hps-npy/hps_track_0.npy", "Y"),
        ("20-amass-like-y-up/gvhmr_as_amass.npz", "Y"),
        ("20-amass-like-y-up/amass_z_up_reference.npz", "Z"),
        ("21-amass-like-fps-and-shapes/fps_key.npz", "Z"),
        ("21-amass-like-fps-and-shapes/poses_T_24_3.npz", "Z"),
        ("22-smplx-dialect-npz/smplx_params.npz", "Z"),
        ("23-aist-pkl/gBR_sBM_cAll_d04_mBR0_ch01.pkl", "Y"),
        ("26-pose-body-three-dimensions/P1_with_rate.npz", "Z"),
    ):
        np.testing.assert_allclose(joints(name, up), right, atol=1e-4, err_msg=name)
    rates = {
        name: read_arrays(cases / name)[0].fps
        for name in (
            "16-gvhmr-output/hmr4d_results.pkl",
            "21-amass-like-fps-and-shapes/fps_key.npz",
            "21-amass-like-fps-and-shapes/poses_T_24_3.npz",
            "22-smplx-dialect-npz/smplx_params.npz",
            "23-aist-pkl/gBR_sBM_cAll_d04_mBR0_ch01.pkl",
        )
    }
    assert list(rates.values()) == [30, 30, 30, 30, 60]
    assert read_arrays(cases / "17-romp-npz/romp_output.npz")[0].positions.shape == (1, 22, 3)
    assert np.median(right[:, 15, 1] - right[:, 0, 1]) > 0.4  # the head is above the pelvis
