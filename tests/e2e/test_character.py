"""A character on the stage: drawn in its own colours, remembered, dropped; a broken file leaves the figure and a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from motionpatches.app.gl.canvas import opengl_works
from motionpatches.app.gl.figure.character import characters
from motionpatches.app.viewmodels.characters import Characters
from motionpatches.app.widgets.dialogs.dropped import CHARACTER, choices_for
from motionpatches.app.widgets.views.stage_character import fill_characters
from tests.characters import GREEN, character
from tests.window import pixels, wait


@pytest.fixture
def choice(demo):
    if not opengl_works():
        pytest.skip("no OpenGL 3.3 on this machine")
    yield demo.view_models.characters
    demo.view_models.characters.none()


def picture(studio) -> np.ndarray:
    studio.window.stage.canvas.update()
    drawn = []
    studio.window.stage.canvas.frameSwapped.connect(lambda: drawn.append(True))
    wait(lambda: bool(drawn))
    return pixels(studio.window.stage)


def green(rows: np.ndarray) -> int:
    """How many pixels have about the colour of the character's picture, in light or shadow."""
    return int(((rows[..., 1] > 90) & (rows[..., 1] > 2.5 * rows[..., 0]) & (rows[..., 1] > 2 * rows[..., 2])).sum())


def test_a_character_is_drawn_in_its_colours_and_remembered(demo, choice, tmp_path):
    (tmp_path / "me.glb").write_bytes(character().glb())
    before = picture(demo)
    choice.choose(str(tmp_path / "me.glb"))
    wait(lambda: characters().shown is not None and characters().track(demo.workspace.motion) is not None)
    after = picture(demo)
    assert GREEN[1] > 200 and green(before) < 50 and green(after) > 4000
    assert str(tmp_path / "me.glb") in choice.recent()
    again = Characters(demo.view_models.stage, choice.settings)
    demo.workspace.shown.emit()
    wait(lambda: again.character is not None)
    assert again.shown == str(tmp_path / "me.glb")
    choice.none()
    assert green(picture(demo)) < 50


def test_a_broken_character_leaves_what_was_shown_and_says_why(demo, choice, tmp_path):
    (tmp_path / "bad.glb").write_bytes(character(b"GIF89a").glb())
    said = []
    demo.workspace.failed.connect(said.append)
    choice.choose(str(tmp_path / "bad.glb"))
    wait(lambda: bool(said))
    assert str(tmp_path / "bad.glb") not in choice.recent()
    assert "bad.glb: picture 1 is no PNG or JPEG" in said[0] and characters().shown is None


def test_it_is_offered_beside_what_a_file_may_be_opened_as(choice, tmp_path):
    file = tmp_path / "me.vrm"
    file.write_bytes(b"")
    assert [one.name for one in choices_for([file], "demo")][-1] == CHARACTER
    assert CHARACTER not in [one.name for one in choices_for([tmp_path / "a.bvh"], "demo")]


def test_the_menu_names_what_is_shown(demo, choice, tmp_path):
    (tmp_path / "me.glb").write_bytes(character().glb())
    choice.choose(str(tmp_path / "me.glb"))
    wait(lambda: choice.character is not None)
    menu = demo.window.stage_header.character.menu()
    fill_characters(menu, choice, lambda: None)
    assert [a.toolTip() for a in menu.actions() if a.isChecked()] == [str(tmp_path / "me.glb")]
    assert not menu.actions()[0].isChecked() and menu.actions()[0].text() == "Figure"
