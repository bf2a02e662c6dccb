"""What each joint of a recognised human rig is, in terms that any other such rig shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.motion.skeleton import LEFT_ARM, RIGHT_ARM, TORSO
from motionpatches.core.retarget.from_positions import HINGES, Hinge, hinges, pose_at_rest
from motionpatches.core.retarget.rig import Rig


@dataclass(frozen=True, eq=False)
class Body:
    """A rig whose body parts are known, with the turn of each joint from a T-pose to the rest pose, `rest_turns` (J, 3, 3).

    `limbs`: thighs and shins, upper arms and forearms, by body part.
    """

    rig: Rig
    rest_turns: np.ndarray
    limbs: dict[int, Hinge]

    @property
    def hips(self) -> int:
        """Return where the torso begins."""
        return self.rig.skeleton.chains[TORSO][0]

    @cached_property
    def stretches(self) -> dict[str, tuple[int, ...]]:
        """Return joints by stretch: the spine with the hips, neck with head, and of each limb what carries it, its upper and its
        lower long bone, the end, and the tip, such as '0 upper' for the right thigh. A stretch may be empty."""
        chains = self.rig.skeleton.chains
        torso, chest = chains[TORSO], chains[RIGHT_ARM][0]
        at = torso.index(chest) if chest in torso else len(torso) - 1
        found = {"spine": torso[: at + 1], "neck": torso[at + 1 :]}
        for part, limb in self.limbs.items():
            chain = chains[part]
            start = chain.index(limb.upper[0]) if limb.upper[0] in chain else 1
            found[f"{part} carrier"] = tuple(j for j in chain[1:start] if j not in torso)
            found[f"{part} upper"], found[f"{part} lower"] = limb.upper, limb.lower
            end = chain[chain.index(limb.end) :]
            found[f"{part} end"], found[f"{part} tip"] = end[:1], end[1:]
        return found

    @cached_property
    def leg_m(self) -> float:
        """Return the length of thigh and shin, the mean of both."""
        places = self.rig.places
        long = [
            np.linalg.norm(places[leg.lower[0]] - places[leg.upper[0]]) + np.linalg.norm(places[leg.end] - places[leg.lower[0]])
            for part, leg in self.limbs.items()
            if part not in (RIGHT_ARM, LEFT_ARM)
        ]
        return float(np.mean(long))

    def ankle_m(self, part: int) -> float:
        """Return the height of an ankle over the lowest joint of its foot at rest."""
        chain, limb = self.rig.skeleton.chains[part], self.limbs[part]
        feet = [limb.end, *chain[chain.index(limb.end) + 1 :]]
        return float(self.rig.places[limb.end, 1] - self.rig.places[feet, 1].min())


def body_of(rig: Rig) -> Body:
    """Find the roles of a rig's joints. Raises StudioError for a rig without two legs, two arms and a torso."""
    limbs = {hinge.part: hinge for hinge in hinges(rig.skeleton, rig.places[None])}
    if len(limbs) < len(HINGES):
        raise StudioError(
            "The rig has no two legs and two arms of two long bones each, so that no motion goes onto it or from it. "
            "Name its body parts in Check Import."
        )
    return Body(rig, pose_at_rest(rig), limbs)


def along(one: Body, others: Sequence[int], two: Body, joints: Sequence[int]) -> list[tuple[int, int, float]]:
    """For each joint of a stretch the two joints of another rig's between which it is, and its share of the way to the second.

    Places are shares of the way from the first joint to the last, which correspond to each other.
    """
    theirs, own = _shares(one.rig, others), _shares(two.rig, joints)
    found = []
    for share in own:
        high = int(np.searchsorted(theirs, share - 1e-9))
        low = max(high - 1, 0)
        gap = theirs[high] - theirs[low]
        found.append((others[low], others[high], float((share - theirs[low]) / gap) if gap > 0 else 1.0))
    return found


def _shares(rig: Rig, joints: Sequence[int]) -> np.ndarray:
    """Share of the way along a stretch at which each joint is at rest; 1 for one alone."""
    steps = np.linalg.norm(np.diff(rig.places[list(joints)], axis=0), axis=1)
    if not len(steps) or steps.sum() <= 0:
        return np.ones(len(joints))
    ways = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    ways[-1] = 1.0
    return ways
