"""Commands on the chosen takes, without a window: one of them, several, none."""

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets import take_commands as module
from motionpatches.app.widgets.dialogs.caption_batch import RemoveCaptionDialog, ReplaceDialog
from motionpatches.app.widgets.take_commands import NOTHING, ONE, TakeCommands
from tests.lanes import fake_lanes


@pytest.fixture
def takes(app, small_library, tmp_path):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    view_models = ViewModels(fake_lanes(), settings)
    view_models.workspace.open([small_library])
    parent = QWidget()
    yield TakeCommands(view_models, parent)
    parent.deleteLater()


def test_tags_and_captions_of_several_takes_are_one_step_each(takes, monkeypatch):
    v, clips = takes.view_models, takes.workspace.library.clips[2:5]
    v.marks.tag([clips[0]], "old")
    takes.selection.choose(clips)
    asked = []
    monkeypatch.setattr(module, "ask_tags", lambda parent, what, *_: (asked.append(what), "loop, idle")[1])
    monkeypatch.setattr(module, "ask_text", lambda parent, title, *_: (asked.append(title), "a person idles")[1])
    takes.edit_tags()
    takes.add_caption()
    library = takes.workspace.library
    assert asked == ["3 takes", "Add a caption to 3 takes"]
    assert {v.marks.of(clip).tags for clip in clips} == {("old", "loop", "idle"), ("loop", "idle")}
    assert all("a person idles" in library.by_id[clip.id].captions for clip in clips)
    v.history.undo()
    v.history.undo()
    assert [v.marks.of(clip).tags for clip in clips] == [("old",), (), ()]
    assert not any("a person idles" in takes.workspace.library.by_id[clip.id].captions for clip in clips)


def test_captions_of_several_takes_go_and_change_in_one_step_each(takes, monkeypatch):
    v, clips = takes.view_models, takes.workspace.library.clips[2:5]
    v.captions.add_to(clips, "a person idles")
    before = [clip.captions for clip in (takes.workspace.library.by_id[c.id] for c in clips)]
    takes.selection.choose(clips)
    asked = []

    def removing(parent, what, lines):
        dialog = RemoveCaptionDialog(what, lines, parent)
        asked.append((dialog.list.item(0).text(), dialog.news.text(), dialog.ok.isEnabled()))
        return dialog.text

    def replacing(parent, what, lines):
        dialog = ReplaceDialog(what, lines, parent)
        assert not dialog.ok.isEnabled() and dialog.news.text() == "Changes nothing."
        dialog.old.setText("idles")
        dialog.new.setText("rests")
        asked.append((dialog.windowTitle(), dialog.news.text(), dialog.ok.isEnabled()))
        return dialog.old.text(), dialog.new.text()

    monkeypatch.setattr(module, "ask_replacement", replacing)
    monkeypatch.setattr(module, "ask_caption", removing)
    takes.replace_in_captions()
    now = lambda: [takes.workspace.library.by_id[clip.id].captions for clip in clips]  # noqa: E731
    assert now() == [(*old[:-1], "a person rests") for old in before]
    assert asked == [("Replace in the captions of 3 takes", "Changes 3 captions of 3 takes.", True)]
    takes.remove_caption()
    assert now() == [old[:-1] for old in before]
    assert asked[1] == ("a person rests  (3 of 3 takes)", "Removes 3 captions of 3 takes.", True)
    v.history.undo()
    v.history.undo()
    assert now() == before
    monkeypatch.setattr(module, "ask_caption", lambda *_: pytest.fail("there is nothing to remove"))
    bare = takes.workspace.library.clips[7]
    v.captions.exchange("Clear", {bare.id: v.captions.of([bare])[bare.id]}, {bare.id: ()})
    takes.selection.choose([takes.workspace.library.by_id[bare.id]])
    assert takes.why_not_captions() == "The chosen takes have no captions."
    takes.remove_caption()


def test_paths_are_copied_each_once(takes):
    clips = takes.workspace.library.clips
    takes.selection.choose(clips[:3])
    takes.copy_path()
    assert QApplication.clipboard().text().split("\n") == [str(clip.path) for clip in clips[:3]]


def test_what_is_not_possible_has_a_reason(takes):
    clips = takes.workspace.library.clips
    takes.selection.choose(clips[:2])
    assert takes.why_not_more_like() == ONE and takes.why_not() == takes.why_not_compare() == ""
    takes.selection.choose(clips[:1])
    assert takes.why_not_more_like() == "The model is not loaded yet." and takes.why_not_compare()
    takes.selection.choose([])
    assert takes.why_not() == takes.why_not_more_like() == NOTHING and takes.why_not_range()
    for do in (takes.toggle_favourite, takes.edit_tags, takes.add_caption, takes.keep, takes.reveal, takes.copy_path, takes.show):
        do()  # nothing happens, nothing fails


def test_the_shown_take_is_acted_on_whatever_is_chosen(takes):
    clips, marks = takes.workspace.library.clips, takes.view_models.marks
    takes.workspace.show_clip(clips[0])
    takes.selection.choose(clips[3:6])
    takes.on_shown(takes.toggle_favourite)
    assert marks.of(clips[0]).favourite and not any(marks.of(clip).favourite for clip in clips[3:6])
    assert takes.clips == clips[3:6]
    takes.toggle_favourite()
    assert all(marks.of(clip).favourite for clip in clips[3:6])


def test_another_take_than_the_shown_one_is_kept_and_several_are_compared(takes):
    clips, stage = takes.workspace.library.clips, takes.view_models.stage
    takes.workspace.show_clip(clips[0])
    takes.selection.choose([clips[4]])
    takes.keep()
    assert [clip.id for clip, _ in stage.kept] == [clips[4].id] and takes.workspace.clip.id == clips[0].id
    takes.selection.choose(clips[6:8])
    takes.compare()
    assert [clip.id for clip, _ in stage.bodies] == [clip.id for clip in clips[6:8]]


def test_chosen_takes_are_what_is_exported_first(takes):
    from motionpatches.app.widgets.export_sources import sources

    clips = takes.workspace.library.clips
    takes.workspace.show_clip(clips[0])
    assert [item.clip_id for item in sources(takes.view_models)[0].items] == [clips[0].id]
    takes.selection.choose(clips[2:5])
    assert [item.clip_id for item in sources(takes.view_models)[0].items] == [clip.id for clip in clips[2:5]]
    takes.selection.choose([clips[7]])
    assert [item.clip_id for item in sources(takes.view_models)[0].items] == [clips[7].id], "though another one is shown"
