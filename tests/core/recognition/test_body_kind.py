"""Animals, hands, faces and furniture are no people; people on all fours, on their hands or of odd build are."""

import numpy as np
import pytest

from motionpatches.core.demo.library import ACTIONS, Choice, make_clip
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from tests.core.recognition.test_parts_by_geometry import nameless, turn
from tests.skeletons import BODIES, build

# Hind: femur, shank, cannon, paw; fore: scapula, humerus, radius, hand; trunk, neck, tail in metres, of the species.
BEASTS = {
    "dog": ((0.20, 0.21, 0.12, 0.05), (0.13, 0.17, 0.20, 0.08), 0.55, 0.30, 0.40),
    "cat": ((0.10, 0.11, 0.06, 0.03), (0.06, 0.10, 0.10, 0.03), 0.30, 0.12, 0.30),
    "horse": ((0.40, 0.38, 0.35, 0.15), (0.40, 0.31, 0.38, 0.30), 1.25, 0.90, 0.50),
    "elephant": ((0.95, 0.62, 0.20, 0.10), (0.60, 0.85, 0.75, 0.20), 1.90, 0.50, 0.80),
    "giraffe": ((0.50, 0.65, 0.70, 0.15), (0.70, 0.60, 0.85, 0.75), 1.20, 1.90, 0.80),
    "mouse": ((0.016, 0.018, 0.009, 0.006), (0.01, 0.012, 0.012, 0.006), 0.06, 0.02, 0.08),
    "tailless": ((0.20, 0.21, 0.12, 0.05), (0.13, 0.17, 0.20, 0.08), 0.55, 0.30, 0.0),
}
HUMAN_NAMES = (
    "Pelvis",
    "Spine",
    "Chest",
    "Neck",
    "Head",
    ("Thigh", "Calf", "HorseLink", "Foot"),
    ("Clavicle", "UpperArm", "Forearm", "Hand"),
)


def beast(hind, fore, trunk, neck, tail, named: bool) -> tuple[Skeleton, np.ndarray]:
    """It stands on four feet, head towards +Z, and trots."""
    pelvis, spine, chest, throat, head, leg_names, arm_names = HUMAN_NAMES
    rows = [
        (pelvis, -1, (0, 0, 0)),
        (spine, 0, (0, 0, trunk / 2)),
        (chest, 1, (0, 0, trunk / 2)),
        (throat, 2, (0, neck / 2, neck / 2)),
        (head, 3, (0, neck / 2, neck / 2)),
    ]
    if tail:
        rows += [("Tail1", 0, (0, 0, -tail / 2)), ("Tail2", 5, (0, -tail / 4, -tail / 2))]
    limbs = ((hind, leg_names, 0, 0.25, (0.4, -0.6, 0.2, 1)), (fore, arm_names, 2, 0.3, (0.3, -0.5, 0.1, 0.3)))
    for lengths, names, parent, wide, lean in limbs:
        for side, sign in (("L", 1), ("R", -1)):
            above = parent
            for k, (length, name) in enumerate(zip((wide * lengths[0], *lengths[:3]), names, strict=True)):
                down = np.array([0, -1, lean[k]]) / np.hypot(1, lean[k]) * length if k else np.array([sign * length, 0, 0])
                rows.append((f"{name} {side}", above, tuple(down)))
                above = len(rows) - 1
    parents = tuple(row[1] for row in rows)
    frames = 40
    places = np.zeros((frames, len(rows), 3))
    for j, (name, parent, offset) in enumerate(rows):
        swing = 0.3 * np.sin(np.arange(frames) * 0.4 + (name.endswith("L")) * np.pi) * (" " in name)
        c, s = np.cos(swing), np.sin(swing)
        x, y, z = offset
        moved = np.stack([np.full(frames, x), c * y - s * z, s * y + c * z], 1)
        places[:, j] = moved + (places[:, parent] if parent >= 0 else np.stack([0 * c, 0 * c, np.arange(frames) * 0.03], 1))
    names = tuple(row[0] for row in rows) if named else tuple(f"n{j:02d}" for j in range(len(rows)))
    return Skeleton(names, parents), places


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("species", BEASTS)
def test_beasts_with_and_without_names_of_a_person(species, named):
    skeleton, places = beast(*BEASTS[species], named)
    rng = np.random.default_rng(0)
    for positions in (places, places @ turn(rng), places + rng.normal(0, 0.01 * BEASTS[species][2], places.shape)):
        finding = find_body_parts(skeleton, positions)
        if species == "giraffe" and not named:
            # Fore limbs so much longer than hind limbs could be a person's legs and arms; that is not sure.
            assert finding.confidence < 0.7
        else:
            assert not finding.human and finding.chains == () and "animal" in finding.reason


LOW = [a for a in ACTIONS if any(word in a.name for word in ("crawl", "lie", "hand", "push", "bow", "sit"))]


