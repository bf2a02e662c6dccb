"""The five chains of any skeleton: from names where they speak, else from shape and movement; nothing where it is no person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.skeleton import KNOWN_SKELETONS, Chains, Skeleton, known_name
from motionpatches.core.recognition.body_kind import no_person, shape_of
from motionpatches.core.recognition.joint_names import read_names
from motionpatches.core.recognition.limb_search import Pair, pair_of, way_along
from motionpatches.core.recognition.parts_by_geometry import parts_by_geometry
from motionpatches.core.recognition.parts_by_name import parts_by_name
from motionpatches.core.recognition.rigid_tree import bone_spread, sample_frames
from motionpatches.core.recognition.sides import ahead_features, body_of, first_is_left

__all__ = ["PartFinding", "find_body_parts", "parts_by_name"]

NAMES, NAMES_BUT_ENDS, SHAPE, LOOSE = 0.97, 0.92, 0.95, 0.8
RIGID = 0.004
FEWEST = 8
# Names whose sides the body's bending and walking gainsay this surely are mistrusted.
MIRRORED, MISTRUST = 0.995, 0.6


@dataclass(frozen=True)
class PartFinding:
    """Five chains (empty where none could be found), how sure (0 to 1) and why. `human`: false where the skeleton is seen to
    be no person, and where no five parts are found. `sides_sure`: that left and right are not exchanged."""

    chains: Chains
    confidence: float
    reason: str
    human: bool = True
    sides_sure: float = 1.0


def find_body_parts(skeleton: Skeleton, positions: np.ndarray) -> PartFinding:
    """Chains of a skeleton posed as in `positions` (T, J, 3), in any axes and unit.

    Known skeletons are recognised by joint names and parents. Otherwise names lead where they name both legs and both arms;
    else two pairs of limbs alike, told apart by length, feet, head, and the way knees bend, feet point and the body walks.
    """
    known = known_name(skeleton)
    if known:
        return PartFinding(KNOWN_SKELETONS[known].chains, 1.0, f"joint names and parents of {known}")
    if skeleton.joint_count < FEWEST or not len(positions):
        return _none(f"{skeleton.joint_count} joints are too few for five body parts")
    sample = sample_frames(positions)
    if not np.isfinite(sample).all():
        return _none("positions that are no numbers")
    named = parts_by_name(skeleton, sample)
    if named.chains:
        return _checked(skeleton, sample, named.chains, named.whole)
    shaped = parts_by_geometry(skeleton, sample, read_names(skeleton.joint_names))
    if shaped is None:
        return _none("no two legs, two arms and a trunk between them could be found")
    why_not = no_person(shape_of(sample, shaped.legs, shaped.arms), skeleton.joint_names, False)
    if why_not:
        return _none(why_not)
    # Bones that change their length: a body measured with noise, or a tree that was guessed.
    most = SHAPE if bone_spread(skeleton, sample) < RIGID else LOOSE
    sure = round(min(SHAPE * shaped.legs_sure * shaped.sides_sure, most), 3)
    unsure = "; left and right are a guess" if shaped.sides_sure < 0.8 else ""
    return PartFinding(shaped.chains, sure, f"limb lengths, joints and movement{unsure}", True, shaped.sides_sure)


def _checked(skeleton: Skeleton, sample: np.ndarray, chains: Chains, whole: bool) -> PartFinding:
    """Chains by name, unless the body is an animal's; less sure where it bends and walks the other way round."""
    legs, arms = (_pair(sample, chains, left, right) for left, right in ((1, 0), (4, 3)))
    sure, reason = (NAMES, "joint names") if whole else (NAMES_BUT_ENDS, "joint names; feet, hands or head are not named")
    if legs is None or arms is None or 0 in (legs.first.start, arms.first.start):
        # Too few joints are there to see hip, knee and ankle, shoulder, elbow and wrist.
        return PartFinding(chains, sure, reason)
    why_not = no_person(shape_of(sample, legs, arms), skeleton.joint_names, True)
    if why_not:
        return _none(why_not)
    left, sides_sure = first_is_left(ahead_features(sample, body_of(legs, arms, chains[1][-1], chains[0][-1], chains[2][-1])))
    if not left and sides_sure > MIRRORED:
        return PartFinding(
            chains, MISTRUST, f"{reason}, though knees and feet say that left and right are exchanged", True, 1 - sides_sure
        )
    return PartFinding(chains, sure, reason)


def _pair(sample: np.ndarray, chains: Chains, first: int, second: int) -> Pair | None:
    return pair_of(chains[first][0], way_along(sample, chains[first]), way_along(sample, chains[second]))


def _none(reason: str) -> PartFinding:
    return PartFinding((), 0.0, reason, human=False)
