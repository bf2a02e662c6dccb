"""What the program opens besides motion files, fuzzed like a reader: model and run folders, libraries, its own files."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest import mock

import numpy as np

from motionpatches.core import notices, paths
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.raw import RawTake
from tests.fuzz.mutations import BYTES, TEXT
from tests.fuzz.samples import Sample, often
from tests.fuzz.structures import broken_json, broken_npy, broken_zip, guarded, npy_bytes

ROOT = Path("/somewhere/library")
JSON = (*often(guarded(broken_json)), *map(guarded, TEXT), *BYTES)
WORDS = (*map(guarded, TEXT), *BYTES)


class Wrong(Exception):
    """The program took something for good that it is not."""


@dataclass(frozen=True, eq=False)
class Target:
    """As a Format to the harness: `open(main file, folder of the case)` reads as the program does, raising StudioError alone."""

    name: str
    open: Callable[[Path, Path], None]
    make: Callable[[], tuple[Sample, ...]]
    native: bool = False
    suffixes: tuple[str, ...] = ()

    def fits(self, path: Path) -> bool:
        return True

    def files(self, path: Path) -> list[Path]:
        return [path]

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        return self.make()

    def read(self, path: Path) -> list[RawTake]:
        """Nothing to look at further. The folder of the case is the user's home, too."""
        folder = path.parents[len(Path(self.samples[0].main).parts) - 1]
        with mock.patch.dict(os.environ, {paths.HOME_VARIABLE: str(folder)}):
            self.open(path, folder)
        notices.untold()
        return []


def _one(files: dict[str, bytes], **ways) -> tuple[Sample, ...]:
    """A sample whose files are broken by the ways of their suffix."""
    by_suffix = {".json": JSON, ".jsonl": JSON, ".npy": (*often(broken_npy), *BYTES), ".npz": NPZ, ".safetensors": BYTES, **ways}
    return (Sample(files, {name: tuple(map(guarded, by_suffix.get(Path(name).suffix, WORDS))) for name in files}),)


NPZ = (*often(broken_zip(guarded(broken_npy))), broken_zip(BYTES[0]), *BYTES)


def _text(value: object) -> bytes:
    return json.dumps(value).encode()


# Models.


def _model_files() -> dict[str, bytes]:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers

    from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
    from motionpatches.core.models.config import preset
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.models.text_encoder import TextEncoder
    from motionpatches.core.patches import PatchStatistics

    torch.set_num_threads(1)
    torch.manual_seed(0)
    architecture = {
        "model_type": "bert",
        "vocab_size": 8,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 80,
    }
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(["[UNK]", "a", "person", "walks"])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokenizer.save(str(folder / "tokenizer.json"))
        text = TextEncoder.from_parts(architecture, folder / "tokenizer.json", "mean").materialised()
        for weight in text.parameters():
            torch.nn.init.normal_(weight, std=0.1)
        statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
        config = preset("starter", motion="test_vit", motion_weights="", dim=16)
        info = CheckpointInfo({"test": {"exact_caption": {"t2m": {"R@1": 5.0}, "m2t": {"R@1": 6.0}}}}, {"library": "x"}, "# M")
        save_model(MotionTextModel(config, text, statistics, False), folder / "m", info)
        files = {file.name: file.read_bytes() for file in sorted((folder / "m").iterdir())}
    return {f"m/{name}": files[name] for name in sorted(files, key=lambda name: name != "config.json")}


def _model_samples() -> tuple[Sample, ...]:
    return _one(_model_files())


def _open_model(path: Path, folder: Path) -> None:
    import torch

    from motionpatches.core.models.catalogue import Model
    from motionpatches.core.models.checkpoint import load_model

    listed = Model.read_or_broken(path.parent)
    _ = listed.summary, listed.headline, listed.card
    model = load_model(path.parent)
    with torch.inference_mode():
        points = 5 * model.config.patches.points
        people = [2] if model.config.people == 2 else []
        rows = model.encode_text(["a person walks"]), model.encode_motion(torch.zeros(1, *people, 3, 224, points))
    if not all(torch.isfinite(row).all() for row in rows):
        raise Wrong("embeddings that are not finite")


