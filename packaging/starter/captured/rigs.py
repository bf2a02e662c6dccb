"""Other skeletons and proportions for a captured body: fixed mixtures of its joints, weights (new joints, joints)."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.variation import random_rig
from motionpatches.core.motion.limbs import limb
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, SMPL22, TORSO, Skeleton

Rig = tuple[Skeleton, np.ndarray]
SIDES = (("left_", LEFT_ARM, LEFT_LEG), ("right_", RIGHT_ARM, RIGHT_LEG))
# Every nth frame is enough to measure bones.
SAMPLE = 8
# Kind of each part: leg, torso, arm.
KINDS = np.array([0, 0, 1, 2, 2])
_J = {name: i for i, name in enumerate(SMPL22.joint_names)}


def as_smpl22(motion: Motion) -> np.ndarray:
    """Return (22, J) weights of SMPL's joints: hips, knees, shoulders and so on by the long bones, the spine at even thirds."""
    positions, chains = motion.positions[::SAMPLE], motion.skeleton.chains
    weights = np.zeros((22, motion.skeleton.joint_count))

    def put(name: str, first: int, second: int, share: float = 1.0) -> None:
        weights[_J[name], first] += 1 - share
        weights[_J[name], second] += share

    torso = list(chains[TORSO])
    chest = torso.index(chains[LEFT_ARM][0]) if chains[LEFT_ARM][0] in torso else max(len(torso) - 3, 1)
    put("pelvis", torso[0], torso[0])
    for number, (low, high, share) in enumerate(_thirds(positions, torso[: chest + 1]), start=1):
        put(f"spine{number}", low, high, share)
    above = torso[chest + 1 :]
    put("neck", torso[chest], above[0] if above else torso[chest], 1.0 if len(above) > 1 else 0.6)
    put("head", torso[-1], torso[-1])
    for side, arm_part, leg_part in SIDES:
        leg, arm = limb(positions, chains[leg_part]), limb(positions, chains[arm_part])
        for name, joint in (("hip", leg.start), ("knee", leg.middle), ("ankle", leg.end), ("foot", chains[leg_part][-1])):
            put(side + name, joint, joint)
        before = chains[arm_part][max(chains[arm_part].index(arm.start) - 1, 0)]
        put(side + "collar", before, arm.start, 0.45 if before == chains[arm_part][0] else 0.0)
        for name, joint in (("shoulder", arm.start), ("elbow", arm.middle), ("wrist", arm.end)):
            put(side + name, joint, joint)
    return weights


def _thirds(positions: np.ndarray, line: list[int]) -> list[tuple[int, int, float]]:
    """Joint before, joint after and share between them at one, two and three thirds of a line of joints' length."""
    if len(line) < 2:
        return [(line[0], line[0], 1.0)] * 3
    lengths = np.median(np.linalg.norm(np.diff(positions[:, line], axis=1), axis=2), axis=0)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    found = []
    for at in ends[-1] * np.array([1, 2, 3]) / 3:
        low = min(int(np.searchsorted(ends, at, side="right")) - 1, len(line) - 2)
        found.append((line[low], line[low + 1], float((at - ends[low]) / max(ends[low + 1] - ends[low], 1e-9))))
    return found


def other_rig(motion: Motion, rng: np.random.Generator) -> Rig:
    """Return a skeleton as another maker might have it (core.demo.variation), for this body."""
    skeleton, weights = random_rig(rng)
    return skeleton, weights @ as_smpl22(motion)


def thinned_rig(motion: Motion, rng: np.random.Generator) -> Rig:
    """Return the motion's own skeleton with joints missing: any of toes, hands, head end, collars and spine by chance, and all
    joints outside the chains. Hips, knees, ankles, shoulders, elbows, wrists and the ends of the torso stay."""
    skeleton = motion.skeleton
    chains = skeleton.chains
    needed = {chain[0] for chain in chains} | {chains[TORSO][-1]}
    for part in (RIGHT_LEG, LEFT_LEG, RIGHT_ARM, LEFT_ARM):
        long = limb(motion.positions[::SAMPLE], chains[part])
        needed |= {long.start, long.middle, long.end}
    # Both sides alike: chance is drawn for each kind of part and place in its chain.
    chance = rng.random((3, max(map(len, chains)))) - rng.random((3, 1))
    kept = tuple(
        tuple(j for place, j in enumerate(chain) if j in needed or chance[KINDS[part], place] > 0)
        for part, chain in enumerate(chains)
    )
    joints = sorted({joint for chain in kept for joint in chain})
    place = {joint: i for i, joint in enumerate(joints)}
    parents = tuple(next((place[a] for a in skeleton.ancestors(j)[1:] if a in place), -1) for j in joints)
    names = tuple(skeleton.joint_names[j] for j in joints)
    return Skeleton(names, parents, tuple(tuple(place[j] for j in chain) for chain in kept)), np.eye(skeleton.joint_count)[joints]


def proportions(skeleton: Skeleton, factors: np.ndarray, root_factor: float) -> np.ndarray:
    """Return (J, J) weights that make the bone to each joint `factors` (J,) times as long, its direction kept.

    The place of the root above the origin is multiplied by `root_factor`, so that longer legs also step farther.
    """
    weights = np.zeros((skeleton.joint_count, skeleton.joint_count))
    one = np.eye(skeleton.joint_count)
    for joint in skeleton.topological_order:
        parent = skeleton.parents[joint]
        weights[joint] = root_factor * one[joint] if parent < 0 else weights[parent] + factors[joint] * (one[joint] - one[parent])
    return weights


def random_proportions(motion: Motion, rng: np.random.Generator, spread: float = 0.08) -> np.ndarray:
    """Return weights for legs, torso and arms of other lengths, each bone a little more or less, both sides alike."""
    skeleton = motion.skeleton
    factors = np.exp(np.clip(rng.normal(0, spread, 3), -0.2, 0.2))[KINDS[skeleton.joint_parts]]
    single = np.exp(np.clip(rng.normal(0, spread / 2, (3, max(map(len, skeleton.chains)))), -0.1, 0.1))
    for part, chain in enumerate(skeleton.chains):
        for place, joint in enumerate(chain[1:], start=1):
            factors[joint] *= single[KINDS[part], place]
    leg = limb(motion.positions[::SAMPLE], skeleton.chains[RIGHT_LEG])
    return proportions(skeleton, factors, float(np.mean([factors[leg.middle], factors[leg.end]])))
