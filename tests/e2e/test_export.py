"""The export sheet in the real window: what it shows is what it writes, and nothing is replaced unasked."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox

from motionpatches.app.export.estimate import estimated_bytes
from motionpatches.app.export.jobs import as_written, draw, motion_of
from motionpatches.app.export.pictures import camera_of
from motionpatches.app.export.plan import Item, Plan, Style
from motionpatches.app.gl.offscreen import make_surface
from motionpatches.app.widgets.dialogs import export as dialogs
from motionpatches.app.widgets.dialogs.export import ExportDialog
from motionpatches.app.widgets.export_sources import sheet_of, sources
from motionpatches.core.io.load import load_motion
from motionpatches.core.progress import run
from tests.window import wait

SMALL = (160, 120)


RANGE = (0.5, 1.0)


@pytest.fixture
def sheet(demo, tmp_path):
    """The state of the sheet for half a second of the shown motion, its files in a folder of the test."""
    demo.playback.range_s = RANGE
    demo.window.settings.setValue("export/folder", str(tmp_path))
    demo.window.settings.setValue("export/purpose", "gif-chat")
    demo.view_models.selection.choose([demo.workspace.clip])
    found = sheet_of(demo.view_models, demo.window.settings, demo.window.stage.camera, demo.window)
    yield found
    found.close()
    wait(lambda: not demo.lanes.exports.busy, 60)
    for notice in [*demo.workspace.notices.kept, *demo.workspace.notices.shown]:
        demo.workspace.notices.dismiss(notice)


def opened(sheet, demo):
    dialog = ExportDialog(sheet, demo.window)
    dialog.show()
    wait(lambda: dialog.preview.image is not None, 30)
    return dialog


def source(sheet, words):
    (found,) = [one for one in sheet.sources if words in one.title]
    return found


def written(sheet, demo, path, **fields):
    """Write with fields of a style, and wait until the file is there and told of."""
    sheet.set_style(size=SMALL, **fields)
    sheet.set_path(path)
    notices = demo.workspace.notices
    last = max((notice.number for notice in notices.kept), default=-1)
    sheet.start()
    wait(lambda: any(notice.number > last and notice.text.startswith(f"Saved {path.name}, ") for notice in notices.kept), 90)
    return path


def test_the_sheet_begins_with_what_the_stage_shows(demo, tmp_path):
    stage = demo.window.stage
    demo.view_models.stage.set(trails=True, ghosts=True, colouring="speed")
    stage.turn_to(1.1, 0.4)
    stage.camera = stage.camera.zoom(3).pan(0, 30, 600)
    style = sheet_of(demo.view_models, demo.window.settings, stage.camera, demo.window).plan.style
    assert (style.look, style.trails, style.ghosts, style.trajectory, style.colouring) == ("dark", True, True, False, "speed")
    drawn = camera_of(demo.workspace.motion, style)
    assert (drawn.azimuth, drawn.elevation) == (pytest.approx(1.1), pytest.approx(0.4))
    assert drawn.distance == pytest.approx(stage.camera.distance) and drawn.target[1] == pytest.approx(stage.camera.target[1])
    demo.view_models.stage.set(follow=False)
    stage.camera = stage.camera.pan(50, 20, 600)
    style = sheet_of(demo.view_models, demo.window.settings, stage.camera, demo.window).plan.style
    drawn = camera_of(demo.workspace.motion, style)
    np.testing.assert_allclose([*drawn.target, drawn.distance], [*stage.camera.target, stage.camera.distance], atol=1e-5)
    stage.reset_camera()


def test_what_can_be_exported_begins_with_what_was_chosen(demo):
    v, clips = demo.view_models, demo.workspace.library.clips[3:6]
    v.selection.choose([demo.workspace.clip])
    assert [one.title for one in sources(v)][:1] == ["The shown motion"]
    demo.playback.range_s = (0.5, 1.25)
    assert [(one.items[0].start_s, one.items[0].end_s) for one in sources(v)][0] == (0.5, 1.25)
    v.selection.choose(clips)
    found = sources(v)
    assert found[0].title == "The 3 chosen takes" and [i.clip_id for i in found[0].items] == [c.id for c in clips]
    assert [i.rank for i in found[0].items] == [1, 2, 3]
    assert [i.clip_id for i in found[-1].items] == [r.clip.id for r in demo.search.results]
    v.selection.choose([demo.workspace.clip])


def test_exports_move_are_not_blank_and_read_back(sheet, demo, tmp_path):
    clip = demo.workspace.clip
    sheet.refresh = lambda: None  # neither a preview nor a size is wanted here
    gif_file = written(sheet, demo, tmp_path / "a.gif", fps=10.0)
    with Image.open(gif_file) as gif:
        assert gif.n_frames == 5 and gif.info["loop"] == 0 and gif.size == SMALL
        first = np.asarray(gif.convert("RGB")).astype(int)
        gif.seek(4)
        later = np.asarray(gif.convert("RGB")).astype(int)
    assert first.std() > 15 and (np.abs(first - later).sum(-1) > 60).sum() > 20
    import av

    sheet.set_purpose("mp4-1080p")
    with av.open(str(written(sheet, demo, tmp_path / "a.mp4", fps=10.0))) as video:
        frames = [f.to_ndarray(format="rgb24").astype(int) for f in video.decode(video=0)]
        assert video.streams.video[0].codec.name == "h264" and video.streams.video[0].pix_fmt == "yuv420p"
    assert len(frames) == 5 and frames[0].shape == (*SMALL[::-1], 3) and frames[3].std() > 15
    sheet.set_purpose("bvh-blender")
    motion, again = demo.workspace.library.load(clip.id).cut(*RANGE), load_motion(written(sheet, demo, tmp_path / "a.bvh"))
    order = [again.skeleton.joint_names.index(n) for n in motion.skeleton.joint_names]
    assert np.linalg.norm(again.positions[:, order] - motion.positions, axis=2).max() < 1e-3
    notice = demo.workspace.notices.kept[-1]
    assert notice.text.startswith("Saved a.bvh, ") and notice.action.words == "Show in Folder"


def overlap(one, other):
    """Share of the pixels of two bodies that both have."""
    return (one & other).sum() / (one | other).sum()


def test_the_preview_is_the_file_in_small(sheet, demo, tmp_path):
    """The body in a still that was written, made smaller, against that in the preview."""
    sheet.set_purpose("sticker")
    sheet.set_style(size=(900, 600), labels=False)
    dialog = opened(sheet, demo)
    path = tmp_path / "a.png"
    sheet.set_path(path)
    image, other = dialog.preview.image, dialog.preview.pictures.at(0.1)[..., 3] > 128
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    small = rows[:, 3 : image.width() * 4 : 4] > 128
    assert (image.width(), image.height()) == (360, 240) and small.mean() > 0.02
    dialog.activateWindow()
    wait(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    wait(path.exists, 60)
    with Image.open(path) as whole:
        assert whole.size == (900, 600) and whole.mode == "RGBA"
        expected = np.asarray(whole.resize((360, 240), Image.Resampling.BOX))[..., 3] > 128
    assert overlap(small, expected) > 0.93 > overlap(other, expected), "the same pose from the same place"


def test_the_clean_up_is_in_the_preview_and_can_be_undone(sheet, demo):
    sheet.set_purpose("fbx-unreal")
    dialog = opened(sheet, demo)
    assert dialog.fields.findChildren(QSpinBox)[-1].text() == "as recorded"
    sheet.set_choices(fps=60.0)
    assert dialog.fields.findChildren(QSpinBox)[-1].text() == "60 fps", "numbers have their unit"
    sheet.history.undo()
    wait(lambda: sheet.shown and sheet.shown[0][1].skeleton.joint_names[0] == "root")
    before = sheet.shown[0][1]
    clip = Item(demo.workspace.clip.id, "", *RANGE)
    for fields in ({"trim_start_s": 0.1}, {"loop_s": 0.1, "foot_lock": True}):
        plan = replace(sheet.plan, clean_up=replace(sheet.plan.clean_up, **fields))
        sheet.set_clean_up(**fields)
        expected = as_written(motion_of(demo.workspace.library, clip, plan), plan.choices)
        wait(lambda e=expected: sheet.shown and np.array_equal(sheet.shown[0][1].positions, e.positions))
    assert sheet.duration_s == pytest.approx(0.3)
    dialog.activateWindow()
    dialog.purposes.setFocus()
    wait(dialog.isActiveWindow)
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: sheet.shown and np.array_equal(sheet.shown[0][1].positions, before.positions))
    assert sheet.history.undo_name == "FBX for Unreal"
    sheet.set_clean_up(trim_start_s=500.0)
    wait(lambda: "Trim less" in sheet.warning)
    assert not dialog.save.isEnabled() and "Trim less" in dialog.warning.text()
    dialog.reject()


def test_nothing_is_replaced_unasked(sheet, demo, tmp_path, monkeypatch):
    sheet.set_purpose("npz")
    first = sheet.path
    first.write_text("mine")
    assert sheet.path == first.with_stem(f"{first.stem}_2"), "what is suggested is free"
    sheet.set_path(first)
    dialog, asked = opened(sheet, demo), []
    monkeypatch.setattr(dialogs, "ask", lambda parent, title, text: asked.append(text))
    dialog.accept()
    assert "exists already" in asked[0] and sheet.typed.read_text() == "mine" and dialog.isVisible()
    monkeypatch.setattr(dialogs, "ask", lambda *_: True)
    dialog.accept()
    wait(lambda: sheet.typed.read_bytes()[:2] == b"PK")
    assert not dialog.isVisible()


def test_all_results_with_a_manifest_and_cancel(sheet, demo, tmp_path):
    sheet.choose(source(sheet, "results"))
    sheet.set_purpose("bvh-blender")
    assert sheet.path == tmp_path / "a_person_waves_with_the_right_hand"
    out = sheet.path
    sheet.start()
    wait(lambda: (out / "manifest.json").exists() and not demo.lanes.exports.busy, 60)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["query"] == "a person waves with the right hand" and manifest["model"] == "starter"
    assert [r["id"] for r in manifest["results"]] == [r.clip.id for r in demo.search.results]
    assert all((out / r["file"]).exists() and r["end_s"] > r["start_s"] for r in manifest["results"])
    sheet.choose(source(sheet, "shown"))
    sheet.set_purpose("gif-chat")
    sheet.set_style(size=(1920, 1080))
    failed = []
    demo.workspace.failed.connect(failed.append)
    sheet.set_path(tmp_path / "big.gif")
    sheet.start()
    wait(lambda: demo.lanes.exports.busy)
    demo.workspace.jobs.cancel()
    wait(lambda: failed, 30)
    assert "What was not finished is removed" in failed[0] and not list(tmp_path.glob("big*"))


def test_no_permission_is_told_before(sheet, tmp_path, monkeypatch):
    monkeypatch.setattr("motionpatches.app.export.sheet._can_write", lambda folder: False)
    assert "no permission" in sheet.warning
    monkeypatch.undo()
    sheet.size = 10**18
    assert "the disk has" in sheet.warning


def test_tiles_and_sheets_have_no_black_cells_and_one_caption(demo):
    """Three tiles leave a fourth cell; a contact sheet is as large as it says, with its caption once at the bottom."""
    from motionpatches.app.export.pictures import sheet as contact_sheet

    surface, motion = make_surface(), demo.workspace.motion
    for look, rgba in (("light", (236, 238, 242, 255)), ("dark", (27, 29, 33, 255)), ("transparent", (0, 0, 0, 0))):
        style = Style((200, 200), look=look, labels=True)
        tiles = draw([("", motion)] * 3, Plan("gif", style), surface)
        picture = tiles.at(0.5)
        tiles.close()
        assert np.abs(picture[120:, 120:].astype(int) - rgba).max() <= 2, look
        plan = Plan("sheet", replace(style, size=(400, 300)), poses=5)
        pictures = draw([("a person waves", motion)], plan, surface)
        picture = contact_sheet(pictures, 5, (400, 300))
        pictures.close()
        assert picture.shape == (300, 400, 4)
        empty = picture[150:260, 290:].astype(int)
        assert np.abs(empty - rgba).max() <= 2, "the sixth cell"
        band = (np.abs(picture[-20:].astype(int) - picture[-1, 0]).sum(-1) > 100).any(axis=0)
        middle = np.flatnonzero(band)
        assert len(middle) and middle.min() > 100 and middle.max() < 300, "one caption, in the middle below"


@pytest.mark.parametrize("kind, style", [("gif", Style((160, 160), 30.0, "dark")), ("bvh", Style()), ("fbx", Style())])
def test_the_size_before_is_about_that_after(sheet, demo, tmp_path, kind, style):
    if kind != "gif":
        sheet.choose(source(sheet, "shown"))
    sheet.set(kind=kind, style=style)
    motion = motion_of(demo.workspace.library, sheet.source.items[0], sheet.plan)
    rate = style.fps if kind == "gif" else motion.fps
    about = run(estimated_bytes([("a", motion)], motion.duration_s * rate, sheet.plan, sheet.surface))
    sheet.set_path(tmp_path / f"a.{kind}")
    sheet.start()
    wait(lambda: sheet.path.exists() and not demo.lanes.exports.busy, 60)
    size = sheet.path.stat().st_size
    assert size / 1.6 < about < size * 1.6
