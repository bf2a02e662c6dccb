"""A character of a glTF, GLB or VRM file: its skeleton at rest, whether or not the file holds an animation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionpatches.core.io.gltf.animation import Animation
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.io.gltf.gltf import TRUE, at_rest, human_bones, in_world, skeletons_in
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

SUFFIXES = (".glb", ".gltf", ".vrm")


@dataclass(frozen=True, eq=False)
class Character:
    """`nodes`: those of the joints in `document`. `axes` (J, 3, 3): their axes in the world at rest, with scale. `take`: the rest
    pose, two frames of it."""

    document: Document
    nodes: tuple[int, ...]
    axes: np.ndarray
    take: RawTake


def read_character(path: Path) -> Character:
    """Read the largest skeleton of a file. Raises FileProblem where it has none."""
    document = Document(path)
    human = human_bones(document)
    rigs, _ = skeletons_in(document, [], human)
    if not rigs:
        document.fail("it holds no skeleton: no skin names joints", advice="Export the character with its skin")
    rig = max(rigs, key=lambda one: len(one.nodes))
    locals_ = [at_rest(document, node) for node in range(len(document.parents))]
    times = np.zeros(2)
    with np.errstate(all="ignore"):
        places, axes = in_world(document, Animation("", {}, times), rig, times, locals_)
    if not np.isfinite(places).all() or not np.isfinite(axes).all():
        document.fail("a place of its rest pose is no finite number")
    names = tuple(human.get(node, document.names[node]) for node in rig.nodes)
    take = RawTake(
        places,
        30.0,
        Skeleton(names, rig.parents),
        Assumption("rate", "30 fps", "a rest pose has none", 1.0),
        rest=places[0],
        unit=Stated(1.0, "glTF is in metres", TRUE),
        up=Stated("Y", "glTF has Y up", TRUE),
    )
    return Character(document, rig.nodes, axes[0], take)
