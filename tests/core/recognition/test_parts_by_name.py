"""Chains by name: whole rigs with their helpers, rigs with a part missing, hierarchies that exporters break."""

import time

import numpy as np
import pytest

from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from motionpatches.core.recognition.parts_by_name import parts_by_name
from tests.patience import PATIENCE
from tests.skeletons import BODIES, build, expected_chains

PLACES = {  # left side and middle, metres, Y up, facing +Z
    "floor": (0, 0, 0),
    "hips": (0, 0.95, 0),
    "spine": (0, 1.05, 0),
    "chest": (0, 1.2, 0),
    "neck": (0, 1.45, 0),
    "head": (0, 1.55, 0.02),
    "top": (0, 1.75, 0.02),
    "thigh": (0.1, 0.9, 0),
    "midthigh": (0.1, 0.7, 0.01),
    "knee": (0.1, 0.49, 0.02),
    "midshin": (0.1, 0.3, 0),
    "ankle": (0.1, 0.08, -0.02),
    "toe": (0.1, 0.02, 0.12),
    "toetip": (0.1, 0.02, 0.19),
    "collar": (0.05, 1.38, 0),
    "shoulder": (0.18, 1.4, 0),
    "midarm": (0.31, 1.4, 0),
    "elbow": (0.45, 1.4, 0),
    "midfore": (0.58, 1.4, 0),
    "wrist": (0.7, 1.4, 0),
    "finger": (0.8, 1.4, 0),
}


def rig(text: str) -> tuple[Skeleton, np.ndarray]:
    """'name < parent @ place' lines; where a name holds '#', once with L and once with R at the mirrored place."""
    rows = []
    for line in text.strip().splitlines():
        name, rest = line.split(" < ")
        parent, place = rest.split(" @ ")
        point = np.array(PLACES[place.strip()], float)
        rows += (
            [
                tuple(word.strip().replace("#", side) for word in (name, parent)) + (point * [sign, 1, 1],)
                for side, sign in (("L", 1), ("R", -1))
            ]
            if "#" in name
            else [(name.strip(), parent.strip(), point)]
        )
    names = [row[0] for row in rows]
    parents = tuple(names.index(parent) if parent != "-" else -1 for _, parent, _ in rows)
    rng = np.random.default_rng(0)
    places = np.stack([row[2] for row in rows])
    moving = places + np.cumsum(rng.normal(0, 0.01, (12, 1, 3)), 0)
    return Skeleton(tuple(names), parents), moving


def chains_of(text: str) -> list[list[str]]:
    skeleton, sample = rig(text)
    return [[skeleton.joint_names[j] for j in chain] for chain in parts_by_name(skeleton, sample).chains]


def sided(names: str) -> list[list[str]]:
    return [names.replace("#", side).split(" ") for side in ("R", "L")]


DAZ = """
    Genesis < - @ floor
    hip < Genesis @ hips
    pelvis < hip @ hips
    abdomenLower < hip @ spine
    chestLower < abdomenLower @ chest
    neckLower < chestLower @ neck
    head < neckLower @ head
    upperTeeth < head @ head
    lEye < head @ top
    #ThighBend < pelvis @ thigh
    #ThighTwist < #ThighBend @ midthigh
    #Shin < #ThighTwist @ knee
    #Foot < #Shin @ ankle
    #Toe < #Foot @ toe
    #BigToe < #Toe @ toetip
    #Collar < chestLower @ collar
    #ShldrBend < #Collar @ shoulder
    #ShldrTwist < #ShldrBend @ midarm
    #ForearmBend < #ShldrTwist @ elbow
    #ForearmTwist < #ForearmBend @ midfore
    #Hand < #ForearmTwist @ wrist
    #Carpal1 < #Hand @ finger
"""
RIGIFY = """
    root < - @ floor
    MCH-torso < root @ hips
    ORG-spine < MCH-torso @ hips
    DEF-spine < ORG-spine @ hips
    DEF-spine.001 < DEF-spine @ spine
    DEF-spine.003 < DEF-spine.001 @ chest
    DEF-spine.004 < DEF-spine.003 @ neck
    DEF-spine.006 < DEF-spine.004 @ head
    ORG-thigh.# < ORG-spine @ thigh
    DEF-thigh.# < ORG-thigh.# @ thigh
    DEF-thigh.#.001 < DEF-thigh.# @ midthigh
    DEF-shin.# < DEF-thigh.#.001 @ knee
    DEF-shin.#.001 < DEF-shin.# @ midshin
    DEF-foot.# < DEF-shin.#.001 @ ankle
    DEF-toe.# < DEF-foot.# @ toe
    foot_ik.# < root @ ankle
    ORG-shoulder.# < root @ collar
    DEF-shoulder.# < ORG-shoulder.# @ collar
    DEF-upper_arm.# < DEF-shoulder.# @ shoulder
    DEF-upper_arm.#.001 < DEF-upper_arm.# @ midarm
    DEF-forearm.# < DEF-upper_arm.#.001 @ elbow
    DEF-hand.# < DEF-forearm.# @ wrist
    DEF-f_index.01.# < DEF-hand.# @ finger
"""
MMD = """
    全ての親 < - @ floor
    センター < 全ての親 @ floor
    グルーブ < センター @ floor
    腰 < グルーブ @ hips
    下半身 < 腰 @ hips
    上半身 < 腰 @ spine
    上半身2 < 上半身 @ chest
    首 < 上半身2 @ neck
    頭 < 首 @ head
    両目 < 頭 @ top
    _#_足 < 下半身 @ thigh
    _#_ひざ < _#_足 @ knee
    _#_足首 < _#_ひざ @ ankle
    _#_つま先 < _#_足首 @ toe
    _#_足D < 下半身 @ thigh
    _#_足ＩＫ < 全ての親 @ ankle
    _#_肩P < 上半身2 @ collar
    _#_肩 < _#_肩P @ collar
    _#_腕 < _#_肩 @ shoulder
    _#_腕捩 < _#_腕 @ midarm
    _#_ひじ < _#_腕捩 @ elbow
    _#_手捩 < _#_ひじ @ midfore
    _#_手首 < _#_手捩 @ wrist
    _#_親指１ < _#_手首 @ finger
"""


