"""The table of what is fuzzed besides motion files; and the files of the user's own, at their places in a home folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from motionpatches.core import paths
from motionpatches.core.hashing import place_digest
from tests.fuzz import libraries, models_and_runs
from tests.fuzz.samples import Sample
from tests.fuzz.target import ROOT, Target, Wrong, json_bytes, one_sample


def _own(place: str, value: object) -> Callable[[], tuple[Sample, ...]]:
    return lambda: one_sample({place: json_bytes(value)})


def _open_marks(path: Path, folder: Path) -> None:
    from motionpatches.core.library.marks import Mark, change_marks, read_marks

    read_marks(ROOT)
    change_marks(ROOT, {}, {"a": Mark(True)})
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
        return one_sample({"config/skeletons.json": paths.corrections().read_bytes()})


def _open_session(path: Path, folder: Path) -> None:
    from motionpatches.app.crash import Watch

    watch = Watch()
    try:
        watch.last_time()
    finally:
        watch.end()


def _settings_samples() -> tuple[Sample, ...]:
    lines = ("[General]", "format=2", "recent=/a, /b", "volume=0.5", r"layout=@ByteArray(\0\x1)", "", "[keys]", "open=Ctrl+O", "")
    return one_sample({"config/settings.ini": "\n".join(lines).encode()})


def _open_settings(path: Path, folder: Path) -> None:
    from motionpatches.app.settings import open_settings

    settings = open_settings()
    for key in settings.allKeys():
        settings.value(key)


MARKS = f"data/marks/{place_digest(ROOT)}.json"
SIDECAR = f"data/captions/{place_digest(ROOT)}.json"
TARGETS: tuple[Target, ...] = (
    Target("model folder", models_and_runs.open_model, models_and_runs.model_samples),
    Target("weights", models_and_runs.open_weights, models_and_runs.weights_samples),
    Target("statistics", models_and_runs.open_statistics, models_and_runs.statistics_samples),
    Target("run folder", models_and_runs.open_run, models_and_runs.run_samples),
    Target("captions table", libraries.open_library, libraries.captions_samples),
    Target("HumanML3D folder", libraries.open_library, libraries.humanml_samples),
    Target("BABEL folder", libraries.open_library, libraries.babel_samples),
    Target("BONES-SEED folder", libraries.open_library, libraries.seed_samples),
    Target("SnapMoGen folder", libraries.open_library, libraries.snap_samples),
    Target("packed library", libraries.open_library, libraries.packed_samples),
    Target("library index", libraries.open_index, libraries.index_samples),
    Target("gallery", libraries.open_gallery, libraries.gallery_samples),
    Target("marks", _open_marks, _own(MARKS, {"root": "x", "clips": {"a": {"favourite": True, "tags": ["x"]}}})),
    Target("captions of the user", _open_sidecar, _own(SIDECAR, {"takes": {"a": [["walks", 0.0, 1.0]], "b": []}})),
    Target("corrections", _open_corrections, _corrections_samples),
    Target("session", _open_session, _own("reports/session.json", {"pid": 99999, "paths": ["/a", "/b"]})),
    Target("settings", _open_settings, _settings_samples),
)
