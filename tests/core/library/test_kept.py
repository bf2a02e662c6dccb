"""Edits of clips of several libraries that are open together are kept in each: seen alone, undone, all or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.library import caption_store, kept, known, marks, sheet
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.library import Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.open import open_paths
from motionpatches.core.progress import run

ONE, OTHER = "small/000003", "other/000003"


@pytest.fixture
def roots(small_library) -> list[Path]:
    other = small_library.with_name("other")
    shutil.copytree(small_library, other)
    return [small_library, other]


@pytest.fixture
def together(roots) -> Library:
    return run(open_paths(roots))


def captions(root: Path) -> tuple[str, ...]:
    return run(open_paths([root])).by_id["000003"].captions


def test_the_take_sheet_lies_in_the_folder_of_each(together, roots):
    before = kept.change_sheet(together, {(ONE, "status"): "select", (OTHER, "status"): "hold", (OTHER, "camera"): "2"})
    assert before == dict.fromkeys([(ONE, "status"), (OTHER, "status"), (OTHER, "camera")], "")
    assert sheet.read_sheet(roots[0]) == {"000003": {"status": "select"}}
    assert sheet.read_sheet(roots[1]) == {"000003": {"status": "hold", "camera": "2"}}
    assert kept.sheet_of(together) == {ONE: {"status": "select"}, OTHER: {"status": "hold", "camera": "2"}}
    assert not sheet.own_file(together.root).exists()
    after = {(ONE, "status"): "select", (OTHER, "status"): "hold"}
    sheet.change_sheet(roots[1], {("000003", "status"): "no good"})
    assert kept.change_sheet(together, dict.fromkeys(after, ""), after) == {(ONE, "status"): "select"}
    assert kept.sheet_of(together) == {OTHER: {"status": "no good", "camera": "2"}}


def test_captions_are_seen_when_each_is_open_alone_and_are_taken_back(together, roots):
    shown = {clip: together.by_id[clip].captions for clip in (ONE, OTHER)}
    wanted = {ONE: (CaptionLine("hops"),), OTHER: (CaptionLine("skips"), CaptionLine("early", 0.0, 1.0))}
    saved = kept.save_captions(together, wanted, own=False)
    assert captions(roots[0]) == ("hops",) and captions(roots[1]) == ("skips",)
    assert saved.lines == wanted and saved.files == kept.caption_files(together)
    again = run(open_paths(roots))
    assert again.by_id[ONE].captions == ("hops",) and kept.captions_of(again) == wanted
    before = {clip: tuple(map(CaptionLine, texts)) for clip, texts in shown.items()}
    undone = kept.take_back_captions(again, saved, before, wanted)
    assert (captions(roots[0]), captions(roots[1])) == (shown[ONE], shown[OTHER])
    kept.take_back_captions(again, undone, wanted, before)
    assert captions(roots[1]) == ("skips",)


def test_captions_go_into_the_own_files_of_each(together, roots):
    kept.save_captions(together, {OTHER: (CaptionLine("skips"),)}, own=True)
    assert (roots[1] / "texts" / "000003.txt").read_text().startswith("skips")
    assert "skips" not in (roots[0] / "texts" / "000003.txt").read_text() and not kept.captions_of(together)


@pytest.mark.parametrize("what", ["marks", "sheet"])
def test_what_one_library_refuses_no_other_has(together, roots, monkeypatch, what):
    kept.change_marks(together, {}, {ONE: Mark(True)})
    kept.change_sheet(together, {(ONE, "notes"): "before"})
    module, name = (marks, "change_marks") if what == "marks" else (sheet, "change_sheet")
    real = getattr(module, name)

    def refused(root, *values):
        if root == roots[1]:
            raise FileProblem(root, "it cannot be written")
        return real(root, *values)

    monkeypatch.setattr(module, name, refused)
    with pytest.raises(FileProblem):
        if what == "marks":
            kept.change_marks(together, {}, {ONE: Mark(tags=("both",)), OTHER: Mark(tags=("both",))})
        else:
            kept.change_sheet(together, {(ONE, "notes"): "after", (OTHER, "notes"): "after"})
    assert marks.read_marks(roots[0]) == {"000003": Mark(True)} and marks.read_marks(roots[1]) == {}
    assert sheet.read_sheet(roots[0]) == {"000003": {"notes": "before"}} and sheet.read_sheet(roots[1]) == {}


def test_what_was_kept_for_all_together_goes_to_each(together, roots):
    """As version 0.2 kept it, under the ids of the open library."""
    file = marks.marks_file(together.root)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({"clips": {OTHER: {"favourite": True, "tags": ["old"]}, ONE: {"favourite": False, "tags": ["a"]}}})
    )
    marks.change_marks(roots[0], {}, {"000003": Mark(True, ("b",))})
    caption_store.save(together, {OTHER: (CaptionLine("kept for all"),)}, own=False)
    sheet.change_sheet(together.root, {(ONE, "notes"): "old", (ONE, "status"): "hold"})
    sheet.change_sheet(roots[0], {("000003", "status"): "select"})
    again = run(open_paths(roots))
    assert marks.read_marks(roots[1]) == {"000003": Mark(True, ("old",))}
    assert marks.read_marks(roots[0])["000003"].favourite and set(marks.read_marks(roots[0])["000003"].tags) == {"a", "b"}
    assert again.by_id[OTHER].captions == ("kept for all",) == captions(roots[1])
    assert kept.sheet_of(again)[ONE] == {"notes": "old", "status": "select"}
    assert not any(place.exists() for place in (file, caption_store.sidecar_file(together.root), sheet.own_file(together.root)))


def test_two_writes_in_one_tick_of_the_clock_are_both_seen(tmp_path, monkeypatch):
    file, reads = tmp_path / "a", []

    def read(root):
        reads.append(1)
        return file.read_text()

    seen = known.Known(read, lambda root: (file,))
    monkeypatch.setattr(known, "_seen", lambda file: (monkeypatch.time_ns, 1, 1))
    monkeypatch.time_ns = known.time.time_ns()
    for text in ("x", "y"):
        file.write_text(text)
        assert seen.of(tmp_path) == text
    monkeypatch.time_ns -= 10**10
    assert seen.of(tmp_path) == seen.of(tmp_path) == "y" and len(reads) == 3