def test_joints_inside_a_bone_are_left_out():
    leg, arm = sided("pelvis #ThighBend #Shin #Foot #Toe"), sided("chestLower #Collar #ShldrBend #ForearmBend #Hand")
    assert chains_of(DAZ) == [*leg, ["pelvis", "abdomenLower", "chestLower", "neckLower", "head"], *arm]


def test_deforming_joints_among_helpers_in_a_broken_hierarchy():
    """The arms hang on the floor's root through a helper: they start at the nearest joint of the spine."""
    right, left = sided("DEF-spine DEF-thigh.# DEF-shin.# DEF-foot.# DEF-toe.#")
    torso = ["DEF-spine", "DEF-spine.001", "DEF-spine.003", "DEF-spine.004", "DEF-spine.006"]
    found = chains_of(RIGIFY)
    assert found[:3] == [right, left, torso]
    assert [chain[1:] for chain in found[3:]] == sided("DEF-shoulder.# DEF-upper_arm.# DEF-forearm.# DEF-hand.#")
    assert {found[3][0], found[4][0]} <= {"DEF-spine.003", "DEF-spine.004"} and found[3][0] == found[4][0]


def test_mmd_with_centre_and_helpers():
    text = MMD.replace("_#_", "#_")
    skeleton, sample = rig(text)
    names = tuple(n.replace("L_", "左").replace("R_", "右") for n in skeleton.joint_names)
    chains = parts_by_name(Skeleton(names, skeleton.parents), sample).chains
    found = [[names[j] for j in chain] for chain in chains]
    assert found[1] == ["下半身", "左足", "左ひざ", "左足首", "左つま先"] and found[0][1] == "右足"
    assert found[2] == ["下半身", "上半身", "上半身2", "首", "頭"]
    assert found[4] == ["上半身2", "左肩", "左腕", "左ひじ", "左手首"]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("missing", ["head", "toes", "feet", "hands"])
def test_names_count_where_one_is_missing(name, missing):
    body = BODIES[name]
    names, parents, places = build(body)
    gone = {
        "head": {body.torso[-1]},
        "toes": {body.leg[-1], body.right(body.leg[-1])},
        "feet": {j for leg in body.leg[-2:] for j in (leg, body.right(leg))},
        "hands": {body.arm[-1], body.right(body.arm[-1])},
    }[missing]
    lost = {j for j in range(len(names)) if names[j] in gone}
    for j, parent in enumerate(parents):
        if parent in lost:
            lost.add(j)
    kept = [j for j in range(len(names)) if j not in lost]
    skeleton = Skeleton(tuple(names[j] for j in kept), tuple(kept.index(parents[j]) if parents[j] >= 0 else -1 for j in kept))
    finding = find_body_parts(skeleton, places[kept][None].repeat(5, 0))
    found = [tuple(skeleton.joint_names[j] for j in chain) for chain in finding.chains]
    assert found == [tuple(j for j in chain if j not in gone) for chain in expected_chains(body)]
    assert 0.9 <= finding.confidence < 1


@pytest.mark.parametrize("name", BODIES)
def test_axes_and_unit_do_not_matter(name):
    names, parents, places = build(BODIES[name])
    skeleton = Skeleton(tuple(names), tuple(parents))
    turned = (places @ np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0] * 1e3)[None]
    found = [tuple(names[j] for j in chain) for chain in parts_by_name(skeleton, turned).chains]
    assert found == [*expected_chains(BODIES[name])]


def test_no_chain_runs_from_one_person_to_another():
    names, parents, places = build(BODIES["LAFAN1"])
    count = len(names)
    twice = Skeleton((*names, *names), (*parents, *(p + count if p >= 0 else -1 for p in parents)))
    both = np.concatenate([places, places + [1, 0, 0]])[None]
    chains = parts_by_name(twice, both).chains
    assert len({joint // count for chain in chains for joint in chain}) == 1


@pytest.mark.parametrize("part", ["arm", "leg"])
def test_half_a_body_is_none(part):
    names, parents, places = build(BODIES["LAFAN1"])
    gone = set(getattr(BODIES["LAFAN1"], part)) | set(map(BODIES["LAFAN1"].right, getattr(BODIES["LAFAN1"], part)))
    kept = [j for j in range(len(names)) if names[j] not in gone]
    skeleton = Skeleton(tuple(names[j] for j in kept), tuple(kept.index(parents[j]) if parents[j] >= 0 else -1 for j in kept))
    found = parts_by_name(skeleton, places[kept][None])
    assert found.chains == () and part in found.missing


def test_two_thousand_named_joints_are_read_at_once():
    """A chain as deep as it is long, every joint named for a limb."""
    names = tuple(f"L foot {i}" if i % 2 else f"R hand {i}" for i in range(2000))
    start = time.perf_counter()
    for parents in (tuple(range(-1, 1999)), (-1, *[0] * 1999)):
        find_body_parts(Skeleton(names, parents), np.zeros((50, 2000, 3), np.float32))
    assert time.perf_counter() - start < PATIENCE * 2
