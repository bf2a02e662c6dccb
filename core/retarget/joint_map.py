"""Which joint has which role on each of two rigs: guessed from their body parts, and what a person set instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from motionpatches.core.errors import StudioError
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, Skeleton
from motionpatches.core.retarget.from_turns import pose_of
from motionpatches.core.retarget.retarget import retarget, sized
from motionpatches.core.retarget.rig import PosedMotion, Rig
from motionpatches.core.retarget.roles import body_of

# Role -> its name in the window. Roles of a limb begin with its name and lie from the torso outwards.
LIMBS = {RIGHT_LEG: "right leg", LEFT_LEG: "left leg", RIGHT_ARM: "right arm", LEFT_ARM: "left arm"}
LEG = ("thigh", "shin", "foot", "toes")
ARM = ("shoulder", "upper arm", "forearm", "hand", "fingers")
ROLES = ("hips", "chest", "neck", "head") + tuple(f"{side} {name}" for side in ("right", "left") for name in (*ARM, *LEG))
OPTIONAL = {"neck", "head"} | {role for role in ROLES if role.split()[-1] in ("shoulder", "fingers", "toes")}

# The joint of each role; None where a role has none.
Joints = Mapping[str, int | None]


@dataclass(frozen=True)
class JointMap:
    """What a person set for a pair of rigs: joints of roles, on the rig a motion is from and on the rig it goes onto."""

    source: Joints = field(default_factory=dict)
    target: Joints = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.source or self.target)


def guessed(rig: Rig) -> dict[str, int | None]:
    """Find the joint of each role; all are None on a rig whose body parts are not known."""
    found: dict[str, int | None] = dict.fromkeys(ROLES)
    try:
        body = body_of(rig)
    except StudioError:
        return found
    stretches = body.stretches
    found["hips"], found["chest"] = stretches["spine"][0], stretches["spine"][-1]
    neck = stretches["neck"]
    found["head"] = neck[-1] if neck else None
    found["neck"] = neck[0] if len(neck) > 1 else None
    for part, limb in LIMBS.items():
        side, leg = limb.split()[0], part in (RIGHT_LEG, LEFT_LEG)
        carrier, tip = stretches[f"{part} carrier"], stretches[f"{part} tip"]
        upper, lower, end, last = LEG if leg else ARM[1:]
        if not leg:
            found[f"{side} shoulder"] = carrier[0] if carrier else None
        found[f"{side} {upper}"], found[f"{side} {lower}"] = body.limbs[part].upper[0], body.limbs[part].lower[0]
        found[f"{side} {end}"], found[f"{side} {last}"] = body.limbs[part].end, tip[-1] if tip else None
    return found


def joints_of(rig: Rig, said: Joints) -> dict[str, int | None]:
    """The joint of each role: as it was set, else as it is guessed."""
    return guessed(rig) | {role: joint for role, joint in said.items() if role in ROLES}


def problem(skeleton: Skeleton, joints: Joints, which: str) -> str:
    """Why a rig cannot move with these joints, in a sentence; '' where it can. `which`: 'source' or 'target'."""
    return next(_problems(skeleton, joints, which), "")


def _problems(skeleton: Skeleton, joints: Joints, which: str) -> Iterator[str]:
    """Joints that are not there, roles without one, two roles with one, and chains in the wrong order, in this order."""
    there = {role: joint for role, joint in joints.items() if joint is not None}
    for role, joint in there.items():
        if not 0 <= joint < skeleton.joint_count:
            yield f"{_title(role)} of the {which} is joint {joint} of {skeleton.joint_count}. Choose another."
            return
    name = {role: f"{role} ({skeleton.joint_names[joint]!r})" for role, joint in there.items()}
    missing = [role for role in ROLES if role not in OPTIONAL | set(there)]
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"The {which} has no joint for {missing[0]}{more}. Choose {'them' if more else 'one'}."
        return
    for number, role in enumerate(there):
        for other in list(there)[:number]:
            # A rig may have one joint for hips and chest: its spine does not bend.
            if there[role] == there[other] and {role, other} != {"hips", "chest"}:
                yield f"{_title(name[other])} and {role} of the {which} are the same joint. Choose another for one of them."
    for above, below in _in_order(there):
        if there[above] not in skeleton.ancestors(there[below]):
            yield f"{_title(name[below])} of the {which} does not hang on its {name[above]}. Choose joints in this order."
    for trunk in ("hips", "chest"):
        for limb in _carried(there):
            if not skeleton.path(there[trunk], there[limb]):
                yield f"{_title(name[trunk])} and {name[limb]} of the {which} are in separate trees. Choose joints of one tree."
            if there[limb] in skeleton.ancestors(there[trunk]):
                yield f"{_title(name[trunk])} of the {which} hangs on the {name[limb]}. Choose a joint of the trunk."


def with_joints(skeleton: Skeleton, joints: Joints, which: str) -> Skeleton:
    """Return a skeleton whose body parts, knees and elbows are those of the roles.

    Raises:
        StudioError: Two roles have one joint, a needed one has none, or a chain is in the wrong order.
    """
    wrong = problem(skeleton, joints, which)
    if wrong:
        raise StudioError(wrong)
    there = {role: joint for role, joint in joints.items() if joint is not None}
    hips, chest = there["hips"], there["chest"]
    neck = [there[role] for role in ("neck", "head") if role in there]
    torso = (*skeleton.path(hips, chest), *(skeleton.path(neck[0], neck[-1]) if neck else ()))
    chains, limbs = {}, {}
    for part, limb in LIMBS.items():
        side, leg = limb.split()[0], part in (RIGHT_LEG, LEFT_LEG)
        upper, lower, end = (there[f"{side} {name}"] for name in (LEG[:3] if leg else ARM[1:4]))
        limbs[part] = (upper, lower, end)
        # What carries a thigh is between it and the hips; a shoulder may have no joint that carries it.
        down = hips in skeleton.ancestors(upper)
        first = (skeleton.path(hips, upper)[1] if down else upper) if leg else there.get(f"{side} shoulder", upper)
        last = there.get(f"{side} {LEG[-1] if leg else ARM[-1]}", end)
        ways = ((first, upper), (upper, lower), (lower, end), (end, last))
        own = [first, *(joint for start, stop in ways for joint in skeleton.path(start, stop)[1:])]
        chains[part] = (hips if leg else chest, *own)
    order = (chains[RIGHT_LEG], chains[LEFT_LEG], torso, chains[RIGHT_ARM], chains[LEFT_ARM])
    return replace(skeleton, chains=order, limbs=tuple(limbs[part] for part in LIMBS))


def _in_order(there: Mapping[str, int]) -> list[tuple[str, str]]:
    """Roles of which the first carries the second; roles without a joint are passed over."""
    limbs = [[f"{side} {name}" for name in names] for side in ("right", "left") for names in (LEG, ARM)]
    chains = [[role for role in chain if role in there] for chain in (["neck", "head"], *limbs)]
    return [pair for chain in chains for pair in zip(chain, chain[1:], strict=False)]


def _carried(there: Mapping[str, int]) -> list[str]:
    """Roles that trunk or hips cannot hang on."""
    first = ["neck", "head", *(f"{side} {name}" for side in ("right", "left") for name in ("thigh", "shoulder", "upper arm"))]
    return [role for role in first if role in there]


def _title(role: str) -> str:
    return role[:1].upper() + role[1:]


def onto(motion: Motion, posed: PosedMotion, target: Rig, said: JointMap, as_tall: bool, hands: bool = False) -> PosedMotion:
    """Put a motion onto another rig.

    Args:
        motion: What `posed` was found from.
        posed: As its own rig has it.
        target: The rig.
        said: Joints of roles that are not as they are guessed.
        as_tall: Make the rig as tall as the person.
        hands: Bring hands to where they were in space.

    Raises:
        StudioError: The joints cannot be those of a person, or have no legs and arms.
    """
    if said.source:
        skeleton = with_joints(posed.rig.skeleton, joints_of(posed.rig, said.source), "source")
        posed = pose_of(replace(motion, skeleton=skeleton))
    if said.target:
        target = replace(target, skeleton=with_joints(target.skeleton, joints_of(target, said.target), "target"))
    return retarget(posed, sized(target, posed) if as_tall else target, hands)
