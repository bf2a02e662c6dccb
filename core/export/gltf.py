"""Motions as binary glTF 2.0 (.glb): a skeleton and one animation per motion, metres, Y up, as the format requires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.atomic import write_atomically
from motionpatches.core.export.choices import Prepared
from motionpatches.core.export.names import unique_names
from motionpatches.core.export.onto_character import onto_character
from motionpatches.core.io.containers.glb_file import glb_bytes
from motionpatches.core.motion.rotations import quaternions
from motionpatches.core.retarget.rig import PosedMotion, Rig
from motionpatches.core.version import VERSION

FLOAT = 5126
TYPES = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


def write_glb(prepared: Prepared, path: Path) -> None:
    """Write a skeleton, or the whole character whose rig is chosen. Raises FileProblem where it cannot be written."""
    write_atomically(path, glb_of([prepared]))


def glb_of(motions: Sequence[Prepared]) -> bytes:
    """Write motions as animations of one file: on the character whose rig is chosen, else on skeletons alone."""
    character = motions[0].character
    posed = [one.posed for one in motions]
    return glb(posed) if character is None else onto_character(posed, character)


def glb(motions: Sequence[PosedMotion]) -> bytes:
    """One animation per motion; motions of the same joints share a skeleton, in the rest pose of the first."""
    document = _Document()
    nodes: dict[tuple[tuple[str, ...], tuple[int, ...]], tuple[int, Rig]] = {}
    for number, posed in enumerate(motions, 1):
        skeleton = posed.rig.skeleton
        first, rig = nodes.setdefault((skeleton.joint_names, skeleton.parents), (len(document.nodes), posed.rig))
        if first == len(document.nodes):
            document.add_skeleton(posed)
        document.add_animation(replace(posed, rig=rig), first, posed.name or f"take {number}")
    return document.to_bytes()


class _Document:
    """A glTF document and its one buffer."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.skins: list[dict[str, Any]] = []
        self.animations: list[dict[str, Any]] = []
        self.roots: list[int] = []

    def add_skeleton(self, posed: PosedMotion) -> None:
        """Joints at rest as nodes, and a skin that names them as joints."""
        skeleton, rest, first = posed.rig.skeleton, posed.at_rest, len(self.nodes)
        for joint, name in enumerate(unique_names(skeleton, blanks=True)):
            node: dict[str, Any] = {
                "name": name,
                "translation": rest.translations[0, joint].tolist(),
                "rotation": quaternions(rest.rotations[:, joint])[0].tolist(),
            }
            if skeleton.children[joint]:
                node["children"] = [first + child for child in skeleton.children[joint]]
            self.nodes.append(node)
        root = first + skeleton.topological_order[0]
        self.roots.append(root)
        # Inverse of the world transform of each joint at rest, column by column.
        inverse = np.zeros((skeleton.joint_count, 4, 4))
        axes = posed.rig.axes.swapaxes(1, 2)
        inverse[:, :3, :3], inverse[:, 3, 3] = axes, 1
        inverse[:, :3, 3] = -np.einsum("jab,jb->ja", axes, posed.rig.places)
        joints = list(range(first, len(self.nodes)))
        matrices = self._accessor(inverse.swapaxes(1, 2).reshape(-1, 16))
        self.skins.append({"joints": joints, "skeleton": root, "inverseBindMatrices": matrices})

    def add_animation(self, posed: PosedMotion, first: int, name: str) -> None:
        """Rotations of all joints, and translations of those that move in the frame of their parent."""
        times = self._accessor((np.arange(posed.frame_count) / posed.fps)[:, None], bounds=True)
        samplers: list[dict[str, Any]] = []
        channels: list[dict[str, Any]] = []
        for joint in range(posed.rig.skeleton.joint_count):
            curves = {"rotation": quaternions(posed.rotations[:, joint])}
            if posed.moved[joint]:
                curves["translation"] = posed.translations[:, joint]
            for path, values in curves.items():
                channels.append({"sampler": len(samplers), "target": {"node": first + joint, "path": path}})
                samplers.append({"input": times, "output": self._accessor(values), "interpolation": "LINEAR"})
        # glTF has times of keys and no rate.
        extras = {"fps": float(posed.fps)}
        self.animations.append({"name": name, "samplers": samplers, "channels": channels, "extras": extras})

    def _accessor(self, rows: np.ndarray, bounds: bool = False) -> int:
        content = np.ascontiguousarray(rows, "<f4")
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": content.nbytes})
        entry: dict[str, Any] = {
            "bufferView": len(self.views) - 1,
            "componentType": FLOAT,
            "count": len(content),
            "type": TYPES[content.shape[1]],
        }
        if bounds:
            entry |= {"min": content.min(axis=0).tolist(), "max": content.max(axis=0).tolist()}
        self.data += content.tobytes()
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def to_bytes(self) -> bytes:
        values = {
            "asset": {"version": "2.0", "generator": f"Motion Patches Studio {VERSION}"},
            "scene": 0,
            "scenes": [{"nodes": self.roots}],
            "nodes": self.nodes,
            "skins": self.skins,
            "animations": self.animations,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.data)}],
        }
        return glb_bytes(values, bytes(self.data))
