"""The awkward inputs beside the checkout, opened as the program opens them, against the right values of their README."""

import csv
import json

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.load import load_motion, load_motions
from motionpatches.core.library.folder import load_take
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.canonical import canonical, facing
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, TORSO
from motionpatches.core.progress import run


def names(motion: Motion, part: int) -> list[str]:
    return [motion.skeleton.joint_names[j] for j in motion.skeleton.chains[part]]


def assumption(motion: Motion, what: str):
    return next(a for a in motion.assumptions if a.what == what)


def upright(motion: Motion) -> bool:
    """Head above hips above feet, in the median of the frames."""
    chains, p = motion.skeleton.chains, np.median(motion.positions[..., 1], axis=0)
    return p[chains[TORSO][-1]] > p[chains[TORSO][0]] > max(p[chains[RIGHT_LEG][-1]], p[chains[LEFT_LEG][-1]])


def walks_ahead(motion: Motion) -> float:
    """Cosine between where the body faces and where its root goes, mean over frames that move."""
    root = motion.positions[:, motion.skeleton.chains[TORSO][0]]
    step = np.diff(root, axis=0)[:, [0, 2]] * motion.fps
    ahead = facing(motion.positions, motion.skeleton)[:-1][:, [0, 2]]
    speed = np.linalg.norm(step, axis=1)
    moves = speed > 0.3
    assert moves.any()
    return float(((step * ahead).sum(1)[moves] / speed[moves]).mean())


def test_01_a_root_offset_beside_position_channels(cases):
    motion = load_motion(cases / "01-root-offset-doubled" / "walk01.bvh")
    with open(cases / "01-root-offset-doubled" / "walk01_pos.csv", newline="") as stream:
        rows = list(csv.reader(stream))
    header, first = rows[0], [float(x) for x in rows[1]]
    for j, name in enumerate(motion.skeleton.joint_names):
        own = [first[header.index(f"{name}.{axis}")] for axis in "xyz"] if f"{name}.x" in header else None
        if own is not None:
            np.testing.assert_allclose(motion.positions[0, j], np.array(own) * 0.01, atol=1e-4)
    assert motion.positions[0, motion.skeleton.chains[TORSO][0], 1] == pytest.approx(1.035, abs=0.005)


def test_01_rokoko_stands_on_the_floor_and_so_does_what_is_exported(cases, tmp_path):
    from motionpatches.core.export.write import write_motion

    motion = load_motion(cases / "01-root-offset-doubled" / "rokoko_jesse.bvh")
    toes = [motion.skeleton.chains[part][-1] for part in (RIGHT_LEG, LEFT_LEG)]
    lowest = motion.positions[: int(motion.fps), toes, 1].min()
    assert lowest == pytest.approx(0.018, abs=0.002)
    write_motion(motion, tmp_path / "again.bvh")
    again = load_motion(tmp_path / "again.bvh")
    assert again.positions[: int(again.fps), toes, 1].min() == pytest.approx(0.018, abs=0.004)


def test_02_kimodo(cases):
    motion = load_motion(cases / "02-kimodo-soma-npz" / "kimodo_soma.npz")
    chains = motion.skeleton.chains
    assert motion.fps == 30 and motion.duration_s == pytest.approx(5.0) and upright(motion)
    assert set(chains[LEFT_LEG][1:]) == {22, 23, 24, 25} and set(chains[RIGHT_LEG][1:]) == {26, 27, 28, 29}
    assert 4 <= chains[TORSO][-1] <= 6 and {16, 17, 18, 19} >= set(chains[RIGHT_ARM][-3:])


@pytest.mark.parametrize(
    "case, file, unit, up",
    [
        ("04-cmu-unit-gap", "xia_angry_13.bvh", 0.0254 / 0.45, "Y"),
        ("36-inches-as-centimetres", "8yr_old__jumping.bvh", 0.0254, "Z"),
        ("36-inches-as-centimetres", "cmu_1006__wave_hello_1.bvh", 0.0254, "Z"),
    ],
)
def test_units_and_axes(cases, case, file, unit, up):
    motion = load_motion(cases / case / file)
    assert motion.source.unit_m == pytest.approx(unit) and motion.source.up == up and upright(motion)
    if "1006" in file:
        leg = np.linalg.norm(np.diff(motion.positions[0, list(motion.skeleton.chains[RIGHT_LEG])], axis=0), axis=1)
        assert leg[1:3].sum() >= 0.87


def test_06_all_places_zero(cases):
    motion = load_motion(cases / "06-zero-position-channels-on-every-joint" / "take.bvh")
    assert upright(motion) and any("OFFSET" in a.value for a in motion.assumptions)


def test_08_and_09_dialects_of_text(cases):
    good = load_motion(cases / "08-decimal-commas" / "good.bvh")
    for file in sorted((cases / "08-decimal-commas").glob("french*.bvh")):
        np.testing.assert_allclose(load_motion(file).positions, good.positions, atol=1e-5)
    several = [load_motion(file).positions for file in sorted((cases / "09-bom-utf16").glob("*.bvh"))]
    assert len(several) == 4
    for one in several[1:]:
        np.testing.assert_allclose(one, several[0], atol=1e-6)


