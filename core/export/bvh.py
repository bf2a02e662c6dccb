"""Motions as BVH: a rest pose with arms out, and rotations from it in degrees."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionpatches.core.atomic import write_atomically
from motionpatches.core.export.choices import PLAIN, UNITS, Prepared, prepare
from motionpatches.core.export.names import unique_names
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.rotations import euler
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.retarget.rig import PosedMotion, plain_rig


def write_bvh(prepared: Prepared, path: Path) -> None:
    """Raises FileProblem where it cannot be written."""
    choices = prepared.choices
    write_atomically(path, text_of(prepared.posed.in_axes(choices.up, UNITS[choices.unit])))


def bvh_text(motion: Motion) -> str:
    """One person in centimetres, Y up."""
    return text_of(prepare(motion, PLAIN).posed.in_axes("Y", UNITS["cm"]))


def text_of(posed: PosedMotion) -> str:
    """Write joints in their unit; those that move in the frame of their parent (bones that stretch) get position channels."""
    skeleton = posed.rig.skeleton
    # BVH has no orientation of joints at rest: its rotations are those from the rest pose.
    posed = replace(posed, rig=plain_rig(skeleton, posed.rig.offsets))
    moved, order = posed.moved, _depth_first(skeleton)
    text = io.StringIO()
    text.write("HIERARCHY\n")
    names = unique_names(skeleton, blanks=False)
    within: list[int] = []  # joints whose braces are open

    def close_up_to(joint: int) -> None:
        while within and within[-1] != joint:
            within.pop()
            text.write("\t" * len(within) + "}\n")

    for joint in order:
        close_up_to(skeleton.parents[joint])
        pad, root = "\t" * len(within), skeleton.parents[joint] < 0
        # Position channels replace a root's OFFSET for some readers and add to it for others: zero is the same for both.
        offset = np.zeros(3) if root else posed.rig.offsets[joint]
        text.write(f"{pad}{'ROOT' if root else 'JOINT'} {names[joint]}\n{pad}{{\n{pad}\tOFFSET {_three(offset)}\n")
        places = "Xposition Yposition Zposition " if moved[joint] else ""
        text.write(f"{pad}\tCHANNELS {6 if places else 3} {places}Zrotation Xrotation Yrotation\n")
        if not skeleton.children[joint]:
            text.write(f"{pad}\tEnd Site\n{pad}\t{{\n{pad}\t\tOFFSET {_three(_end(offset, posed.unit_m))}\n{pad}\t}}\n")
        within.append(joint)
    close_up_to(-1)
    text.write(f"MOTION\nFrames: {posed.frame_count}\nFrame Time: {1 / posed.fps:.8f}\n")
    columns = []
    for joint in order:
        if moved[joint]:
            columns.append(posed.translations[:, joint])
        columns.append(np.rad2deg(np.unwrap(euler(posed.rotations[:, joint], "ZXY"), axis=0)))
    np.savetxt(text, np.concatenate(columns, axis=1), fmt=f"%.{_digits(posed.unit_m)}f")
    return text.getvalue()


def _digits(unit_m: float) -> int:
    """Decimals that keep hundredths of a millimetre, and of a thousandth of a degree."""
    return max(5, round(np.log10(unit_m)) + 7)


def _depth_first(skeleton: Skeleton) -> list[int]:
    order, waiting = [], [skeleton.topological_order[0]]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting += reversed(skeleton.children[joint])
    return order


def _end(offset: np.ndarray, unit_m: float) -> np.ndarray:
    """Where the last bone ends: on in its direction."""
    length = float(np.linalg.norm(offset)) * unit_m
    return offset / length * max(min(0.5 * length, 0.1), 0.01) if length > 1e-6 else np.array([0, 0.05 / unit_m, 0])


def _three(values: np.ndarray) -> str:
    return " ".join(f"{v:.6f}" for v in values)