def _weights_samples() -> tuple[Sample, ...]:
    import torch

    stream = io.BytesIO()
    torch.save({"a.weight": torch.ones(3, 4), "b": torch.zeros(2, dtype=torch.float16)}, stream)
    legacy = io.BytesIO()
    torch.save({"a.weight": torch.ones(3, 4)}, legacy, _use_new_zipfile_serialization=False)
    zipped = tuple(map(guarded, (*often(broken_zip(BYTES[0])), broken_zip(BYTES[1]), broken_zip(BYTES[4]), *BYTES)))
    return (Sample({"a.pt": stream.getvalue()}, {"a.pt": zipped}), Sample({"b.pt": legacy.getvalue()}, {"b.pt": BYTES}))


def _open_weights(path: Path, folder: Path) -> None:
    from motionpatches.core.models.weights import read_tensors

    read_tensors(path)


def _statistics_samples() -> tuple[Sample, ...]:
    array = npy_bytes(np.ones((22, 3), np.float32))
    return _one({"Mean_raw.npy": array, "Std_raw.npy": array})


def _open_statistics(path: Path, folder: Path) -> None:
    from motionpatches.core.models.published_statistics import dataset_statistics

    found = dataset_statistics(path.parent)
    if found is not None and not (np.isfinite(found).all() and (found[1] >= 0).all()):
        raise Wrong("statistics that are not finite")


# Runs.


