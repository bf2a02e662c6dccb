"""Whether five chains are a person's: proportions first, then how the trunk lies over the legs, then names of animals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.recognition.joint_names import words_of
from motionpatches.core.recognition.limb_search import Pair
from motionpatches.core.recognition.naming_schemes import words
from motionpatches.core.recognition.sides import unit

ANIMAL_WORDS = words("""
    tail paw paws hoof hooves hock fetlock pastern cannon horselink hind hindleg hindlimb hindfoot rear rearleg foreleg forelimb
    forefoot frontleg frontfoot claw claws talon beak snout muzzle mane udder dewclaw wing wings""")
# Above this, arms are too short to walk on.
FOUR_FEET_LEG_TO_ARM = 1.5
# People, also children and figures of stout build, stay inside these.
LEG_TO_ARM, TRUNK_TO_LEG = (1.05, 2.5), (0.25, 1.3)


@dataclass(frozen=True)
class Shape:
    """Two pairs of limbs as (T, J, 3) shows them: lengths relative to hip to ankle; `upright` -1 where the legs continue the
    trunk (standing), 0 where they stand across it (on all fours, sitting)."""

    leg_to_arm: float
    trunk_to_leg: float
    upright: float


def shape_of(sample: np.ndarray, legs: Pair, arms: Pair) -> Shape:
    hips = sample[:, [legs.first.joints[0], legs.second.joints[0]]]
    ankles = sample[:, [legs.first.joints[2], legs.second.joints[2]]]
    shoulders = sample[:, [arms.first.joints[0], arms.second.joints[0]]].mean(1)
    trunk = shoulders - hips.mean(1)
    cosine = (unit(trunk)[:, None] * unit(ankles - hips)).sum(-1)
    length = float(np.median(np.linalg.norm(trunk, axis=1)))
    return Shape(legs.length / arms.length, length / legs.length, float(np.median(cosine)))


def no_person(shape: Shape, names: Sequence[str], named: bool) -> str:
    """Why these chains are no person's; '' where they may be. `named`: the joints' names are those of a person's limbs.

    Somebody who crawls, lies or stands on the hands keeps a person's proportions: legs much longer than arms, a trunk much
    shorter than legs.
    """
    told = sorted({word for name in names for word in words_of(name)} & ANIMAL_WORDS)
    four_feet = 4 * (shape.trunk_to_leg - 0.8) + 8 * (1.3 - shape.leg_to_arm)
    four_feet += float(np.clip(4 * (shape.upright + 0.5), -2.5, 1.5)) + min(0.8 * len(told), 2.0)
    if shape.leg_to_arm < FOUR_FEET_LEG_TO_ARM and four_feet > (1.5 if named else 0.0):
        which = f", joints named {', '.join(told[:3])}" if told else ""
        return (
            f"an animal on four feet: fore limbs 1:{shape.leg_to_arm:.1f} of the hind limbs, a trunk of "
            f"{shape.trunk_to_leg:.1f} of their length across them{which}"
        )
    if not named and not LEG_TO_ARM[0] < shape.leg_to_arm < LEG_TO_ARM[1]:
        return f"limbs of a length of 1:{shape.leg_to_arm:.1f} are no person's arms and legs"
    if not named and not TRUNK_TO_LEG[0] < shape.trunk_to_leg < TRUNK_TO_LEG[1]:
        return f"a trunk of {shape.trunk_to_leg:.1f} of the legs' length is no person's"
    return ""
