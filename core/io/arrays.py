"""Joint positions in .npy and .npz files: (T, J, 3), (T, J*3), HumanML3D's feature vectors, AMASS poses."""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np

from core.errors import FileProblem, os_problem
from core.io import amass
from core.io.assemble import assemble, check_finite
from core.io.joint_vectors import WIDTHS, positions_from_vectors
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import BANDAI21, KIT21, SMPL22, Skeleton, known_name

DEFAULT_FPS = 20.0
KIT_FPS = 12.5
MAX_JOINTS = 1000
MAX_UNPACKED = 4 << 30
# What numpy and the parser of Python literals, by which it reads headers, raise on broken bytes; and zipfile beside them.
BROKEN = (ValueError, EOFError, OverflowError, MemoryError, SyntaxError, TypeError, tokenize.TokenError)
BROKEN_ZIP = (*BROKEN, zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, struct.error)


def load_npy(path: Path) -> Motion:
    """Reads joint positions of the known skeleton whose bones stay rigid; failing that, of a tree found from the joints
    that keep their distance."""
    return motion_from_array(path, read_array(path))


def load_npz(path: Path) -> Motion:
    """AMASS poses; or the one array of joint positions, with `fps`, `joint_names` and `parents` where they are there."""
    arrays = read_npz(path)
    if amass.is_amass(set(arrays)):
        return amass.motion_from_poses(path, amass.read_poses(path, arrays))
    shaped = {k: a for k, a in arrays.items() if a.dtype.kind in "fiu" and a.ndim in (2, 3) and len(a)
              and (a.ndim == 3 and a.shape[2] == 3 or a.ndim == 2 and (a.shape[1] in WIDTHS or a.shape[1] % 3 == 0))}
    name = next((k for k in ("positions", "joints", "poses", "joints3d", "keypoints3d", "data", "arr_0") if k in shaped),
                next(iter(shaped), None))
    if name is None:
        raise FileProblem(path, f"none of its arrays ({', '.join(sorted(arrays)[:6]) or 'it has none'}) holds joint "
                          "positions", "Save an array of numbers (frames, joints, 3)")
    rate = next((float(arrays[k].reshape(-1)[0]) for k in ("fps", "framerate", "frame_rate", "mocap_framerate")
                 if k in arrays and arrays[k].size and arrays[k].dtype.kind in "fiu"), None)
    return motion_from_array(path, shaped[name], _own_skeleton(path, arrays), rate if rate and 1 <= rate <= 1000 else None)


def _own_skeleton(path: Path, arrays: dict[str, np.ndarray]) -> Skeleton | None:
    if "parents" not in arrays:
        return None
    parents = tuple(int(p) for p in arrays["parents"].reshape(-1))
    names = tuple(str(n) for n in arrays["joint_names"]) if "joint_names" in arrays else tuple(
        f"joint {j}" for j in range(len(parents)))
    if len(names) != len(parents) or any(p >= len(parents) for p in parents):
        raise FileProblem(path, "its joint_names and parents do not fit together", "Save them again")
    return Skeleton(names, parents)


def motion_from_array(path: Path, array: np.ndarray, skeleton: Skeleton | None = None, fps: float | None = None) -> Motion:
    """A Motion of an array of any of the shapes that read_positions knows."""
    if skeleton is None and array.ndim == 2:
        skeleton = WIDTHS.get(array.shape[1])
    positions = read_positions(path, array, skeleton.joint_count if skeleton else None)
    check_finite(path, positions)
    skeleton = skeleton or recognise(positions)
    usual, whose = (KIT_FPS, "KIT-ML") if known_name(skeleton) == "KIT-ML 21" else (DEFAULT_FPS, "HumanML3D")
    reason = "given with the data" if fps else f"an array carries no rate; {usual:g} fps as in {whose}"
    rate = Assumption("rate", f"{fps or usual:g} fps", reason, 1.0 if fps else 0.5)
    return assemble(path, positions, fps or usual, skeleton, rate)


