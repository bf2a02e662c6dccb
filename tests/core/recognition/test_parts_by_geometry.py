"""Skeletons whose joints have no names: the same chains as with them, in any axes, with noise, for every rig there is."""

import numpy as np
import pytest

from motionpatches.core.demo.library import ACTIONS, Choice, make_clip
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from motionpatches.core.recognition.parts_by_name import parts_by_name
from motionpatches.core.recognition.rigid_tree import rigid_tree
from tests.skeletons import BODIES, build


def nameless(skeleton: Skeleton, positions: np.ndarray, rng: np.random.Generator) -> tuple[Skeleton, np.ndarray, np.ndarray]:
    """The same tree with joints in another order under plain names; which joint each was."""
    order = rng.permutation(skeleton.joint_count)
    place = np.argsort(order)
    parents = tuple(-1 if skeleton.parents[j] < 0 else int(place[skeleton.parents[j]]) for j in order)
    return Skeleton(tuple(f"joint {i}" for i in range(len(order))), parents), positions[:, order], order


def turn(rng: np.random.Generator) -> np.ndarray:
    """A proper rotation."""
    q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return q * np.sign(np.linalg.det(q))


def same_places(positions: np.ndarray, one, other) -> bool:
    """Chains through the same places, whichever of several joints in one place each names."""
    return len(one) == len(other) and all(
        len(a) == len(b)
        and np.linalg.norm(positions[:, list(a)] - positions[:, list(b)], axis=2).max()
        < 2e-3 * np.ptp(positions[0], axis=0).max()
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("noise", [0.0, 0.015])
def test_every_action_of_the_demo(noise):
    """Lying, crawling, bowing and turning too; upside down or on a side."""
    rng = np.random.default_rng(0)
    sure = 0
    for n, action in enumerate(ACTIONS[::4]):
        positions = make_clip([Choice(action, action.sides[0], 1)], np.random.default_rng(n)).motion.positions.astype(float)
        skeleton, moved, order = nameless(SMPL22, positions + rng.normal(0, noise, positions.shape), rng)
        finding = find_body_parts(skeleton, moved @ turn(rng) * 100)
        found = tuple(tuple(int(order[j]) for j in chain) for chain in finding.chains)
        assert found == SMPL22.chains, action.name
        sure += finding.confidence >= (0.75 if noise else 0.9)
    assert sure >= 0.95 * len(ACTIONS[::4])


@pytest.mark.parametrize("name", BODIES)
def test_rigs_of_the_makers(name):
    names, parents, places = build(BODIES[name])
    skeleton = Skeleton(tuple(names), tuple(parents))
    rng = np.random.default_rng(5)
    plain, moved, order = nameless(skeleton, places + rng.normal(0, 0.002, (20, 1, 3)), rng)
    finding = find_body_parts(plain, moved @ turn(rng))
    named = parts_by_name(skeleton, places[None])
    for found, wanted in zip(finding.chains, named.chains, strict=True):
        assert len({int(order[j]) for j in found} & set(wanted)) >= len(wanted) - 1
    assert 0.5 < finding.confidence < 0.97


def test_a_mirrored_body_has_its_sides_exchanged(smpl_motion):
    """Where the body walks and its knees bend decides, not the order of the joints."""
    plain = Skeleton(tuple(f"j{i}" for i in range(22)), SMPL22.parents)
    right_leg, left_leg, torso, right_arm, left_arm = find_body_parts(plain, smpl_motion.positions * [-1, 1, 1]).chains
    assert (left_leg, right_leg, torso, left_arm, right_arm) == SMPL22.chains


def test_names_that_the_body_gainsays_are_kept_but_less_sure(smpl_motion):
    names = tuple(n.replace("left", "L").replace("right", "R") for n in SMPL22.joint_names)
    skeleton = Skeleton(names, SMPL22.parents)
    good = find_body_parts(skeleton, smpl_motion.positions)
    mirrored = find_body_parts(skeleton, smpl_motion.positions * [-1, 1, 1])
    assert good.chains == mirrored.chains == SMPL22.chains
    assert good.confidence > 0.9 and mirrored.confidence < 0.7 and "exchanged" in mirrored.reason


def test_a_shuffled_array_by_its_rigid_tree():
    """Bones found from the movement of nameless joints carry the right chains, or none; a guessed tree with noise is unsure."""
    rng = np.random.default_rng(2)
    found_all = 0
    for n, action in enumerate(ACTIONS[::8]):
        positions = make_clip([Choice(action, action.sides[0], 1)], np.random.default_rng(n)).motion.positions.astype(float)
        order = rng.permutation(22)
        finding = find_body_parts(rigid_tree(positions[:, order]), positions[:, order])
        for found, wanted in zip(finding.chains, SMPL22.chains, strict=False):
            assert len({int(order[j]) for j in found} & set(wanted[2:])) >= 2, action.name
        found_all += bool(finding.chains)
        noisy = positions[:, order] + rng.normal(0, 0.01, positions.shape)
        assert find_body_parts(rigid_tree(noisy), noisy).confidence < 0.9
    assert found_all >= 0.9 * len(ACTIONS[::8])


def test_a_body_that_says_nothing_of_ahead_is_unsure():
    """Straight limbs in one plane, no feet."""
    names, parents, places = build(BODIES["Kinect-25"])
    places[:, 2] = 0
    keep = [j for j, n in enumerate(names) if not n.startswith(("Foot", "Hand", "Thumb"))]
    kept_parents = tuple(keep.index(parents[j]) if parents[j] >= 0 else -1 for j in keep)
    skeleton = Skeleton(tuple(f"j{k}" for k in range(len(keep))), kept_parents)
    finding = find_body_parts(skeleton, places[keep][None].repeat(9, 0))
    assert finding.chains and finding.confidence < 0.7 and "guess" in finding.reason


def check_takes(files, every: int) -> None:
    """Of assumptions with a confidence of 90 %, 99 of 100 are right; and nearly all have it."""
    rng = np.random.default_rng(1)
    sure = right = count = 0
    for path in files:
        take = read_bvh(path)[0]
        skeleton, positions = take.skeleton, take.positions[::every].astype(float)
        named = parts_by_name(skeleton, positions[:60])
        plain, moved, order = nameless(skeleton, positions, rng)
        finding = find_body_parts(plain, moved)
        found = tuple(tuple(int(order[j]) for j in chain) for chain in finding.chains)
        count += 1
        sure += finding.confidence >= 0.9
        right += finding.confidence >= 0.9 and same_places(positions, found, named.chains)
    assert count and sure >= 0.95 * count and right >= 0.99 * sure, (count, sure, right)


def test_captured_takes(shared):
    files = sorted((shared / "capture").glob("*/*.bvh"))
    files = files[::25] + sorted((shared / "capture" / "cmu").glob("135_*.bvh")) + sorted((shared / "bvh").glob("*/*.bvh"))[::20]
    check_takes(files, 20)


def test_cases(cases):
    files = [f for f in sorted(cases.glob("*/*.bvh")) if f.parent.name[:2] in ("01", "04", "12", "15", "35", "36")]
    check_takes(files, 5)
