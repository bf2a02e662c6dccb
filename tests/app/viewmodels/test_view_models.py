"""All view models together: how they are made, and what they may import."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.recent import KEPT
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.core import paths
from tests.lanes import heard, rest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def all_of_them(lanes, settings):
    return ViewModels(lanes, settings)


def test_they_know_no_widget_and_no_torch():
    code = (
        "import sys, pkgutil, importlib; import motionpatches.app.viewmodels as v\n"
        "[importlib.import_module(f'{v.__name__}.{m.name}') for m in pkgutil.iter_modules(v.__path__)]\n"
        "print(sorted(n for n in sys.modules if n in ('PySide6.QtGui', 'PySide6.QtWidgets', 'pyqtgraph', 'OpenGL')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_those_of_other_windows_are_made_once_and_late(all_of_them):
    assert not {"training", "evaluation", "models", "library_map"} & set(vars(all_of_them))
    assert all_of_them.evaluation is all_of_them.evaluation and all_of_them.models.workspace is all_of_them.workspace
    assert all_of_them.library_map.search is all_of_them.search and all_of_them.before_after is all_of_them.before_after


def test_a_run_under_way_leaves_the_processor_to_itself(all_of_them):
    training = all_of_them.training
    assert not any(busy() for busy in all_of_them.playback.busy)
    training.process = type("Child", (), {"close": lambda self: setattr(training, "closed", True)})()
    assert any(busy() for busy in all_of_them.playback.busy)
    all_of_them.close()
    assert training.closed


def test_no_frame_comes_between_an_answer_and_its_tiles(all_of_them):
    playback = all_of_them.playback
    all_of_them.search.settling = True
    ticks = heard(playback.ticked)
    rest(0.08)
    assert playback.playing and ticks == []
    all_of_them.search.settling = False
    rest(0.08)
    assert ticks


def test_closing_makes_nothing(all_of_them):
    all_of_them.close()
    assert "training" not in vars(all_of_them)


def test_the_device_is_the_one_asked_for_or_that_of_the_settings(lanes, settings):
    settings.setValue("device", "cuda")
    assert ViewModels(lanes, settings).workspace.device_choice == "cuda"
    assert ViewModels(lanes, settings, "cpu").workspace.device_choice == "cpu"


def test_captions_and_marks_have_one_history(all_of_them, small_library):
    all_of_them.workspace.open([small_library])
    clip = all_of_them.workspace.library.clips[0]
    all_of_them.captions.add("one more")
    all_of_them.marks.toggle_favourite(clip)
    all_of_them.history.undo()
    assert not all_of_them.marks.of(clip).favourite and all_of_them.history.undo_name == "Add Caption"


def test_recent_libraries_the_newest_first(all_of_them, tmp_path, smpl_motion):
    import numpy as np

    recent, opened = all_of_them.recent, []
    for i in range(KEPT + 2):
        np.save(tmp_path / f"{i}.npy", smpl_motion.positions[:30])
        all_of_them.workspace.open([tmp_path / f"{i}.npy"])
        opened.insert(0, str(tmp_path / f"{i}.npy"))
    assert recent.paths() == opened[:KEPT]
    all_of_them.workspace.open([tmp_path / "5.npy"])
    assert recent.paths()[0] == opened[4] and len(set(recent.paths())) == KEPT
    recent.forget()
    assert recent.paths() == []


def test_the_demo_library_is_not_among_the_recent(all_of_them, small_library, monkeypatch):
    monkeypatch.setattr(paths, "demo_library", lambda: small_library)
    all_of_them.workspace.open([small_library])
    assert all_of_them.recent.paths() == []
    all_of_them.recent.settings.setValue("recent", ["/opt/studio-0.2/assets/" + small_library.name, "/data/takes"])
    monkeypatch.setattr(paths, "demo_library", lambda: small_library.parent / "assets" / small_library.name)
    assert all_of_them.recent.paths() == ["/data/takes"], "nor is that of another version"


def test_tiles_show_clips_with_their_scores_and_leave_out_what_cannot_be_read(ready):
    clips = ready.library.clips
    clips[1].path.unlink()
    tiles = Tiles(ready, "test")
    tiles.show([(clips[0], 0.5), (clips[1], 0.4), (clips[2], 0.3)])
    assert [(r.clip, r.hit.score) for r in tiles.results] == [(clips[0], 0.5), (clips[2], 0.3)]
    tiles.show([])
    assert tiles.results == []
