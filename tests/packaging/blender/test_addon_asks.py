"""How the Blender add-on finds a window and asks it; Blender's own modules are stand-ins, in test_addon.py they are real."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import MagicMock

import pytest

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search.gallery import Hit
from motionpatches.core.serve.listening import Listening
from motionpatches.core.serve.shown import Shown

ADDON = Path(__file__).resolve().parents[3] / "packaging" / "blender" / "motion_patches.py"


@pytest.fixture
def addon(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The add-on, whose preferences are those of a new installation."""
    preferences = SimpleNamespace(source="WINDOW", folder="", address="http://127.0.0.1:8765", token="")
    bpy = MagicMock()
    bpy.types = SimpleNamespace(**dict.fromkeys(("PropertyGroup", "AddonPreferences", "Operator", "UIList", "Panel"), object))
    bpy.context.preferences.addons = {"motion_patches": SimpleNamespace(preferences=preferences)}
    for name, module in {
        "bpy": bpy,
        "bpy.utils": bpy.utils,
        "bpy.utils.previews": bpy.utils.previews,
        "mathutils": MagicMock(),
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("motion_patches", ADDON)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["test_preferences"] = preferences
    return module


def refused(addon: ModuleType) -> str:
    with pytest.raises(addon.Refused) as told:
        addon.ask("/shown")
    return str(told.value)


def test_the_file_is_where_the_window_keeps_it(addon: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert Path(addon.window_file()) == paths.open_window()
    addon.test_preferences.folder = str(tmp_path)
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    assert Path(addon.window_file()) == paths.open_window()
    addon.test_preferences.folder = ""
    monkeypatch.delenv(paths.HOME_VARIABLE)
    assert Path(addon.window_file()) == paths.open_window()
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert Path(addon.window_file()) == paths.open_window()


def test_an_open_window_is_found_and_asked(addon: ModuleType):
    library = run(open_library(paths.demo_library()))
    one = library.clips[0]
    window = Listening(paths.open_window())
    window.shown = Shown(library, "a query", (Hit(1, one.id, 0.5, 0.0, 1.0, "likely"),), ("its caption",))
    window.start()
    try:
        found = json.loads(addon.ask("/shown"))
        assert found["query"] == "a query" and [(h["id"], h["caption"]) for h in found["hits"]] == [(one.id, "its caption")]
        assert addon.ask("/picture", clip=one.id).startswith(b"\x89PNG")
        with pytest.raises(addon.Refused, match="no clip"):
            addon.ask("/motion", clip="nothing")
        window.shown = None
        assert "Nothing is open" in refused(addon)
    finally:
        window.stop()
    assert "Let Blender See the Results" in refused(addon)


def test_a_file_that_was_left_behind_leads_to_a_sentence(addon: ModuleType):
    file = paths.open_window()
    window = Listening(file)
    window.start()
    kept = file.read_text()
    window.stop()
    try:
        file.write_text(kept)  # as a window that was killed leaves it
        assert "Nothing answers at" in refused(addon) and "Let Blender See the Results" in refused(addon)
        file.write_text("no JSON")
        assert "cannot be read" in refused(addon)
    finally:
        file.unlink()
