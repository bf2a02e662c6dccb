"""An orbit camera. numpy only; metres, Y up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

# Metres of a body above its highest joint.
HEAD_M = 0.16


@dataclass(frozen=True)
class Camera:
    """Looks at `target` from `distance` metres; `azimuth` turns about Y (0: from +Z), `elevation` looks down."""

    target: tuple[float, float, float] = (0.0, 0.9, 0.0)
    distance: float = 4.2
    azimuth: float = 0.5
    elevation: float = 0.22
    field_of_view: float = 0.66

    def orbit(self, dx: float, dy: float) -> Camera:
        """Turn around the target by pixels of mouse travel."""
        return replace(self, azimuth=self.azimuth - dx * 0.008, elevation=float(np.clip(self.elevation + dy * 0.008, -0.15, 1.5)))

    def pan(self, dx: float, dy: float, height_px: int) -> Camera:
        """Move the target by pixels of mouse travel, so that the point under the mouse stays there."""
        scale = 2 * self.distance * np.tan(self.field_of_view / 2) / max(height_px, 1)
        right, up, _ = self.axes()
        moved = np.array(self.target) - right * dx * scale + up * dy * scale
        return replace(self, target=_three(moved))

    def zoom(self, steps: float) -> Camera:
        """Come nearer by steps of the wheel; 0.4 to 60 m."""
        return replace(self, distance=float(np.clip(self.distance * 0.88**steps, 0.4, 60)))

    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return unit vectors (3,): right, up, and from the target to the eye."""
        return _axes(self.azimuth, self.elevation)

    def eye(self) -> np.ndarray:
        """Return (3,) where the camera stands, in metres."""
        return np.array(self.target) + self.axes()[2] * self.distance

    def matrix(self, aspect: float) -> np.ndarray:
        """Return (4, 4) float32 projection times view; `aspect`: width over height."""
        turned = _turned(self.azimuth, self.elevation, self.field_of_view, aspect)
        found = turned.copy()
        found[:, 3] -= turned[:, :3] @ self.eye()
        return found.astype(np.float32)


# Tiles have one direction: what belongs to it is worked out once.
@lru_cache(maxsize=64)
def _axes(azimuth: float, elevation: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ce, se, ca, sa = np.cos(elevation), np.sin(elevation), np.cos(azimuth), np.sin(azimuth)
    found = np.array([[ca, 0.0, -sa], [-se * sa, ce, -se * ca], [ce * sa, se, ce * ca]])
    found.flags.writeable = False
    return found[0], found[1], found[2]


@lru_cache(maxsize=64)
def _turned(azimuth: float, elevation: float, field_of_view: float, aspect: float) -> np.ndarray:
    """Return (4, 4) projection times view of a camera at the origin."""
    view = np.eye(4)
    view[:3, :3] = np.stack(_axes(azimuth, elevation))
    # The field of view is that of the shorter side, so that a narrow view shows as much of a body as a low one.
    f = 1 / np.tan(field_of_view / 2)
    f_x = f / aspect if aspect >= 1 else f
    f_y = f if aspect >= 1 else f * aspect
    near, far = 0.05, 120.0
    projection = np.array(
        [[f_x, 0, 0, 0], [0, f_y, 0, 0], [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)], [0, 0, -1, 0]]
    )
    return projection @ view


def frame_motion(positions: np.ndarray, camera: Camera | None = None) -> Camera:
    """Return a camera that holds all positions (T, J, 3) in view and keeps the direction it looks from."""
    camera = camera or Camera()
    low, high = positions.min(axis=(0, 1)), positions.max(axis=(0, 1)) + [0, HEAD_M, 0]
    middle = (low + high) / 2
    radius = float(np.linalg.norm(np.maximum(high - low, [0.6, 1.7, 0.6]))) / 2
    return replace(
        camera,
        target=_three(middle),
        distance=float(np.clip(radius / np.tan(camera.field_of_view / 2) * 1.02, 1.5, 40)),
    )


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def project(camera: Camera, points: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return (N, 2) pixels, y down, of points (N, 3); NaN for those behind the camera."""
    rows = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ camera.matrix(width / max(height, 1)).T
    depth = np.where(rows[:, 3:] > 1e-6, rows[:, 3:], np.nan)
    return (rows[:, :2] / depth * [0.5, -0.5] + 0.5) * [width, height]
