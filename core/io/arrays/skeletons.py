"""The skeleton that a file states beside its joint positions: `parents` and `joint_names`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import MAX_JOINTS
from motionpatches.core.io.values import plain_key, text_in
from motionpatches.core.motion.skeleton import Skeleton

PARENTS = ("parents", "joint_parents", "kintree", "parent_indices", "kinematic_tree")
NAMES = ("joint_names", "names", "bone_names", "joints_names", "joint_labels")


def skeleton_in(path: Path, values: Mapping[str, Any], joints: int) -> Skeleton | None:
    """The stated skeleton of an array of `joints` joints; None where none is stated. Raises FileProblem for one that is no
    tree. A root's parent may be any negative number or itself."""
    plain = {plain_key(key): key for key in list(values)[:10_000]}

    def under(names: tuple[str, ...]) -> Any:
        return next((values[plain[plain_key(n)]] for n in names if plain_key(n) in plain), None)

    stated, names = under(PARENTS), _names(under(NAMES), joints)
    stated = np.asarray(stated) if isinstance(stated, list | tuple) and len(stated) <= MAX_JOINTS else stated
    if not isinstance(stated, np.ndarray) or stated.dtype.kind not in "iuf":
        return None
    if stated.size != joints:
        raise FileProblem(path, f"its parents are {stated.size:,}, its joints {joints:,}", "Save them again", "parents")
    row = stated.reshape(-1).astype(np.float64)
    if not np.isfinite(row).all() or (row >= joints).any() and not (row[row >= joints] > 2**31).all():
        raise FileProblem(path, "its parents name a joint that is not there", "Save them again", "parents")
    parents = tuple(-1 if p < 0 or p == j or p >= joints else int(p) for j, p in enumerate(row))
    try:
        return Skeleton(names or tuple(f"joint {j}" for j in range(joints)), parents)
    except ValueError as error:  # no forest
        raise FileProblem(path, f"its {error}", "A joint's parent must lead to the root", "parents") from None


def named(path: Path, values: Mapping[str, Any], skeleton: Skeleton) -> Skeleton:
    """A tree found from the joints' movement, with the names that the file states."""
    plain = {plain_key(key): key for key in list(values)[:10_000]}
    stated = next((values[plain[plain_key(n)]] for n in NAMES if plain_key(n) in plain), None)
    names = _names(stated, skeleton.joint_count)
    return Skeleton(names, skeleton.parents) if names else skeleton


def _names(stated: Any, joints: int) -> tuple[str, ...]:
    """Names for so many joints, or () where they are others or fewer."""
    if isinstance(stated, np.ndarray):
        stated = list(stated.reshape(-1)[: MAX_JOINTS + 1]) if stated.dtype.kind in "SU" else []
    if not isinstance(stated, list | tuple) or len(stated) != joints:
        return ()
    names = tuple(text_in(name)[:100] for name in stated)
    return names if all(names) else ()
