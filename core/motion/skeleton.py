"""A skeleton: named joints, their parents, and the five chains that the patches are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

PART_NAMES = ("right leg", "left leg", "torso", "right arm", "left arm")
RIGHT_LEG, LEFT_LEG, TORSO, RIGHT_ARM, LEFT_ARM = range(5)

Chains = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Skeleton:
    """Joint names, the parent index of each joint (-1 for a root), and five chains of joint indices.

    Chains come in the column order of the patch image (PART_NAMES), each from the torso outwards. An empty
    `chains` means that no five body parts could be found: such a skeleton can be shown but not searched.
    `limbs`: where thigh, shin and foot, or upper arm, forearm and hand, begin, in legs and arms in the order of PART_NAMES;
    empty: found by the lengths of bones.
    """

    joint_names: tuple[str, ...]
    parents: tuple[int, ...]
    chains: Chains = ()
    limbs: tuple[tuple[int, int, int], ...] = ()

    def __post_init__(self) -> None:
        if len(self.joint_names) != len(self.parents):
            raise ValueError(f"{len(self.joint_names)} joint names but {len(self.parents)} parents")
        if self.chains and len(self.chains) != 5:
            raise ValueError(f"five chains are needed, not {len(self.chains)}")
        count = len(self.parents)
        if any(not -1 <= parent < count for parent in self.parents):
            raise ValueError("a joint's parent is no joint of the skeleton")
        if len(self.topological_order) != count:
            raise ValueError("parents go round in a circle")
        if any(not 0 <= joint < count for chain in self.chains for joint in chain):
            raise ValueError("a chain names a joint that is not there")

    @property
    def joint_count(self) -> int:
        """Return J, the number of joints."""
        return len(self.joint_names)

    @property
    def root(self) -> int:
        """Return the joint where the torso begins; joint 0 where the body parts are not known."""
        return self.chains[TORSO][0] if self.chains else 0

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Return the children of each joint."""
        lists: list[list[int]] = [[] for _ in self.parents]
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                lists[parent].append(joint)
        return tuple(tuple(c) for c in lists)

    @cached_property
    def bones(self) -> np.ndarray:
        """Return the bones (B, 2) as pairs of parent and child."""
        return np.array([(p, j) for j, p in enumerate(self.parents) if p >= 0], dtype=np.int64).reshape(-1, 2)

    @cached_property
    def joint_parts(self) -> np.ndarray:
        """Return the body part (J,) of each joint; for joints outside the chains that of the nearest ancestor."""
        # A limb's first joint may be one of the torso, and stays so; joints outside the chains inherit from their parent.
        parts = np.full(self.joint_count, -1, dtype=np.int64)
        for part in (TORSO, RIGHT_LEG, LEFT_LEG, RIGHT_ARM, LEFT_ARM):
            if self.chains:
                own = self.chains[part] if part == TORSO else self.chains[part][1:]
                for joint in own:
                    if parts[joint] < 0 or part != TORSO:
                        parts[joint] = part
        for joint in self.topological_order:
            if parts[joint] < 0:
                parent = self.parents[joint]
                parts[joint] = parts[parent] if parent >= 0 else TORSO
        return parts

    @cached_property
    def topological_order(self) -> tuple[int, ...]:
        """Return all joints, each after its parent."""
        order = [j for j, p in enumerate(self.parents) if p < 0]
        for joint in order:
            order.extend(self.children[joint])
        return tuple(order)

    def ancestors(self, joint: int) -> list[int]:
        """Return the joint itself, its parent, and so on up to its root."""
        path = []
        while joint >= 0:
            path.append(joint)
            joint = self.parents[joint]
        return path

    def path(self, start: int, end: int) -> list[int]:
        """Return the joints from `start` to `end` along the tree; empty where they are in different trees."""
        up, down = self.ancestors(start), self.ancestors(end)
        shared = next((j for j in up if j in set(down)), None)
        if shared is None:
            return []
        return up[: up.index(shared) + 1] + down[: down.index(shared)][::-1]


def _skeleton(names: str, parents: list[int], chains: list[list[int]]) -> Skeleton:
    return Skeleton(tuple(names.split()), tuple(parents), tuple(tuple(c) for c in chains))


# Chains of SMPL-22 and KIT-21: Yu et al., CVPR 2024.
SMPL22 = _skeleton(
    "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot "
    "neck left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist",
    [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19],
    [[0, 2, 5, 8, 11], [0, 1, 4, 7, 10], [0, 3, 6, 9, 12, 15], [9, 14, 17, 19, 21], [9, 13, 16, 18, 20]],
)
KIT21 = _skeleton(
    "root pelvis_spine torso neck head left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist "
    "right_hip right_knee right_ankle right_heel right_toe left_hip left_knee left_ankle left_heel left_toe",
    [-1, 0, 1, 2, 3, 3, 5, 6, 3, 8, 9, 0, 11, 12, 13, 14, 0, 16, 17, 18, 19],
    [[0, 11, 12, 13, 14, 15], [0, 16, 17, 18, 19, 20], [0, 1, 2, 3, 4], [3, 5, 6, 7], [3, 8, 9, 10]],
)
BANDAI21 = _skeleton(
    "Hips Spine Chest Neck Head Shoulder_L UpperArm_L LowerArm_L Hand_L Shoulder_R UpperArm_R LowerArm_R Hand_R "
    "UpperLeg_L LowerLeg_L Foot_L Toes_L UpperLeg_R LowerLeg_R Foot_R Toes_R",
    [-1, 0, 1, 2, 3, 2, 5, 6, 7, 2, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19],
    [[0, 17, 18, 19, 20], [0, 13, 14, 15, 16], [0, 1, 2, 3, 4], [2, 9, 10, 11, 12], [2, 5, 6, 7, 8]],
)
KNOWN_SKELETONS = {"SMPL-22": SMPL22, "KIT-ML 21": KIT21, "Bandai-Namco 21": BANDAI21}


def known_name(skeleton: Skeleton) -> str | None:
    """Return the name of a skeleton in KNOWN_SKELETONS, found by joint names and topology; None for any other."""
    for name, known in KNOWN_SKELETONS.items():
        if known.joint_names == skeleton.joint_names and known.parents == skeleton.parents:
            return name
    return None
