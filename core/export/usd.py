"""Motions as USD text (.usda): a skeleton and its animation as UsdSkel describes them. An optional extra, as for reading."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem
from motionpatches.core.export.choices import UNITS, Prepared
from motionpatches.core.export.names import unique_names
from motionpatches.core.motion.rotations import quaternions
from motionpatches.core.retarget.rig import PosedMotion

MISSING = "Install it with: pip install 'motionpatches-studio[usd]'"


def has_usd() -> bool:
    """Return whether the library that writes USD is installed."""
    return find_spec("pxr") is not None


def write_usd(prepared: Prepared, path: Path) -> None:
    """Raises FileProblem where the library is missing, or the file cannot be written."""
    if not has_usd():
        raise FileProblem(path, "USD files need a library that is not installed", MISSING)
    choices = prepared.choices
    write_atomically(path, usd_text(prepared.posed.in_axes(choices.up, UNITS[choices.unit]), choices.up))


def usd_text(posed: PosedMotion, up: str) -> str:
    """One motion in its own unit; joints are named by paths, and their plain names stand beside.

    Args:
        posed: What is written.
        up: Up axis of `posed`, 'Y' or 'Z'.
    """
    from pxr import Gf, Usd, UsdGeom, UsdSkel, Vt

    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, up)
    UsdGeom.SetStageMetersPerUnit(stage, posed.unit_m)
    stage.SetTimeCodesPerSecond(posed.fps)
    stage.SetFramesPerSecond(posed.fps)
    stage.SetStartTimeCode(0)
    stage.SetEndTimeCode(posed.frame_count - 1)
    root = UsdSkel.Root.Define(stage, "/Motion")
    stage.SetDefaultPrim(root.GetPrim())
    skeleton = UsdSkel.Skeleton.Define(stage, "/Motion/Skeleton")
    animation = UsdSkel.Animation.Define(stage, "/Motion/Animation")
    # A joint stands after its parent, and is named by the path from the root.
    order = list(posed.rig.skeleton.topological_order)
    names = unique_names(posed.rig.skeleton, blanks=True)
    joints = _paths(posed, names)
    tokens = Vt.TokenArray([joints[j] for j in order])
    skeleton.CreateJointsAttr(tokens)
    skeleton.CreateJointNamesAttr(Vt.TokenArray([names[j] for j in order]))
    rest = posed.at_rest
    local, bound = (
        Vt.Matrix4dArray([Gf.Matrix4d(matrix.tolist()) for matrix in _matrices(turns, places)[order]])
        for turns, places in ((rest.rotations[0], rest.translations[0]), (posed.rig.axes, posed.rig.places))
    )
    skeleton.CreateRestTransformsAttr(local)
    skeleton.CreateBindTransformsAttr(bound)
    animation.CreateJointsAttr(tokens)
    animation.CreateScalesAttr(Vt.Vec3hArray([Gf.Vec3h(1, 1, 1)] * len(order)))
    places, turns = animation.CreateTranslationsAttr(), animation.CreateRotationsAttr()
    translations = posed.translations[:, order].astype(np.float32)
    rotations = np.stack([quaternions(posed.rotations[:, joint]) for joint in order], axis=1).tolist()
    for frame in range(posed.frame_count):
        places.Set(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(translations[frame])), frame)
        turns.Set(Vt.QuatfArray([Gf.Quatf(w, x, y, z) for x, y, z, w in rotations[frame]]), frame)
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    text: str = stage.GetRootLayer().ExportToString()
    return text


def _paths(posed: PosedMotion, names: list[str]) -> list[str]:
    """Paths of the joints: names as identifiers, each once, after those of the joints above."""
    from pxr import Tf

    found, seen = [""] * len(names), set[str]()
    for joint in posed.rig.skeleton.topological_order:
        parent = posed.rig.skeleton.parents[joint]
        above = f"{found[parent]}/" if parent >= 0 else ""
        own = plain = Tf.MakeValidIdentifier(names[joint])
        number = 2
        while own in seen:
            own, number = f"{plain}_{number}", number + 1
        seen.add(own)
        found[joint] = above + own
    return found


def _matrices(turns: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(J, 4, 4) for row vectors, as USD has them: the axes as rows, then the place."""
    found = np.zeros((len(turns), 4, 4))
    found[:, :3, :3], found[:, 3, :3], found[:, 3, 3] = turns.swapaxes(1, 2), places, 1
    return found
