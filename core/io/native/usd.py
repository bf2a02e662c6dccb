"""USD (UsdSkel): the animations of every skeleton of a stage. An optional extra, for its library is large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.scene.node_transforms import turns_between
from motionpatches.core.io.scene.rigs import MAX_JOINTS, in_pairs, left_out, with_own_names
from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

# Share of stages that keep to what they state, and to the standard's default where they state nothing.
TRUE, DEFAULT = 0.97, 0.6
MAX_CELLS, MAX_TAKES = 20_000_000, 1000
# Frames whose rotations are found at once.
BLOCK = 1024
# Frames per second that time samples may be apart to count as frames.
SLOWEST, FASTEST = 12.0, 240.0


def read_usd_turned(path: Path) -> list[RawTake]:
    """The same as `read_usd` with the rotations of the joints."""
    return read_usd(path, turned=True)


def read_usd(path: Path, turned: bool = False) -> list[RawTake]:
    """A take of what the stage plays, and one of each animation that no skeleton is bound to, (T, J, 3) in the stage's unit."""
    try:
        from pxr import Tf
    except ImportError:
        raise FileProblem(
            path, "USD files need a library that is not installed", "Install it with: pip install 'motionpatches-studio[usd]'"
        ) from None
    try:
        return _read(path, turned)
    except (Tf.ErrorException, RuntimeError, UnicodeError):  # the last: a message or name of the library's with broken bytes
        raise FileProblem(path, "it is no whole USD file", "Export it again") from None


def _read(path: Path, turned: bool) -> list[RawTake]:
    from pxr import Usd, UsdSkel

    stage = Usd.Stage.Open(str(path.absolute()))
    skeletons = [prim for prim in stage.Traverse() if prim.IsA(UsdSkel.Skeleton)]
    if not skeletons:
        raise FileProblem(path, "it holds no skeleton (UsdSkel)", "Export the skeleton with its animation")
    stage.SetEditTarget(stage.GetSessionLayer())
    reader = _Reader(path, stage, turned)
    bound = {prim.GetPath(): reader.animation_of(prim) for prim in skeletons}
    played = [prim for prim in skeletons if bound[prim.GetPath()] is not None]
    takes = in_pairs(reader.takes(played, ""), [prim.GetName()[:40] for prim in played]) if played else []
    used = {path for path in bound.values() if path is not None}
    others = [prim for prim in stage.Traverse() if prim.IsA(UsdSkel.Animation) and prim.GetPath() not in used]
    unfit = 0
    for animation in others[:MAX_TAKES]:
        fitting = next((prim for prim in skeletons if reader.bind(prim, animation)), None)
        unfit += fitting is None
        takes += reader.takes([fitting], animation.GetName()) if fitting is not None else []
    if not takes:
        raise FileProblem(path, "no skeleton is animated in it", "Export the skeleton with its animation")
    notes = left_out(unfit + max(len(others) - MAX_TAKES, 0), "animation", "it fits no skeleton of the stage")
    return [replace(take, notes=notes) for take in with_own_names(takes)]