def read_array(path: Path) -> np.ndarray:
    """The array of a .npy file. Raises FileProblem for pickles and broken files."""
    try:
        claimed = _claimed_bytes(path)
        if claimed > path.stat().st_size + 4096:
            raise FileProblem(path, "it is cut off: its header announces more numbers than are there",
                              "Copy or save it again")
        return np.load(path, allow_pickle=False)
    except OSError as error:
        raise os_problem(path, error) from error
    except BROKEN as error:
        if "pickle" in str(error) or "Object" in str(error):
            raise FileProblem(path, "it holds Python objects (a pickle), which are not loaded for safety",
                              "Save plain arrays with numpy.save(..., allow_pickle=False)") from None
        raise FileProblem(path, "it is not a whole .npy array", "Copy or save it again") from None


def _claimed_bytes(path: Path) -> int:
    """What the header of a .npy file announces, before anything is allocated."""
    with open(path, "rb") as stream:
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(stream)
    return int(dtype.itemsize) * math.prod(int(n) for n in shape) if not dtype.hasobject else 0


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The plain arrays of a .npz. Raises FileProblem for what unpacks to more than MAX_UNPACKED or is broken; arrays of
    Python objects are left out."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            packed = max(sum(entry.compress_size for entry in archive.infolist()), 1)
            if size > MAX_UNPACKED or (size > 64 << 20 and size > 200 * packed):
                raise FileProblem(path, f"it would unpack to {size / 2**30:.1f} GB", "Open only files that you trust")
        found = {}
        with np.load(path, allow_pickle=False) as arrays:
            for key in arrays.files:
                try:
                    found[key] = arrays[key]
                except ValueError as error:
                    if "bject" not in str(error):
                        raise
        return found
    except OSError as error:
        raise os_problem(path, error) from error
    except BROKEN_ZIP as error:
        raise FileProblem(path, f"it is not a whole .npz file ({str(error)[:120]})", "Copy or save it again") from None


def read_positions(path: Path, array: np.ndarray, joints: int | None = None) -> np.ndarray:
    """(T, J, 3) float32. Raises FileProblem for strings and other shapes."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        kind = getattr(array, "dtype", type(array).__name__)
        raise FileProblem(path, f"it holds {kind} values, not joint positions", "Save an array of numbers (T, J, 3)")
    if array.ndim == 2 and array.shape[1] in WIDTHS and len(array):
        check_finite(path, array[:, :, None])
        array = positions_from_vectors(array)
    if array.ndim == 2 and array.shape[1] % 3 == 0 and array.shape[1] >= 9:
        array = array.reshape(len(array), -1, 3)
    if array.ndim != 3 or array.shape[2] != 3 or array.shape[1] < 3:
        raise FileProblem(path, f"its shape is {array.shape}", "Joint positions have the shape (frames, joints, 3)")
    if array.shape[1] > MAX_JOINTS:
        raise FileProblem(path, f"it has {array.shape[1]:,} joints", f"At most {MAX_JOINTS} are read; export only the body")
    if len(array) == 0:
        raise FileProblem(path, "it has no frames", "Save it again")
    if joints is not None and array.shape[1] != joints:
        raise FileProblem(path, f"it has {array.shape[1]} joints, its skeleton {joints}", "Check skeleton.json")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def rigidity(positions: np.ndarray, skeleton: Skeleton) -> float:
    """Mean over bones of the spread of their length over time, relative to their length. 0 for the right tree."""
    bones = positions[:, skeleton.bones[:, 1]] - positions[:, skeleton.bones[:, 0]]
    length = np.linalg.norm(bones, axis=2)
    return float((length.std(axis=0) / np.maximum(length.mean(axis=0), 1e-6)).mean())


def recognise(positions: np.ndarray) -> Skeleton:
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
