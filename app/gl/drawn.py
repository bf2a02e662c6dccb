"""What a renderer draws, and the colours of what is around it. No OpenGL here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from motionpatches.app.gl.figure.people import Body


@dataclass(frozen=True)
class Look:
    """Colours (0 to 1) of the surroundings: background and fog, floor, lines on the floor; strength of the light from behind."""

    background: tuple[float, float, float]
    floor: tuple[float, float, float]
    line: tuple[float, float, float]
    rim: float = 0.0


DARK = Look((0.105, 0.112, 0.128), (0.150, 0.158, 0.176), (0.30, 0.32, 0.36), 0.55)
LIGHT = Look((0.925, 0.935, 0.950), (0.865, 0.880, 0.900), (0.68, 0.70, 0.74))


@dataclass(frozen=True, eq=False)
class Skin:
    """A body's triangles: vertices (V, 3) float32 metres, faces (F, 3) uint32, and where it stands (3,)."""

    vertices: np.ndarray
    faces: np.ndarray
    place: np.ndarray


@dataclass(frozen=True, eq=False)
class Drawn:
    """Bodies, and what is beside them. Instances are the rows of `geometry.instances`.

    Attributes:
        bones: (B, 11) instances.
        bodies: Figures and characters, with shadows as bones have.
        extra: (E, 11) instances without a shadow.
        behind: (G, 11) instances without a shadow that hide nothing of the others.
        over: (O, 11) instances without a shadow that nothing hides.
        skin: Drawn over the bones.
    """

    bones: np.ndarray
    bodies: Sequence[Body] = ()
    extra: np.ndarray | None = None
    behind: np.ndarray | None = None
    over: np.ndarray | None = None
    skin: Skin | None = None
