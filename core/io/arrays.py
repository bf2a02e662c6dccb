"""Joint positions in .npy files: (T, J, 3) or (T, J*3)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import FileProblem, os_problem
from core.io.assemble import assemble, check_finite
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import BANDAI21, KIT21, SMPL22, Skeleton

DEFAULT_FPS = 20.0


def load_npy(path: Path, skeleton: Skeleton | None = None, fps: float | None = None) -> Motion:
    """Reads joint positions. Without a skeleton, the known one whose bones stay rigid; failing that, a tree
    found from the joints that keep their distance."""
    positions = read_positions(path, skeleton.joint_count if skeleton else None)
    rate = Assumption("rate", f"{fps or DEFAULT_FPS:g} fps", "given with the data" if fps else
                      "an array carries no rate; 20 fps as in HumanML3D", 1.0 if fps else 0.5)
    if skeleton is not None and skeleton.chains:
        check_finite(path, positions)
        return Motion(positions, fps or DEFAULT_FPS, skeleton, path.stem, (rate,))
    return assemble(path, positions, fps or DEFAULT_FPS, skeleton or recognise(path, positions), rate)


def read_positions(path: Path, joints: int | None = None) -> np.ndarray:
    """(T, J, 3) float32. Raises FileProblem for pickles, strings and other shapes."""
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise os_problem(path, error) from error
    except (ValueError, EOFError) as error:
        if "pickle" in str(error):
            raise FileProblem(path, "it holds Python objects (a pickle), which are not loaded for safety",
                              "Save plain arrays with numpy.save(..., allow_pickle=False)") from None
        raise FileProblem(path, "it is not a whole .npy array", "Copy or save it again") from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        kind = getattr(array, "dtype", type(array).__name__)
        raise FileProblem(path, f"it holds {kind} values, not joint positions", "Save an array of numbers (T, J, 3)")
    if array.ndim == 2 and array.shape[1] % 3 == 0 and array.shape[1] >= 9:
        array = array.reshape(len(array), -1, 3)
    if array.ndim != 3 or array.shape[2] != 3 or array.shape[1] < 3:
        raise FileProblem(path, f"its shape is {array.shape}", "Joint positions have the shape (frames, joints, 3)")
    if len(array) == 0:
        raise FileProblem(path, "it has no frames", "Save it again")
    if joints is not None and array.shape[1] != joints:
        raise FileProblem(path, f"it has {array.shape[1]} joints, its skeleton {joints}", "Check skeleton.json")
    return np.ascontiguousarray(array, dtype=np.float32)


def rigidity(positions: np.ndarray, skeleton: Skeleton) -> float:
    """Mean over bones of the spread of their length over time, relative to their length. 0 for the right tree."""
    bones = positions[:, skeleton.bones[:, 1]] - positions[:, skeleton.bones[:, 0]]
    length = np.linalg.norm(bones, axis=2)
    return float((length.std(axis=0) / np.maximum(length.mean(axis=0), 1e-6)).mean())


def recognise(path: Path, positions: np.ndarray) -> Skeleton:
    """The known skeleton whose bones are rigid and whose sides are equally long, or a tree of rigid links."""
    sample = positions[:: max(len(positions) // 60, 1)]
    best = None
    for known in (SMPL22, KIT21, BANDAI21):
        if known.joint_count == positions.shape[1]:
            score = rigidity(sample, known) + _asymmetry(sample, known)
            if score < 0.12 and (best is None or score < best[0]):
                best = (score, known)
    return best[1] if best else rigid_tree(sample)


def _asymmetry(positions: np.ndarray, skeleton: Skeleton) -> float:
    """How much left and right limbs differ in length, relative."""
    total = []
    for right, left in ((0, 1), (3, 4)):
        lengths = [np.linalg.norm(np.diff(positions[:, list(skeleton.chains[c])], axis=1), axis=2).mean(0)
                   for c in (right, left)]
        total.append(np.abs(lengths[0] - lengths[1]).mean() / max(np.mean(lengths), 1e-6))
    return float(np.mean(total))


def rigid_tree(positions: np.ndarray) -> Skeleton:
    """Minimum spanning tree over joints, cheapest where two joints keep their distance over time (Prim)."""
    joints = positions.shape[1]
    distance = np.linalg.norm(positions[:, :, None] - positions[:, None], axis=-1)
    size = max(float(distance.mean()), 1e-9)
    cost = distance.std(axis=0) / size + 0.05 * distance.mean(axis=0) / size
    order = [0]
    parents = [-1] * joints
    nearest = cost[0].copy()
    nearest_from = np.zeros(joints, int)
    while len(order) < joints:
        nearest[order] = np.inf
        joint = int(np.argmin(nearest))
        parents[joint] = int(nearest_from[joint])
        order.append(joint)
        closer = cost[joint] < nearest
        nearest_from[closer] = joint
        nearest = np.minimum(nearest, cost[joint])
    return Skeleton(tuple(f"joint {j}" for j in range(joints)), tuple(parents))
