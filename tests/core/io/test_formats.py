"""ASF/AMC, AMASS, feature vectors and .npz, each written here in its own layout, against slow independent twins."""

import math
import pickle
import zipfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.errors import FileProblem
from core.io import amass
from core.io.asf_amc import joint_positions, parse_amc, parse_asf
from core.io.joint_vectors import positions_from_vectors
from core.io.load import load_motion
from core.motion.skeleton import KIT21, SMPL22
from tests.smpl_files import amass_file, body_model

ASF = """# a comment
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name lfemur
     direction 0.34 -0.94 0
     length 7.2
     axis 10 -20 30 XYZ
    dof rx ry rz
    limits (-160.0 20.0)
           (-70.0 70.0)
           (-60.0 70.0)
  end
  begin
     id 2
     name ltibia
     direction 0.3 -0.9 0.1
     length 7.5
     axis 5 0 20 XYZ
    dof rx
    limits (-10.0 170.0)
  end
  begin
     id 3
     name lowerback
     direction 0 1 0.1
     length 2.1
     axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root lfemur lowerback
    lfemur ltibia
  end
"""
AMC = """#!OML:ASF demo
:FULLY-SPECIFIED
:DEGREES
1
root 9.3 17.8 -17.3 -2 3.3 -33
lfemur 5 6 7
ltibia 21
2
root 9.1 17.9 -17.1 1 13.3 -3
lfemur -15 16 -7
ltibia 40
"""


@pytest.fixture
def take(tmp_path):
    (tmp_path / "07.asf").write_text(ASF)
    (tmp_path / "07_01.amc").write_text(AMC)
    return tmp_path / "07_01.amc"


def xyz(degrees):
    """Fixed axes, X first: scipy's lower-case order."""
    return Rotation.from_euler("xyz", degrees, degrees=True)


def test_amc_against_scipy(take):
    asf = parse_asf(take.parent / "07.asf")
    values, degrees = parse_amc(take, asf)
    found = joint_positions(asf, values, degrees)
    rows = {1: ([9.3, 17.8, -17.3], [-2, 3.3, -33], [5, 6, 7], 21), 2: ([9.1, 17.9, -17.1], [1, 13.3, -3], [-15, 16, -7], 40)}
    for frame, (place, turn, hip, knee) in rows.items():
        root = xyz(turn)
        c1, c2 = xyz([10, -20, 30]), xyz([5, 0, 20])
        femur = root * c1 * xyz(hip) * c1.inv()
        tibia = femur * c2 * xyz([knee, 0, 0]) * c2.inv()
        end = np.array(place) + femur.apply(np.array([0.34, -0.94, 0]) * 7.2)
        expected = [place, end, end + tibia.apply(np.array([0.3, -0.9, 0.1]) * 7.5),
                    np.array(place) + root.apply(np.array([0, 1, 0.1]) * 2.1)]
        np.testing.assert_allclose(found[frame - 1], expected, atol=1e-9)
    assert asf.metres == pytest.approx(0.0254 / 0.45)


def test_radians_give_the_same(take, tmp_path):
    radians = "\n".join(" ".join([w[0], *(w[1:4] if w[0] == "root" else []), *(
        repr(math.radians(float(v))) for v in w[4 if w[0] == "root" else 1:])]) if len(w) > 1 else " ".join(w)
        for w in (line.split() for line in AMC.splitlines()[2:])).replace(":DEGREES", ":RADIANS")
    other = tmp_path / "07_02.amc"
    other.write_text(radians)
    asf = parse_asf(tmp_path / "07.asf")
    a, b = (joint_positions(asf, *parse_amc(f, asf)) for f in (take, other))
    np.testing.assert_allclose(a, b, atol=1e-9)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("ltibia 40", "ltibia 40 3", "2 values"), ("ltibia 40", "", "is missing"), ("ltibia 40", "tail 1", "not in the skeleton"),
    ("ltibia 40", "ltibia x", "not a number")])
def test_bad_amc(take, old, new, says):
    take.write_text(AMC.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        load_motion(take)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("lfemur ltibia\n", "ltibia lfemur\n lfemur ltibia\n", "already has a parent|circle"),
    ("length 7.2", "length long", "number"),
    (":hierarchy", ":nothing", "hierarchy"), ("root lfemur lowerback", "root lfemur", "no parent"),
    ("name ltibia", "name lfemur", "twice")])
