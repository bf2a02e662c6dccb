"""Generated motion must be believable: rigid bones, still feet, nothing below the floor, captions that are true."""

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.demo.__main__ import build
from motionpatches.core.demo.library import ACTIONS, Choice, generate, make_clip
from motionpatches.core.demo.paraphrases import PARAPHRASES
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run
from motionpatches.packaging.starter.measure.realism import rigidity, slides

# Every action on every side once, and some sequences.
CLIPS = list(generate(5, sum(len(a.sides) for a in ACTIONS) + 12))


def test_every_action_in_every_side_occurs():
    assert len(ACTIONS) >= 120
    seen = {(c.actions[0], c.sides[0]) for c in CLIPS}
    assert seen == {(a.name, s) for a in ACTIONS for s in a.sides}


def test_bones_keep_their_length_and_nothing_sinks_in():
    for clip in CLIPS:
        p = clip.motion.positions
        assert np.isfinite(p).all()
        bones = np.linalg.norm(p[:, SMPL22.bones[:, 1]] - p[:, SMPL22.bones[:, 0]], axis=2)
        assert np.ptp(bones, axis=0).max() < 1e-4, clip.motion.name
        assert p[..., 1].min() > -0.01, clip.motion.name


def test_planted_feet_do_not_slide():
    """While the ball of a foot stays at floor height for four frames and more, it moves under 2 cm."""
    for name in ("walk forward", "run forward", "side step", "walk curve", "turn around", "squat", "bow"):
        action = next(a for a in ACTIONS if a.name == name)
        p = make_clip([Choice(action, action.sides[0], 1)], np.random.default_rng(2)).motion.positions
        for foot in (10, 11):
            low = np.flatnonzero(p[:, foot, 1] < 0.0205)
            for stance in np.split(low, np.flatnonzero(np.diff(low) > 1) + 1):
                if len(stance) >= 4:
                    inner = p[stance[1:-1], foot][:, [0, 2]]
                    assert np.ptp(inner, axis=0).max() < 0.02, name


def test_feet_step_over_where_one_action_follows_another():
    for first, second in (("wash hands", "hook"), ("balance", "duck"), ("aim rifle", "windmill"), ("walk forward", "squat")):
        actions = [next(a for a in ACTIONS if a.name == name) for name in (first, second)]
        choices = [Choice(a, a.sides[0], 1) for a in actions]
        p = make_clip(choices, np.random.default_rng(2)).motion.positions.astype(float)
        assert max(slides(p)) < 0.02, (first, second)
        assert rigidity(p) < 1e-4


@pytest.mark.parametrize("name", ["wave", "raise hand", "throw", "drink", "knock", "salute"])
def test_the_hand_that_the_caption_names_is_the_hand_that_moves(name):
    action = next(a for a in ACTIONS if a.name == name)
    for side, own, other in (("left", 20, 21), ("right", 21, 20)):
        clip = make_clip([Choice(action, side, 1)], np.random.default_rng(4))
        assert all(side in caption for caption in clip.captions)
        p = clip.motion.positions - clip.motion.positions[:, 9:10]
        travel = [np.linalg.norm(np.diff(p[:, j], axis=0), axis=1).sum() for j in (own, other)]
        assert travel[0] > 1.5 * travel[1]


MIRRORED = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20]


def how_it_moves(p):
    """(44, 3) how much each joint moves against the pelvis, and where it is in the first half against its start."""
    return np.concatenate([(p - p[:, :1]).std(axis=0), (p - p[0])[: len(p) // 2].mean(axis=0)])


@pytest.mark.parametrize("name", [a.name for a in ACTIONS if "left" in a.sides])
def test_left_is_the_mirror_image_of_right(name):
    """No caption says left where the motion says right: the left variant moves more like the right one when it is mirrored."""
    action = next(a for a in ACTIONS if a.name == name)
    apart = np.zeros(2)
    for seed in range(6):
        left, right = (
            make_clip([Choice(action, side, action.counts[0])], np.random.default_rng(seed)).motion.positions
            for side in ("left", "right")
        )
        mirrored = left[:, MIRRORED] * [-1, 1, 1]
        apart += [np.linalg.norm(how_it_moves(one) - how_it_moves(right), axis=1).sum() for one in (mirrored, left)]
    assert apart[0] < 0.93 * apart[1]


def test_three_different_captions():
    for clip in CLIPS:
        assert len(set(clip.captions)) == 3
        assert all("{" not in c and "  " not in c and c.endswith(".") for c in clip.captions)


def test_walking_goes_where_the_caption_says():
    def end(name, side=""):
        action = next(a for a in ACTIONS if a.name == name)
        return make_clip([Choice(action, side, 1)], np.random.default_rng(1)).motion.positions[-1, 0]

    assert end("walk forward")[2] > 1 and end("walk backward")[2] < -1
    assert end("side step", "left")[0] > 0.5 and end("side step", "right")[0] < -0.5
    assert end("walk curve", "left")[0] > 0.3


def test_the_library_rebuilds_bit_for_bit(tmp_path):
    for name in ("a", "b"):
        build(tmp_path / f"{name}.npz", 20, 3, "x")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_clip_that_is_shown_at_first_can_be_chosen(tmp_path):
    build(tmp_path / "as made.npz", 20, 3, "x")
    names = [name.split(" ", 1)[1] for name in ids(tmp_path / "as made.npz")]
    build(tmp_path / "other.npz", 20, 3, "x", first=names[7])
    assert [name.split(" ", 1)[1] for name in ids(tmp_path / "other.npz")] == [names[7], *names[:7], *names[8:]]
    assert ids(paths.demo_library())[0] == "0000 roundhouse kick right"


def ids(library):
    return [clip.id for clip in run(open_library(library)).clips]


def test_each_paraphrase_is_of_one_action_that_has_the_sides_it_names():
    sided = {a.name: a.sides != ("",) for a in ACTIONS}
    assert set(PARAPHRASES) == set(sided)
    owners = {}
    for name, phrases in [(a.name, a.phrases) for a in ACTIONS] + list(PARAPHRASES.items()):
        for phrase in phrases:
            assert phrase and "{" not in phrase.format(side="left", other="right", times="twice")
            assert sided[name] or "{side}" not in phrase and "{other}" not in phrase, phrase
            assert owners.setdefault(phrase.rstrip("."), name) == name, phrase
