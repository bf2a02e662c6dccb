"""Libraries of several layouts, their indexes and galleries for the fuzzer."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from motionpatches.core.library.library import Clip
from tests.fuzz.mutations import BYTES
from tests.fuzz.samples import Sample, often
from tests.fuzz.structures import broken_json, broken_npy, broken_zip, guarded, npy_bytes
from tests.fuzz.target import NPZ, ROOT, Wrong, json_bytes, one_sample


def _body(frames: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(frames, 22, 3)).astype(np.float32)


def captions_samples() -> tuple[Sample, ...]:
    table = 'file,caption,split\na.npy,"walks, slowly",train\nb.npy,runs#x#0.0#0.1,\n# note\n'
    lines = "waves#wave/VERB#0.0#0.1\njumps\n"
    return one_sample(
        {
            "captions.csv": table.encode(),
            "a.npy": npy_bytes(_body()),
            "b.npy": npy_bytes(_body()),
            "b.txt": lines.encode(),
        }
    )


def humanml_samples() -> tuple[Sample, ...]:
    names = [f"joint {j}" for j in range(22)]
    return one_sample(
        {
            "texts/0.txt": b"a person walks#a/DET person/NOUN#0.0#0.0\nruns#x#0.0#0.1\n",
            "new_joints/0.npy": npy_bytes(_body()),
            "new_joints/1.npy": npy_bytes(_body()),
            "train.txt": b"0\n",
            "test.txt": b"1\n",
            "skeleton.json": json_bytes({"joint_names": names, "parents": [-1, *range(21)], "fps": 20}),
        }
    )


def babel_samples() -> tuple[Sample, ...]:
    label = {"raw_label": "walk", "act_cat": ["walk"], "start_t": 0.0, "end_t": 0.1}
    entry = {"feat_p": "KIT/3/a.npz", "dur": 0.2, "seq_ann": {"labels": [label]}, "frame_ann": {"labels": [label]}}
    stream = io.BytesIO()
    np.savez(stream, poses=np.zeros((4, 156), "f4"), trans=np.zeros((4, 3), "f4"), mocap_framerate=np.array(20.0))
    return one_sample(
        {"train.json": json_bytes({"7": entry, "8": {**entry, "frame_ann": None}}), "KIT/3/a.npz": stream.getvalue()}
    )


def seed_samples() -> tuple[Sample, ...]:
    """BONES-SEED: a table, timelines, lists of splits and two takes."""
    from tests.released import write_seed, write_seed_splits

    return _written(lambda root: write_seed_splits(root, write_seed(root, 2)))


def snap_samples() -> tuple[Sample, ...]:
    """SnapMoGen: captions, lists of splits and two motions."""
    from tests.released import write_snapmogen

    return _written(lambda root: write_snapmogen(root, 2))


def _written(write: Callable[[Path], object]) -> tuple[Sample, ...]:
    """The files of a folder that is written."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write(root)
        return one_sample(
            {file.relative_to(root).as_posix(): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}
        )


def packed_samples() -> tuple[Sample, ...]:
    from motionpatches.core.library.packed import write_packed
    from motionpatches.core.motion.motion import Motion
    from motionpatches.core.motion.skeleton import SMPL22

    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "lib.npz"
        motion = Motion(_body(), 20.0, SMPL22, "a")
        write_packed(file, "lib", [motion, motion], [{"id": i, "captions": ["walks"], "split": "train"} for i in ("a", "b")])
        return one_sample({"lib.npz": file.read_bytes()}, **{".npz": (*NPZ, *often(broken_zip(_broken_index)))})


def _broken_index(rng, content: bytes) -> bytes:
    """The JSON text in the array of a packed library or gallery."""
    try:
        text = str(np.load(io.BytesIO(content), allow_pickle=False))
        broken = guarded(broken_json)(rng, text.encode()).decode("utf-8", "replace")
        stream = io.BytesIO()
        np.save(stream, np.array(broken.replace("\0", " ")))
        return stream.getvalue()
    except Exception:
        return guarded(broken_npy)(rng, content)


def open_library(path: Path, folder: Path) -> None:
    """Opened, every clip read, and again from its index."""
    from motionpatches.core.errors import StudioError
    from motionpatches.core.library import index
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run

    root = path if path.suffix == ".npz" else folder
    library = run(open_library(root))
    for clip in library.clips[:20]:
        try:
            if not np.isfinite(library.load(clip.id).positions).all():
                raise Wrong("positions that are not finite")
        except StudioError:
            continue
    file = folder / "index.sqlite"
    index.save(library, file=file)
    again = index.load(library.root, file)
    if again is not None and list(map(_told, again.clips)) != list(map(_told, library.clips)):
        raise Wrong("the index gives another library")


def _told(clip: Clip) -> tuple[str, tuple[str, ...], str]:
    return clip.id, clip.captions, clip.split


def index_samples() -> tuple[Sample, ...]:
    from motionpatches.core.library import index
    from motionpatches.core.library.library import Clip, Library, Reader, Skipped

    clips = tuple(Clip(f"c{i}", ROOT / f"{i}.npy", ("walks", "runs"), "train", 1.0, key=f"k{i}") for i in range(5))
    library = Library(ROOT, "library", "folder", clips, Reader(lambda clip: None), (Skipped(ROOT / "x", "why"),), ("note",))
    with tempfile.TemporaryDirectory() as name:
        index.save(library, file=Path(name) / "i.sqlite")
        return one_sample({"i.sqlite": (Path(name) / "i.sqlite").read_bytes()}, **{".sqlite": BYTES})


def open_index(path: Path, folder: Path) -> None:
    from motionpatches.core.library import index

    index.search(ROOT, "walk", path)
    index.load_files(ROOT, path)
    index.load_stamps(ROOT, path)
    index.load_reading(ROOT, str(ROOT / "0.npy"), "", path)
    index.load(ROOT, path)


def gallery_samples() -> tuple[Sample, ...]:
    from motionpatches.core.search.gallery import Entry, Gallery, save_gallery

    rows = np.eye(3, 8, dtype=np.float32)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "g.npz"
        save_gallery(Gallery(rows, tuple(Entry(f"c{i}", f"k{i}", 0.0, 1.0) for i in range(3)), "print"), file)
        return one_sample({"g.npz": file.read_bytes()}, **{".npz": (*NPZ, *often(broken_zip(_broken_index)))})


def open_gallery(path: Path, folder: Path) -> None:
    from motionpatches.core.search.gallery import load_gallery

    gallery = load_gallery(path)
    if not np.isfinite(gallery.embeddings).all():
        raise Wrong("embeddings that are not finite")