def test_12_who_lies_is_left_lying(cases):
    for file in sorted((cases / "12-lying-take").glob("*.bvh")):
        assert load_take(file).source.up == "Y", "with the other takes of the rig in the folder"
        alone = assumption(load_motion(file), "up axis")
        assert alone.value == "Y" or alone.confidence < 0.7


def test_13_two_roots_are_two_people(cases):
    motion = load_motion(cases / "13-two-roots" / "two_people.bvh")
    assert motion.partner is not None and motion.skeleton.parents.count(-1) == 1
    assert upright(motion) and upright(motion.partner)


def test_15_names(cases):
    for file in sorted((cases / "15-names").glob("*.bvh")):
        motion = load_motion(file)
        assert walks_ahead(motion) > 0.7, file.name
        assert facing(canonical(motion).positions[:1], motion.skeleton)[0, 2] > 0.99
    assert "左" in "".join(names(load_motion(cases / "15-names" / "mmd_utf8.bvh"), LEFT_LEG))
    assert any(" L " in n for n in names(load_motion(cases / "15-names" / "bip01_spaces.bvh"), LEFT_LEG))


@pytest.mark.parametrize(
    "path",
    [
        "16-gvhmr-output/hmr4d_results.pkl",
        "18-glamr-wham-vibe-pkl/glamr_running_seed1.pkl",
        "17-romp-npz/romp_output.npz",
        "19-tram-hps-npy/hps_track_0.npy",
        "20-amass-like-y-up/amass_z_up_reference.npz",
        "20-amass-like-y-up/gvhmr_as_amass.npz",
        "21-amass-like-fps-and-shapes/fps_key.npz",
        "22-smplx-dialect-npz/smplx_params.npz",
        "23-aist-pkl/gBR_sBM_cAll_d04_mBR0_ch01.pkl",
    ],
)
def test_smpl_results_stand(cases, path):
    assert upright(load_motion(cases / path))


def test_16_to_23_values_of_smpl_results(cases):
    run_18 = load_motion(cases / "18-glamr-wham-vibe-pkl" / "glamr_running_seed1.pkl")
    gvhmr = load_motion(cases / "16-gvhmr-output" / "hmr4d_results.pkl")
    assert gvhmr.frame_count == run_18.frame_count == 203 and gvhmr.fps == 30
    one, other = (load_motion(f).positions for f in sorted((cases / "20-amass-like-y-up").glob("*.npz")))
    np.testing.assert_allclose(one, other, atol=1e-4)
    keys = [load_motion(f) for f in sorted((cases / "21-amass-like-fps-and-shapes").glob("*.npz"))]
    smplx = load_motion(cases / "22-smplx-dialect-npz" / "smplx_params.npz")
    for motion in keys:
        assert (motion.frame_count, motion.fps) == (203, 30)
        np.testing.assert_allclose(motion.positions, smplx.positions, atol=1e-4)
    aist = load_motion(cases / "23-aist-pkl" / "gBR_sBM_cAll_d04_mBR0_ch01.pkl")
    way = [np.sort(np.ptp(one.positions[:, 0], axis=0)) for one in (aist, smplx)]
    assert aist.fps == 60
    np.testing.assert_allclose(way[0], way[1], atol=0.02, err_msg="the translation is divided by the scaling")


def test_24_and_25_generators(cases):
    takes = load_motions(cases / "24-mdm-results-npy" / "results.npy")
    stored = np.load(cases / "24-mdm-results-npy" / "results.npy", allow_pickle=True).item()
    assert [len(t.positions) for t in takes] == [int(n) for n in np.ravel(stored["lengths"])]
    assert all(t.fps == 20 and upright(t) and t.skeleton.joint_count == 22 for t in takes)
    library = run(open_library(cases / "24-mdm-results-npy"))
    assert [c.caption for c in library.clips] == [str(t) for t in np.ravel(stored["text"])]
    reference = load_motion(cases / "25-array-layouts" / "t22_reference.npy").positions
    for file in sorted((cases / "25-array-layouts").glob("*.npy")):
        np.testing.assert_allclose(load_motion(file).positions, reference, atol=1e-6)


def test_26_a_file_beside_a_good_one(cases):
    library = run(open_library(cases / "26-pose-body-three-dimensions" / "folder"))
    assert any(c.path.suffix == ".bvh" for c in library.clips)
    assert len(library.clips) + len(library.skipped) == 2


@pytest.mark.parametrize("path", ["27-24-joint-positions/000021.npy", "28-52-joint-positions/smplh52.npy"])
def test_27_and_28_smpl_orders(cases, path):
    motion = load_motion(cases / path)
    assert names(motion, RIGHT_ARM)[0] == "spine3" and names(motion, RIGHT_ARM)[-1] == "right_wrist"
    assert names(motion, LEFT_ARM)[-1] == "left_wrist" and names(motion, TORSO)[-1] == "head" and upright(motion)