class _Reader:
    """Samples the skeletons of an open stage; `turned`: with the rotations of the joints."""

    def __init__(self, path: Path, stage: Any, turned: bool):
        from pxr import UsdGeom

        self.path, self.stage, self.turned, self.cells = path, stage, turned, 0
        self.unit, self.up = float(UsdGeom.GetStageMetersPerUnit(stage)), str(UsdGeom.GetStageUpAxis(stage)).upper()
        self.codes = float(stage.GetTimeCodesPerSecond())

    def query(self, prim: Any) -> Any:
        """A fresh view of a skeleton with the animation that it is bound to now, by itself or by what is above it."""
        from pxr import Usd, UsdSkel

        cache = UsdSkel.Cache()
        for above in _upwards(prim):
            if above.IsA(UsdSkel.Root):
                cache.Populate(UsdSkel.Root(above), Usd.PrimDefaultPredicate)
        return cache.GetSkelQuery(UsdSkel.Skeleton(prim))

    def animation_of(self, prim: Any) -> Any:
        """The path of the animation that a skeleton plays, None without one that moves."""
        query = self.query(prim).GetAnimQuery()
        return query.GetPrim().GetPath() if query and query.GetJointTransformTimeSamples() else None

    def bind(self, prim: Any, animation: Any) -> bool:
        """Play an animation on a skeleton, for this reading alone; False where their joints differ."""
        from pxr import UsdSkel

        order = set(self.query(prim).GetJointOrder() or [])
        joints = UsdSkel.Animation(animation).GetJointsAttr().Get() or []
        if not joints or not set(joints) <= order:
            return False
        UsdSkel.BindingAPI.Apply(prim).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
        return self.animation_of(prim) is not None

    def takes(self, prims: list[Any], name: str) -> list[RawTake]:
        """Skeletons that play at the same time, at the same frames."""
        queries = [self.query(prim) for prim in prims]
        samples = np.unique(np.concatenate([q.GetAnimQuery().GetJointTransformTimeSamples() for q in queries]).astype(np.float64))
        if not np.isfinite(samples).all():
            raise FileProblem(self.path, "a time is no finite number", "Export it again")
        step, rate = self._step(samples)
        frames = int(min((samples[-1] - samples[0]) / step + 1e-3, MAX_CELLS)) + 1
        times = samples[0] + step * np.arange(frames)
        fps = self.codes / step
        return [self._take(prim, query, times, fps, rate, name) for prim, query in zip(prims, queries, strict=True)]

    def _step(self, samples: np.ndarray) -> tuple[float, Assumption]:
        """Time codes from frame to frame: one, or the samples' even distance where one would be too fast or too slow."""
        if not 1 <= self.codes <= 1e6:
            raise FileProblem(self.path, f"{self.codes:g} time codes a second are not possible", "Export it again")
        apart = np.diff(samples)
        if len(apart) and (np.abs(apart - apart[0]) <= 0.01 * apart[0]).all() and SLOWEST <= self.codes / apart[0] <= FASTEST:
            step, why = float(apart.mean()), "distance of the time samples"
        else:
            step, why = max(1.0, self.codes / FASTEST), "timeCodesPerSecond of the stage"
        return step, Assumption("rate", f"{self.codes / step:.4g} fps", why, TRUE)

    def _take(self, prim: Any, query: Any, times: np.ndarray, fps: float, rate: Assumption, name: str) -> RawTake:
        from pxr import UsdGeom

        joints = [str(joint) for joint in query.GetJointOrder()]
        parents = tuple(int(parent) for parent in query.GetTopology().GetParentIndices())
        self.cells += len(joints) * len(times)
        if len(joints) > MAX_JOINTS or self.cells > MAX_CELLS:
            raise FileProblem(self.path, f"it holds {len(joints):,} joints over {len(times):,} frames", "Export less")
        if not joints or len(parents) != len(joints) or any(parent >= joint for joint, parent in enumerate(parents)):
            raise FileProblem(self.path, "the joints of a skeleton are no tree", "Export it again")
        places = UsdGeom.XformCache()
        places.SetTime(float(times[0]))
        rest = query.ComputeJointSkelTransforms(float(times[0]), atRest=True)
        rest, rest_axes = _world(rest, places.GetLocalToWorldTransform(prim), len(joints), self) if rest else (None, None)
        positions = np.empty((len(times), len(joints), 3))
        turns = np.empty((len(times), len(joints), 4), np.float32) if self.turned and rest_axes is not None else None
        for start in range(0, len(times), BLOCK):
            axes = []
            for frame, time in enumerate(times[start : start + BLOCK].tolist(), start):
                places.SetTime(time)
                transforms = query.ComputeJointSkelTransforms(time)
                positions[frame], turned = _world(transforms, places.GetLocalToWorldTransform(prim), len(joints), self)
                axes.append(turned)
            if turns is not None and rest_axes is not None:
                turns[start : start + BLOCK] = turns_between(rest_axes, np.array(axes))
        bad = ~np.isfinite(positions).all((1, 2))
        if bad.any() or (np.abs(positions) > 1e12).any():
            raise FileProblem(self.path, "a place is no finite number", "Export it again", f"frame {int(np.argmax(bad)) + 1}")
        stated = self.stage.HasAuthoredMetadata
        unit = Stated(self.unit, f"metersPerUnit of the stage ({self.unit:g})", TRUE if stated("metersPerUnit") else DEFAULT)
        up = Stated(self.up, "upAxis of the stage", TRUE if stated("upAxis") else DEFAULT) if self.up in UP_AXES else None
        names = tuple(joint.rsplit("/", 1)[-1][:200] or f"joint {i}" for i, joint in enumerate(joints))
        return RawTake(
            positions.astype(np.float32),
            fps,
            Skeleton(names, parents),
            rate,
            name,
            rest=None if rest is None or not (np.abs(rest) < 1e12).all() else rest.astype(np.float32),
            unit=unit if 1e-6 < self.unit < 1e6 else None,
            up=up,
            turns=turns,
        )


def _world(transforms: Any, to_world: Any, joints: int, reader: _Reader) -> tuple[np.ndarray, np.ndarray]:
    """Places (J, 3) and axes (J, 3, 3), as columns, of joint matrices (whose rows are axes and place) in the world."""
    matrices = np.array(transforms if transforms is not None else [], np.float64).reshape(-1, 4, 4)
    if len(matrices) != joints:
        raise FileProblem(reader.path, "the animation of a skeleton does not fit its joints", "Export it again")
    found = matrices @ np.array(to_world)
    return found[:, 3, :3], found[:, :3, :3].swapaxes(1, 2)


def _upwards(prim: Any) -> Iterator[Any]:
    while prim and not prim.IsPseudoRoot():
        yield prim
        prim = prim.GetParent()


USD = Format("USD", (".usd", ".usda", ".usdc", ".usdz"), read_usd, native=True, turned=read_usd_turned)
