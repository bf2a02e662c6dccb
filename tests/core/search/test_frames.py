"""Models read every source in the frame that they are trained in: moved, turned, raised, larger and faster motions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionpatches.core.library.open import open_library
from motionpatches.core.models.build import new_model, with_statistics
from motionpatches.core.models.config import PRESETS, from_dict, preset, to_dict
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import HUMANML3D, PatchRecipe, PatchStatistics, compute_statistics, prepare
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_first_window, encode_windows, windows_of
from motionpatches.core.search.indexing import update_gallery
from tests.layouts import write_babel

# HumanML3D's skeleton: thigh and shin, mean of both legs.
LEG_M = (0.3902 + 0.4256 + 0.3936 + 0.4324) / 2


def in_humanml3d_frame(positions):
    """By hand: legs of HumanML3D's length, on the floor, over the origin, hips and shoulders of frame 0 along x."""
    legs = [np.linalg.norm(positions[0, a] - positions[0, b]) for a, b in ((2, 5), (5, 8), (1, 4), (4, 7))]
    positions = positions.astype(np.float64) * (2 * LEG_M / sum(legs))
    across = (positions[0, 1] - positions[0, 2]) + (positions[0, 16] - positions[0, 17])
    angle = np.arctan2(-across[2], across[0])
    turned = Rotation.from_euler("y", -angle).apply((positions - positions[0, 0]).reshape(-1, 3)).reshape(positions.shape)
    turned[..., 1] -= turned[..., 1].min()
    return turned.astype(np.float32)


def displaced(positions, rng):
    turn = Rotation.from_euler("y", rng.uniform(-180, 180), degrees=True)
    return (turn.apply(positions.reshape(-1, 3)).reshape(positions.shape) + rng.uniform(-3, 3, 3)).astype(np.float32)


def three_times_as_fast(positions):
    """60 fps: two frames between each two, so that every third is as it was."""
    steps = np.arange(3 * len(positions) - 2) / 3
    low = np.minimum(steps.astype(int), len(positions) - 2)
    share = (steps - low)[:, None, None]
    return (positions[low] * (1 - share) + positions[low + 1] * share).astype(np.float32)


@pytest.fixture
def framed(small_library):
    """A library of HumanML3D's layout whose motions lie in its frame."""
    for file in (small_library / "new_joints").glob("*.npy"):
        np.save(file, in_humanml3d_frame(np.load(file)))
    return small_library


def tiny(name, folder, motions):
    config = preset(name, motion="test_vit", motion_weights="", text=str(folder))
    statistics = compute_statistics([prepare(m, config.patches) for m in motions], config.patches)
    model = new_model(config, lambda: statistics).eval()
    model.fingerprint, model.name = f"tiny {name}", name
    return model