def test_bad_asf(take, old, new, says):
    (take.parent / "07.asf").write_text(ASF.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        load_motion(take)


def test_a_take_without_its_skeleton(tmp_path):
    (tmp_path / "07_01.amc").write_text(AMC)
    with pytest.raises(FileProblem, match=r"07\.asf"):
        load_motion(tmp_path / "07_01.amc")


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
        out[t, 4:4 + 3 * (joints - 1)] = local[1:].reshape(-1)
        if t + 1 < frames:
            step = Rotation.from_euler("y", -heading[t + 1]).apply(positions[t + 1, 0] - positions[t, 0])
            turn = (heading[t + 1] - heading[t] + np.pi) % (2 * np.pi) - np.pi
            out[t, 0], out[t, 1], out[t, 2] = -turn / 2, step[0], step[2]
    return out


@pytest.mark.parametrize("skeleton", [SMPL22, KIT21])
def test_feature_vectors_give_the_positions_back(skeleton, smpl_motion):
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


@pytest.mark.parametrize("dialect", ["smplh", "smplx"])
def test_amass_on_the_mean_skeleton(tmp_path, dialect, monkeypatch):
    monkeypatch.delenv(amass.BODY_MODELS, raising=False)
    poses, trans = amass_file(tmp_path / "a.npz", dialect)
    motion = load_motion(tmp_path / "a.npz")
    expected = np.zeros((len(poses), 22, 3))
    for t in range(len(poses)):
        world = []
        for j, parent in enumerate(SMPL22.parents):
            own = Rotation.from_rotvec(poses[t, j])
            world.append(own if parent < 0 else world[parent] * own)
            expected[t, j] = trans[t] if parent < 0 else expected[t, parent] + world[parent].apply(
                amass.REST[j] - amass.REST[parent])
    np.testing.assert_allclose(motion.positions, expected[..., [0, 2, 1]] * [1, 1, -1], atol=1e-5)
    assert motion.fps == 120 and any("mean skeleton" in a.value for a in motion.assumptions)


@pytest.mark.filterwarnings("ignore")
def test_amass_through_smplx_equals_a_direct_call(tmp_path, monkeypatch):
    import smplx
    import torch

    body_model(tmp_path / "models", "smplh")
    poses, trans = amass_file(tmp_path / "a.npz", "smplh")
    monkeypatch.setenv(amass.BODY_MODELS, str(tmp_path / "models"))
    motion = load_motion(tmp_path / "a.npz")
    betas = np.load(tmp_path / "a.npz")["betas"][:10]
    model = smplx.SMPLH(str(tmp_path / "models/smplh/SMPLH_FEMALE.npz"), gender="female", use_pca=False, ext="npz", num_betas=10,
                        batch_size=len(poses))
    with torch.no_grad():
        joints = model(betas=torch.tensor(betas[None], dtype=torch.float32).expand(len(poses), -1),
                       global_orient=torch.tensor(poses[:, 0], dtype=torch.float32),
                       body_pose=torch.tensor(poses[:, 1:].reshape(len(poses), -1), dtype=torch.float32),
                       left_hand_pose=torch.zeros(len(poses), 45), right_hand_pose=torch.zeros(len(poses), 45),
                       transl=torch.tensor(trans, dtype=torch.float32)).joints[:, :22].numpy()
    np.testing.assert_allclose(motion.positions, joints[..., [0, 2, 1]] * [1, 1, -1], atol=1e-5)
    assert any("licensed body model" in a.reason for a in motion.assumptions)
    monkeypatch.setenv(amass.BODY_MODELS, str(tmp_path / "nothing"))
    with pytest.raises(Exception, match="body model"):
        load_motion(tmp_path / "a.npz")


def test_npz_of_joints(tmp_path, smpl_motion):
    np.savez(tmp_path / "a.npz", fps=30, joints=smpl_motion.positions, note=np.array("x"))
    motion = load_motion(tmp_path / "a.npz")
    assert motion.fps == 30 and motion.skeleton.chains == SMPL22.chains
    np.savez(tmp_path / "flat.npz", smpl_motion.positions.reshape(smpl_motion.frame_count, -1))
    assert load_motion(tmp_path / "flat.npz").skeleton.joint_count == 22


def test_dangerous_files_are_refused(tmp_path):
    class Code:
        def __reduce__(self):
            return (print, ("run",))

    with open(tmp_path / "a.npy", "wb") as stream:
        pickle.dump(Code(), stream)
    np.savez(tmp_path / "b.npz", poses=np.array([Code()], dtype=object))
    with zipfile.ZipFile(tmp_path / "c.npz", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": (10**7, 22, 3)})
        for _ in range(100):
            stream.write(bytes(1 << 20))
    with open(tmp_path / "d.npy", "wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 22, 3)})
    for name, says in (("a.npy", "pickle|whole"), ("b.npz", "none of its arrays"), ("c.npz", "unpack"), ("d.npy", "cut off")):
        with pytest.raises(FileProblem, match=says):
            load_motion(tmp_path / name)
