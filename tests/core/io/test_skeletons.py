"""The skeletons of common sources: unit, up axis and five chains from small BVH files with their names and trees."""

import numpy as np
import pytest

from motionpatches.core.io.load import load_motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from tests.skeletons import BODIES, build, expected_chains, write_bvh


@pytest.mark.parametrize("name", BODIES)
def test_chains_unit_and_up(name, tmp_path):
    body = BODIES[name]
    write_bvh(tmp_path / "a.bvh", body)
    motion = load_motion(tmp_path / "a.bvh")
    names = motion.skeleton.joint_names
    assert [tuple(names[j] for j in chain) for chain in motion.skeleton.chains] == [*expected_chains(body)]
    notes = {a.what: a for a in motion.assumptions}
    assert notes["unit"].value == "centimetres" and notes["up axis"].value == "Y" and notes["body parts"].confidence >= 0.9


@pytest.mark.parametrize("name", BODIES)
def test_scrambled_names(name, tmp_path):
    """Names that say nothing, joints in another order: the ends of the chains are still right, and the finding less sure."""
    body = BODIES[name]
    names, parents, places = build(body)
    rng = np.random.default_rng(5)
    order = rng.permutation(len(names))
    place = np.argsort(order)
    skeleton = Skeleton(
        tuple(f"b{i}" for i in range(len(names))), tuple(-1 if parents[j] < 0 else int(place[parents[j]]) for j in order)
    )
    moving = places[order][None] + rng.normal(0, 0.002, (20, len(names), 3))
    finding = find_body_parts(skeleton, moving)
    found = [[names[order[j]] for j in chain] for chain in finding.chains]
    for got, wanted in zip(found, expected_chains(body), strict=True):
        main = [j for j in got if j in wanted]
        assert main[:1] == [wanted[0]] or wanted[1] in main, (got, wanted)
        assert len(set(main) & set(wanted)) >= len(wanted) - 1, (got, wanted)
    assert 0 < finding.confidence < 0.97