def test_29_to_31_orders_of_pose_estimators(cases):
    mediapipe = load_motion(cases / "29-freemocap-33" / "mediapipe_body_3d_xyz.npy").skeleton.chains
    assert {j for part in (RIGHT_LEG, LEFT_LEG) for j in mediapipe[part] if j < 33} <= set(range(23, 33))
    assert {j for part in (RIGHT_ARM, LEFT_ARM) for j in mediapipe[part] if j < 33} <= set(range(11, 23))
    human36m = load_motion(cases / "30-h36m-17" / "metres_y_up_clean.npy")
    assert [human36m.skeleton.chains[part][-3:] for part in (RIGHT_LEG, LEFT_LEG, LEFT_ARM, RIGHT_ARM)] == [
        (1, 2, 3),
        (4, 5, 6),
        (11, 12, 13),
        (14, 15, 16),
    ]
    assert walks_ahead(human36m) > 0.7
    kinect = load_motion(cases / "31-kinect-25" / "clean.npy")
    assert len(kinect.skeleton.chains) == 5 and upright(kinect)


def test_33_asf_amc(cases):
    def thigh(motion: Motion) -> float:
        chain = motion.skeleton.chains[RIGHT_LEG]
        return float(np.linalg.norm(np.diff(motion.positions[0, list(chain)], axis=0), axis=1)[1])

    for file in ("01_01.amc", "01_01.bvh"):
        assert thigh(load_motion(cases / "33-asf-amc" / "cmu01" / file)) == pytest.approx(0.420, abs=0.002)
    centimetres, units = (load_motion(cases / "33-asf-amc" / f / "11_01.amc") for f in ("cm", "cmu11"))
    np.testing.assert_allclose(centimetres.positions, units.positions, atol=2e-3)


def test_35_no_head(cases):
    motion = load_motion(cases / "35-no-head-joint" / "cmu_new3__back_handspring1_autolabel.bvh")
    assert "femur" in "".join(names(motion, LEFT_LEG)) and "hand" in "".join(names(motion, RIGHT_ARM))
    assert all(n.startswith("l") for n in names(motion, LEFT_LEG)[1:]) and motion.source.up == "Z" and upright(motion)


def test_37_protocols(cases):
    same = [load_motion(f) for f in sorted((cases / "37-pickle-protocol-5").glob("*.pkl"))]
    for motion in same:
        assert motion.partner is not None
        np.testing.assert_array_equal(motion.positions, same[0].positions)


def test_38_and_39_what_is_odd_opens_or_is_reported(cases):
    for file in sorted((cases / "38-npz-odd-skeletons").glob("*.npz")):
        try:
            load_motion(file)
        except FileProblem as problem:
            assert "cycle" in file.name or "differ" in file.name, problem
    for name in ("amass_poses_T_156.npy", "smpl_poses_T_72.npy"):
        with pytest.raises(FileProblem, match="rotations"):
            load_motion(cases / "39-arrays-that-are-no-positions" / name)
    assert load_motion(cases / "39-arrays-that-are-no-positions" / "motionx_T_322.npy").skeleton.chains


def test_40_animals(cases):
    library = run(open_library(cases / "40-animals"))
    for clip in library.clips:
        motion = library.load(clip.id)
        assert not motion.skeleton.chains and motion.source.up == "Y"
        low = motion.positions[..., 1].min(axis=1)
        near = (motion.positions[..., 1] < low[:, None] + 0.1 * np.ptp(motion.positions[..., 1])).sum(1)
        assert np.median(near) >= 3, "it stands on its feet"
    assert any("no human" in note for note in library.notes)


def test_43_features(cases):
    assert upright(load_motion(cases / "43-normalised-263" / "features.npy"))
    with pytest.raises(FileProblem, match="normalised"):
        load_motion(cases / "43-normalised-263" / "features_z_scored.npy")


def test_51_fbx(cases):
    motion = load_motion(cases / "51-fbx" / "91_48.fbx")
    assert motion.duration_s == pytest.approx(3.667, abs=0.04) and motion.source.unit_m == 0.01 and motion.source.up == "Y"
    assert "rThigh" in names(motion, RIGHT_LEG) and "lForeArm" in names(motion, LEFT_ARM)
    for file in sorted((cases / "51-fbx").glob("*.fbx")):
        assert len(load_motions(file)) == 1


def test_52_every_animation_of_a_glb_is_a_clip(cases):
    library = run(open_library(cases / "52-glb"))
    data = (cases / "52-glb" / "mesh2motion_base.glb").read_bytes()
    length = int.from_bytes(data[12:16], "little")
    document = json.loads(data[20 : 20 + length])
    wanted = [animation["name"] for animation in document["animations"]]
    assert len(wanted) == 50 and [c.take for c in library.clips] == wanted and {"T-Pose", "A_TPose"} <= set(wanted)
    for clip, animation in zip(library.clips, document["animations"], strict=True):
        inputs = {s["input"] for s in animation["samplers"]}
        times = [document["accessors"][i] for i in inputs]
        seconds = max(t["max"][0] for t in times) - min(t["min"][0] for t in times)
        assert clip.duration_s == pytest.approx(seconds, abs=1.5 / 24), clip.take
        assert library.load(clip.id).skeleton.chains