@pytest.mark.parametrize("action", LOW, ids=lambda a: a.name)
def test_people_on_all_fours_and_on_their_hands(action):
    positions = make_clip([Choice(action, action.sides[0], 1)], np.random.default_rng(0)).motion.positions.astype(float)
    skeleton, moved, _ = nameless(SMPL22, positions, np.random.default_rng(1))
    assert find_body_parts(skeleton, moved).human
    assert find_body_parts(Skeleton(tuple(n.title() for n in SMPL22.joint_names), SMPL22.parents), positions).human


@pytest.mark.parametrize("build_of", [(1.0, 0.7, 1.0), (0.75, 0.8, 1.0), (0.7, 1.0, 1.0), (1.2, 1.1, 1.0), (1.0, 1.0, 1.6)])
def test_figures_of_odd_build_are_people(build_of):
    """Short or long legs and arms, a large head, standing."""
    legs, arms, head = build_of
    names, parents, places = build(BODIES["LAFAN1"])
    kinds = {**dict.fromkeys(("UpLeg", "Leg", "Foot", "Toe"), legs), **dict.fromkeys(("ForeArm", "Hand"), arms), "Head": head}
    new = places.copy()
    for j, parent in enumerate(parents):
        if parent >= 0:
            factor = next((kinds[k] for k in kinds if names[j].endswith(k)), 1.0)
            new[j] = new[parent] + (places[j] - places[parent]) * factor
    for joint_names in (tuple(names), tuple(f"b{j}" for j in range(len(names)))):
        assert find_body_parts(Skeleton(joint_names, tuple(parents)), new[None].repeat(4, 0)).human


def tree(limbs: dict[str, list[tuple[str, float, float, float]]]) -> tuple[Skeleton, np.ndarray]:
    """Chains of (name, x, y, z) that each hang on a joint named before."""
    names, parents, places = ["base"], [-1], [np.zeros(3)]
    for start, chain in limbs.items():
        above = names.index(start.split("#")[0])
        for name, *offset in chain:
            names.append(name)
            parents.append(above)
            places.append(places[above] + offset)
            above = len(names) - 1
    rng = np.random.default_rng(0)
    return Skeleton(tuple(names), tuple(parents)), np.stack(places)[None] + np.cumsum(rng.normal(0, 0.01, (20, 1, 3)), 0)


HAND = {
    f"base#{k}": [(f"{f}{i}", (k - 2) * 0.02 * (i == 1), 0.09 if i == 1 else 0.035, 0.005 * i) for i in (1, 2, 3, 4)]
    for k, f in enumerate(("thumb", "index", "middle", "ring", "pinky"))
}
CHAIR = {
    f"base#{k}": [(f"leg{k}", x, 0, z), (f"end{k}", 0, -0.45, 0)] for k, (x, z) in enumerate([(-1, -1), (-1, 1), (1, -1), (1, 1)])
}
FACE = {f"base#{k}": [(f"face{k}", np.sin(k) * 0.05, np.cos(k) * 0.07, 0.08)] for k in range(40)}
ROPE = {"base": [(f"rope{k}", 0, 0.1, 0.0) for k in range(40)]}
SPIDER = {f"base#{k}": [(f"leg{k}{i}", np.cos(k) * 0.1, 0.05 - 0.04 * i, np.sin(k) * 0.1) for i in range(4)] for k in range(8)}


@pytest.mark.parametrize("limbs", [HAND, CHAIR, FACE, ROPE, SPIDER], ids=["hand", "chair", "face", "rope", "spider"])
@pytest.mark.parametrize("plain", [False, True])
def test_things_that_are_no_bodies(limbs, plain):
    skeleton, positions = tree(limbs)
    if plain:
        skeleton = Skeleton(tuple(f"n{j}" for j in range(skeleton.joint_count)), skeleton.parents)
    finding = find_body_parts(skeleton, positions)
    assert not finding.human and finding.chains == () and finding.reason


def test_the_dog_of_the_cases(cases):
    for path in sorted((cases / "40-animals").glob("*.bvh")):
        take = read_bvh(path)[0]
        finding = find_body_parts(take.skeleton, take.positions)
        assert not finding.human and finding.chains == () and "animal" in finding.reason


def test_crawling_and_lying_takes(shared, cases):
    files = [f for f in (shared / "capture" / "accad").glob("*.bvh") if any(w in f.name for w in ("crawl", "lie", "crouch"))]
    for path in sorted(files)[::3] + sorted((cases / "12-lying-take").glob("*.bvh")):
        take = read_bvh(path)[0]
        plain, moved, _ = nameless(take.skeleton, take.positions, np.random.default_rng(0))
        assert find_body_parts(take.skeleton, take.positions).human and find_body_parts(plain, moved).human, path.name