def cosines(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


CHANGES = {
    "moved, raised and turned": displaced,
    "60 fps": lambda positions, _: three_times_as_fast(positions),
    "larger": lambda positions, _: positions * np.float32(1.2),
}


@pytest.mark.parametrize("name", ["paper", "official"])
def test_a_displaced_folder_gives_the_embeddings_of_the_undisplaced_one(name, framed, tiny_text_folder, tmp_path):
    """Each folder is plain, or in HumanML3D's layout: its takes tell that they do not lie in HumanML3D's frame."""
    library = run(open_library(framed))
    motions = [library.load(c.id) for c in library.clips[:6]]
    model = tiny(name, tiny_text_folder, motions)
    wanted = np.stack([encode_first_window(model, m) for m in motions])
    unlike = np.abs(wanted @ wanted.T - np.eye(len(wanted))).max()
    assert unlike < 0.9999, "the model tells these motions apart"
    for what, layout in (*((what, "") for what in CHANGES), ("moved, raised and turned", "new_joints")):
        root = tmp_path / f"{what} {layout}"
        (root / layout).mkdir(parents=True)
        for i, motion in enumerate(motions):
            moved = CHANGES[what](motion.positions, np.random.default_rng(i))
            if layout:
                np.save(root / layout / f"{i:02d}.npy", moved)
            else:
                np.savez(root / f"{i:02d}.npz", joints=moved, fps=60.0 if what == "60 fps" else 20.0)
        gallery = run(update_gallery(model, run(open_library(root)), tmp_path / "galleries"))
        rows = {gallery.entries[i].clip_id: gallery.embeddings[i] for i in reversed(range(len(gallery.entries)))}  # first windows
        found = cosines(np.stack([rows[f"{i:02d}"] for i in range(len(motions))]), wanted)
        assert found.min() > 0.999, (what, layout, found)


def test_motions_of_humanml3d_are_read_bit_by_bit_as_stored(framed):
    """Its heading is smoothed: that of frame 0 is off by some degrees. Ranges are not placed anew."""
    for i, file in enumerate(sorted((framed / "new_joints").glob("*.npy"))):
        turned = Rotation.from_euler("y", 4 * np.sin(i), degrees=True).apply(np.load(file).reshape(-1, 3))
        np.save(file, turned.reshape(-1, 22, 3).astype(np.float32))
    (framed / "texts/000001.txt").write_text("later#x#0.5#1.5\n")
    library = run(open_library(framed))
    for clip_id, frames in (("000000", slice(None)), ("000001@0.5-1.5", slice(10, 30))):
        stored = np.load(framed / f"new_joints/{clip_id[:6]}.npy")[frames]
        for name in ("paper", "official"):
            np.testing.assert_array_equal(prepare(library.load(clip_id), PRESETS[name].patches).positions, stored)
    again = run(open_library(framed, use_index=True))
    assert again.from_index and again.load("000003").placed


def test_babel_is_read_in_the_frame_of_humanml3d(tmp_path):
    """The same poses about 2 m away, 1 m higher and turned about AMASS's upright z axis."""
    write_babel(tmp_path / "a")
    write_babel(tmp_path / "b")
    file = tmp_path / "b/KIT/3/a_poses.npz"
    values = dict(np.load(file))
    turn = Rotation.from_euler("z", 130, degrees=True)
    values["poses"][:, :3] = (turn * Rotation.from_rotvec(values["poses"][:, :3])).as_rotvec()
    values["trans"] = turn.apply(values["trans"]) + [2, -1, 1]
    np.savez(file, **values)
    one, other = (prepare(run(open_library(tmp_path / name)).load("1"), preset("paper").patches).positions for name in ("a", "b"))
    np.testing.assert_allclose(one, other, atol=1e-4)
    np.testing.assert_allclose(one[0, 0, [0, 2]], 0, atol=1e-6)
    assert len(one) == 40 and abs(one[..., 1].min()) < 1e-6
    legs = sum(np.linalg.norm(one[0, a] - one[0, b]) for a, b in ((2, 5), (5, 8), (1, 4), (4, 7))) / 2
    assert legs == pytest.approx(LEG_M, rel=1e-3)


def test_both_people_of_a_pair_share_one_frame(smpl_motion, tiny_text_folder):
    """The second stands 1.5 m ahead, turned to the first, and sits lower: so they stay, wherever the pair lies."""
    turned = Rotation.from_euler("y", 180, degrees=True).apply(smpl_motion.positions.reshape(-1, 3)).reshape(-1, 22, 3)
    pair = replace(smpl_motion, partner=replace(smpl_motion, positions=(turned + [0, -0.3, 1.5]).astype(np.float32)))
    recipe = preset("paper", people=2).patches
    one, other = prepare(pair, recipe).people
    scale = np.linalg.norm(one.positions[0, 5] - one.positions[0, 2]) / np.linalg.norm(
        pair.positions[0, 5] - pair.positions[0, 2]
    )
    gap = np.linalg.norm(pair.positions - pair.partner.positions, axis=2)
    np.testing.assert_allclose(np.linalg.norm(one.positions - other.positions, axis=2), gap * scale, atol=1e-4)
    assert abs(other.positions[..., 1].min()) < 1e-5 < 0.2 < one.positions[..., 1].min(), "one floor"
    config = preset("paper", motion="test_vit", motion_weights="", text=str(tiny_text_folder), people=2)
    model = new_model(config, lambda: compute_statistics([one, other], recipe)).eval()
    both = np.stack([pair.positions, pair.partner.positions])
    moved = displaced(both, np.random.default_rng(1))
    elsewhere = replace(pair, positions=moved[0], partner=replace(pair.partner, positions=moved[1]))
    assert cosines(*(encode_windows(model, windows_of(model, p)[0]) for p in (pair, elsewhere))).min() > 0.9999


@pytest.mark.parametrize("name", ["paper", "starter"])
@pytest.mark.parametrize("lie", ["back", "front", "left side", "right side"])
def test_one_that_lies_is_not_stood_up_and_keeps_its_heading(lie, name, smpl_motion):
    """With a centimetre of noise the heading stays within 10 degrees, where hips and shoulders lie above each other too."""
    axis, angle = {"back": ("x", -90), "front": ("x", 90), "left side": ("z", -90), "right side": ("z", 90)}[lie]
    lying = Rotation.from_euler(axis, angle, degrees=True).apply(smpl_motion.positions.reshape(-1, 3)).reshape(-1, 22, 3)
    recipe = replace(PRESETS[name].patches, height_m=0.0, leg_m=0.0)
    placed = prepare(replace(smpl_motion, positions=lying.astype(np.float32)), recipe).positions
    np.testing.assert_allclose(placed[..., 1], lying[..., 1] - lying[..., 1].min(), atol=1e-4)
    spine = placed[0, 12] - placed[0, 0]
    for seed in range(8):
        noise = np.random.default_rng(seed).normal(0, 0.01, lying.shape)
        other = displaced(lying + noise, np.random.default_rng(seed))
        again = prepare(replace(smpl_motion, positions=other), recipe).positions
        spine_again = again[0, 12] - again[0, 0]
        between = np.arctan2(spine[0], spine[2]) - np.arctan2(spine_again[0], spine_again[2])
        assert np.cos(between) > np.cos(np.deg2rad(10)), (lie, seed)


def test_later_windows_of_a_long_take_are_placed_as_motions_of_their_own(smpl_motion, tiny_text_folder):
    """A walk over 20 m: without, the last window lies where no motion of the training was."""
    steps = np.concatenate([smpl_motion.positions + [0, 0, 2.9 * i] for i in range(8)]).astype(np.float32)
    long = Motion(steps, 20.0, SMPL22, "long")
    metres = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = with_statistics(tiny("paper", tiny_text_folder, [long]), metres)
    pixels, spans = windows_of(model, long)
    first = round(spans[-1][0] * 20)
    alone, _ = windows_of(model, long.crop(first, len(steps)))
    np.testing.assert_allclose(pixels[-1], alone[0], atol=1e-3)


def test_the_model_carries_its_frame_and_an_earlier_checkpoint_gets_that_of_its_preset():
    """Version 0.2 wrote neither `leg_m` nor `keep_placed`."""
    for name, config in PRESETS.items():
        values = to_dict(config)
        assert from_dict(values) == config
        for field in ("leg_m", "keep_placed"):
            del values["patches"][field]
        if name not in ("starter", "interaction"):
            values["patches"]["canonical"] = False
        assert from_dict(values) == config, name
    assert HUMANML3D.leg_m == pytest.approx(LEG_M, abs=1e-4)
    lying = preset("paper", patches={"canonical": False, "leg_m": 0.0, "keep_placed": False})
    assert from_dict(to_dict(lying)).patches == PatchRecipe(), "a model may read motions where they lie"