def _run_samples() -> tuple[Sample, ...]:
    import torch

    from motionpatches.core.training import resume
    from motionpatches.core.training.config import TrainingConfig, write
    from motionpatches.core.training.ema import WeightAverage
    from motionpatches.core.training.events import Ended, Epoch, Measured, Started, Step, Warned

    torch.set_num_threads(1)
    figures = {"exact_caption": {"t2m": {"R@1": 50.0}, "m2t": {"R@1": 25.0}}}
    events = [
        Started("CPU", 8, 2, 12, 6, before=Measured(figures)),
        Step(1, 1, 1.5, 9.0, 3.0, {"heads": 1e-3}),
        Epoch(1, 1.5, figures, True, 3.0),
        Warned("x"),
        Ended(figures, 1, True, 8.0, 12),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder, config = Path(name), TrainingConfig(library="x")
        write(config, folder / "config.json")
        (folder / "events.jsonl").write_text("".join(event.to_line() + "\n" for event in events))
        (folder / "note.txt").write_text("a note")
        model, optimizer = _small_model()
        resume.save_state(folder, config, resume.Progress(3, [1.0]), model, optimizer, WeightAverage(model, 0.9))
        files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    files = {f"r/{name}": files[name] for name in sorted(files, key=lambda name: name != "config.json")}
    return _one(files, **{".pt": (broken_zip(BYTES[0]), broken_zip(BYTES[2]), *BYTES)})


def _small_model():
    import torch

    model = torch.nn.Linear(3, 2)
    return model, torch.optim.AdamW(model.parameters())


def _open_run(path: Path, folder: Path) -> None:
    from motionpatches.core.errors import StudioError
    from motionpatches.core.training import resume, runs
    from motionpatches.core.training.config import TrainingConfig
    from motionpatches.core.training.ema import WeightAverage

    (listed,) = runs.runs_in(path.parents[1])
    history = listed.history
    _ = listed.best, listed.can_resume, history.loss(), history.recall("t2m", "R@1"), history.rates("heads"), history.found
    model, optimizer = _small_model()
    try:
        progress = resume.load_state(path.parent, TrainingConfig(library="x"), model, optimizer, WeightAverage(model, 0.9), "cpu")
        if not all(np.isfinite(p.detach().numpy()).all() for p in model.parameters()) or progress.step < 0:
            raise Wrong("a state that is not finite")
    except StudioError:
        pass
    runs.read_run(path.parent)


# Libraries.


def _body(frames: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(frames, 22, 3)).astype(np.float32)


def _captions_samples() -> tuple[Sample, ...]:
    files = {"captions.csv": b'file,caption,split\na.npy,"walks, slowly",train\nb.npy,runs#x#0.0#0.1,\n# note\n'}
    return _one({**files, "a.npy": npy_bytes(_body()), "b.npy": npy_bytes(_body()), "b.txt": b"waves#wave/VERB#0.0#0.1\njumps\n"})


def _humanml_samples() -> tuple[Sample, ...]:
    names = [f"joint {j}" for j in range(22)]
    return _one(
        {
            "texts/0.txt": b"a person walks#a/DET person/NOUN#0.0#0.0\nruns#x#0.0#0.1\n",
            "new_joints/0.npy": npy_bytes(_body()),
            "new_joints/1.npy": npy_bytes(_body()),
            "train.txt": b"0\n",
            "test.txt": b"1\n",
            "skeleton.json": _text({"joint_names": names, "parents": [-1, *range(21)], "fps": 20}),
        }
    )


def _babel_samples() -> tuple[Sample, ...]:
    label = {"raw_label": "walk", "act_cat": ["walk"], "start_t": 0.0, "end_t": 0.1}
    entry = {"feat_p": "KIT/3/a.npz", "dur": 0.2, "seq_ann": {"labels": [label]}, "frame_ann": {"labels": [label]}}
    stream = io.BytesIO()
    np.savez(stream, poses=np.zeros((4, 156), "f4"), trans=np.zeros((4, 3), "f4"), mocap_framerate=np.array(20.0))
    return _one({"train.json": _text({"7": entry, "8": {**entry, "frame_ann": None}}), "KIT/3/a.npz": stream.getvalue()})


def _packed_samples() -> tuple[Sample, ...]:
    from motionpatches.core.library.packed import write_packed
    from motionpatches.core.motion.motion import Motion
    from motionpatches.core.motion.skeleton import SMPL22

    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "lib.npz"
        motion = Motion(_body(), 20.0, SMPL22, "a")
        write_packed(file, "lib", [motion, motion], [{"id": i, "captions": ["walks"], "split": "train"} for i in ("a", "b")])
        return _one({"lib.npz": file.read_bytes()}, **{".npz": (*NPZ, *often(broken_zip(_broken_index)))})


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


def _open_library(path: Path, folder: Path) -> None:
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


def _index_samples() -> tuple[Sample, ...]:
    from motionpatches.core.library import index
    from motionpatches.core.library.library import Clip, Library, Reader, Skipped

    clips = tuple(Clip(f"c{i}", ROOT / f"{i}.npy", ("walks", "runs"), "train", 1.0, key=f"k{i}") for i in range(5))
    library = Library(ROOT, "library", "folder", clips, Reader(lambda clip: None), (Skipped(ROOT / "x", "why"),), ("note",))
    with tempfile.TemporaryDirectory() as name:
        index.save(library, file=Path(name) / "i.sqlite")
        return _one({"i.sqlite": (Path(name) / "i.sqlite").read_bytes()}, **{".sqlite": BYTES})


def _open_index(path: Path, folder: Path) -> None:
    from motionpatches.core.library import index

    index.search(ROOT, "walk", path)
    index.load_files(ROOT, path)
    index.load_stamps(ROOT, path)
    index.load_reading(ROOT, str(ROOT / "0.npy"), "", path)
    index.load(ROOT, path)


def _gallery_samples() -> tuple[Sample, ...]:
    from motionpatches.core.search.gallery import Entry, Gallery, save_gallery

    rows = np.eye(3, 8, dtype=np.float32)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "g.npz"
        save_gallery(Gallery(rows, tuple(Entry(f"c{i}", f"k{i}", 0.0, 1.0) for i in range(3)), "print"), file)
        return _one({"g.npz": file.read_bytes()}, **{".npz": (*NPZ, *often(broken_zip(_broken_index)))})


def _open_gallery(path: Path, folder: Path) -> None:
    from motionpatches.core.search.gallery import load_gallery

    gallery = load_gallery(path)
    if not np.isfinite(gallery.embeddings).all():
        raise Wrong("embeddings that are not finite")


# Files of the user's own, at their places in a home folder.


def _own(place: str, value: object) -> Callable[[], tuple[Sample, ...]]:
    return lambda: _one({place: _text(value)})


def _open_marks(path: Path, folder: Path) -> None:
    from motionpatches.core.library.marks import Mark, change_mark, read_marks

    read_marks(ROOT)
    change_mark(ROOT, "a", Mark(), Mark(True))
    if not read_marks(ROOT)["a"].favourite:
        raise Wrong("a favourite that is not kept")


def _open_sidecar(path: Path, folder: Path) -> None:
    from motionpatches.core.library.caption_store import read_sidecar

    for lines in read_sidecar(ROOT).values():
        "".join(line.text for line in lines)


def _open_corrections(path: Path, folder: Path) -> None:
    from motionpatches.core.motion.skeleton import SMPL22
    from motionpatches.core.recognition import corrections

    corrections.find(SMPL22, ROOT / "a.npy")
    corrections.version()


def _corrections_samples() -> tuple[Sample, ...]:
    from motionpatches.core.motion.skeleton import SMPL22
    from motionpatches.core.recognition import corrections, corrections_file

    with tempfile.TemporaryDirectory() as name, mock.patch.dict(os.environ, {paths.HOME_VARIABLE: name}):
        for scope in ("rig", "folder"):
            corrections.remember(scope, SMPL22, ROOT / "a.npy", corrections_file.Correction(unit_m=0.01, up="Z", fps=30.0))
        return _one({"config/skeletons.json": paths.corrections().read_bytes()})


def _open_session(path: Path, folder: Path) -> None:
    from motionpatches.app.crash import Watch

    watch = Watch()
    try:
        watch.last_time()
    finally:
        watch.end()


def _settings_samples() -> tuple[Sample, ...]:
    lines = ("[General]", "format=2", "recent=/a, /b", "volume=0.5", r"layout=@ByteArray(\0\x1)", "", "[keys]", "open=Ctrl+O", "")
    return _one({"config/settings.ini": "\n".join(lines).encode()})


def _open_settings(path: Path, folder: Path) -> None:
    from motionpatches.app.settings import open_settings

    settings = open_settings()
    for key in settings.allKeys():
        settings.value(key)


MARKS = f"data/marks/{place_digest(ROOT)}.json"
SIDECAR = f"data/captions/{place_digest(ROOT)}.json"
TARGETS: tuple[Target, ...] = (
    Target("model folder", _open_model, _model_samples),
    Target("weights", _open_weights, _weights_samples),
    Target("statistics", _open_statistics, _statistics_samples),
    Target("run folder", _open_run, _run_samples),
    Target("captions table", _open_library, _captions_samples),
    Target("HumanML3D folder", _open_library, _humanml_samples),
    Target("BABEL folder", _open_library, _babel_samples),
    Target("packed library", _open_library, _packed_samples),
    Target("library index", _open_index, _index_samples),
    Target("gallery", _open_gallery, _gallery_samples),
    Target("marks", _open_marks, _own(MARKS, {"root": "x", "clips": {"a": {"favourite": True, "tags": ["x"]}}})),
    Target("captions of the user", _open_sidecar, _own(SIDECAR, {"takes": {"a": [["walks", 0.0, 1.0]], "b": []}})),
    Target("corrections", _open_corrections, _corrections_samples),
    Target("session", _open_session, _own("reports/session.json", {"pid": 99999, "paths": ["/a", "/b"]})),
    Target("settings", _open_settings, _settings_samples),
)
