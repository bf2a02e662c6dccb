"""Animations of a glTF document: key times and values, sampled at even steps by each interpolation of the format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from motionpatches.core.io.gltf.document import Document
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.rotations import slerp

WIDTH = {"translation": 3, "rotation": 4, "scale": 3}
RATES = (24, 25, 30, 48, 50, 60, 72, 90, 100, 120, 240)
# How far from a frame a key may lie to count as on it, in frames; and how many times tell a rate.
NEAR, ENOUGH = 0.02, 3
# Seconds by which a key counts as reached: key times are float32.
SLACK_S = 1e-4
_POINTER = re.compile(r"/nodes/(\d{1,9})/(translation|rotation|scale)")


@dataclass(frozen=True, eq=False)
class Channel:
    """`times` (K,) seconds, not falling; `values` (K, width), or (3 K, width) of in-tangent, value, out-tangent for splines."""

    times: np.ndarray
    values: np.ndarray
    interpolation: str

    def at(self, seconds: np.ndarray, rotation: bool) -> np.ndarray:
        """(T, width) values at each time, the nearest key's before the first and after the last."""
        spline = self.interpolation == "CUBICSPLINE"
        keys = self.values[1::3] if spline else self.values
        index = np.clip(np.searchsorted(self.times, seconds + SLACK_S, "right") - 1, 0, len(self.times) - 1)
        if self.interpolation == "STEP" or len(self.times) == 1:
            return keys[index]
        index = np.minimum(index, len(self.times) - 2)
        step = self.times[index + 1] - self.times[index]
        share = np.clip((seconds - self.times[index]) / np.where(step > 0, step, 1.0), 0.0, 1.0)[:, None]
        share = np.where(step[:, None] > 0, share, 1.0)
        before, after = keys[index], keys[index + 1]
        if spline:
            leaving, arriving = self.values[2::3][index] * step[:, None], self.values[0::3][index + 1] * step[:, None]
            square, cube = share**2, share**3
            mixed = (
                (2 * cube - 3 * square + 1) * before
                + (cube - 2 * square + share) * leaving
                + (3 * square - 2 * cube) * after
                + (cube - square) * arriving
            )
            return mixed
        return slerp(before, after, share) if rotation else before + share * (after - before)


@dataclass(frozen=True, eq=False)
class Animation:
    """`channels`: (node, 'translation', 'rotation' or 'scale') -> Channel. `keys`: every key time, ordered."""

    name: str
    channels: dict[tuple[int, str], Channel]
    keys: np.ndarray

    @property
    def moving(self) -> set[int]:
        return {node for node, _ in self.channels}


def read_animation(document: Document, animation: dict[str, Any], number: int) -> Animation:
    """Its channels on nodes; weights of morph targets and other properties are left out."""
    name = str(animation.get("name") or f"animation {number + 1}")
    where = f"animation '{name[:60]}'"
    samplers = document.items("samplers", animation)
    read: dict[tuple[int, str], Channel] = {}
    channels: dict[tuple[int, str], Channel] = {}
    for channel in document.items("channels", animation):
        node, path = _target(document, channel.get("target"))
        if node < 0:
            continue
        sampler = document.integer(channel, "sampler", len(samplers))
        if (sampler, path) not in read:
            read[sampler, path] = _channel(document, samplers[sampler], path, where)
        channels[node, path] = read[sampler, path]
    inputs = {sampler.get("input"): channel.times for (index, _), channel in read.items() for sampler in [samplers[index]]}
    return Animation(name, channels, np.unique(np.concatenate(list(inputs.values()))) if inputs else np.zeros(0))


def _target(document: Document, target: Any) -> tuple[int, str]:
    """Node and property that a channel moves; -1 for anything but the place of a node."""
    if not isinstance(target, dict):
        return -1, ""
    path, holder = target.get("path"), target
    if path == "pointer":
        extensions = target.get("extensions")
        pointer = extensions.get("KHR_animation_pointer") if isinstance(extensions, dict) else None
        found = _POINTER.fullmatch(str(pointer.get("pointer"))) if isinstance(pointer, dict) else None
        holder, path = ({"node": int(found[1])}, found[2]) if found else ({}, "")
    if not isinstance(path, str) or path not in WIDTH or "node" not in holder:
        return -1, ""
    return document.integer(holder, "node", len(document.parents)), path


def _channel(document: Document, sampler: dict[str, Any], path: str, where: str) -> Channel:
    times, values = document.accessor(sampler.get("input")), document.accessor(sampler.get("output"))
    interpolation = sampler.get("interpolation", "LINEAR")
    if not isinstance(interpolation, str) or interpolation not in ("LINEAR", "STEP", "CUBICSPLINE"):
        document.fail(f"an interpolation is {str(interpolation)[:40]}", where)
    expected = len(times) * (3 if interpolation == "CUBICSPLINE" else 1)
    if times.shape[1] != 1 or not len(times) or values.shape != (expected, WIDTH[path]):
        document.fail(f"key times {times.shape} and values {values.shape} of a {path} do not fit", where)
    if not document.rises(sampler["input"]):
        document.fail("key times run backwards", where)
    return Channel(times[:, 0], values, interpolation)


def rate_of(keys: np.ndarray, usual: float | None, extras: Any = None) -> tuple[float, Assumption]:
    """Frames per second of an animation with these key times.

    Args:
        keys: seconds.
        usual: the rate that all keys of the file fit.
        extras: those of the animation, where this program's files state the rate as `fps`.
    """
    stated = extras.get("fps") if isinstance(extras, dict) else None
    if isinstance(stated, float) and 1 <= stated <= 1000 and _on_grid(keys, stated):
        return stated, Assumption("rate", f"{stated:g} fps", "the animation states it", 1.0)
    fit = [rate for rate in RATES if _on_grid(keys, rate)]
    if usual in fit:
        return usual, Assumption("rate", f"{usual:g} fps", "key times of the file lie on its frames", 0.97)
    if fit and len(keys) >= ENOUGH:
        return float(fit[0]), Assumption("rate", f"{fit[0]} fps", "key times lie on its frames", 0.95)
    return 30.0, Assumption("rate", "30 fps", "sampled; key times lie on no frames of a common rate", 0.9)


def usual_rate(all_keys: list[np.ndarray]) -> float | None:
    """The lowest common rate that the keys of nearly all animations fit."""
    told = [keys for keys in all_keys if len(keys) >= ENOUGH]
    for rate in RATES:
        if told and sum(_on_grid(keys, rate) for keys in told) >= 0.9 * len(told):
            return float(rate)
    return None


def _on_grid(keys: np.ndarray, rate: float) -> bool:
    """Whether all keys lie on frames, counted from zero or from the first."""
    grids = keys * rate, (keys - keys[0]) * rate
    return any((np.abs(frames - np.round(frames)) <= NEAR).all() for frames in grids)
