"""Edits of one clip as programs ask for them: added and taken away, checked before anything is written."""

from __future__ import annotations

import shutil

import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.library import kept
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.edit import Edit, edited
from motionpatches.core.library.marks import Mark, read_marks
from motionpatches.core.library.open import open_paths
from motionpatches.core.library.sheet import read_sheet
from motionpatches.core.progress import run


def test_an_edit_adds_and_takes_away_and_leaves_the_rest(small_library):
    other = small_library.with_name("other")
    shutil.copytree(small_library, other)
    library = run(open_paths([small_library, other]))
    clip = "other/000002"
    old = library.by_id[clip].captions
    library = edited(
        library, clip, Edit(True, ("Good", "loop"), fields={"status": "select"}, add_captions=(CaptionLine(" new "),))
    )
    library = edited(library, clip, Edit(None, ("late",), ("loop", "never there"), {"notes": "x"}, (), (old[0],)))
    assert read_marks(other) == {"000002": Mark(True, ("good", "late"))} == {"000002": kept.marks_of(library)[clip]}
    assert read_sheet(other) == {"000002": {"status": "select", "notes": "x"}} and not read_sheet(small_library)
    assert library.by_id[clip].captions == (*old[1:], "new") == run(open_paths([other])).by_id["000002"].captions


def test_a_range_of_the_take_becomes_a_clip_of_its_own(small_library):
    library = run(open_paths([small_library]))
    library = edited(library, "000001", Edit(add_captions=(CaptionLine("a step", 0.5, 1.0), CaptionLine("the end", 0.5))))
    seconds = run(open_paths([small_library])).load("000001").duration_s
    assert library.by_id["000001@0.5-1"].captions == ("a step",)
    assert library.by_id[f"000001@0.5-{round(seconds, 2):g}"].captions == ("the end",)


@pytest.mark.parametrize(
    "wrong",
    [
        Edit(fields={"status": "good"}),
        Edit(fields={"Two Words": "x"}),
        Edit(add_captions=(CaptionLine(" # "),)),
        Edit(add_captions=(CaptionLine("late", 900.0, 901.0),)),
        Edit(add_captions=(CaptionLine("x" * 1001),)),
        Edit(add_tags=("x" * 1001,)),
        Edit(add_captions=tuple(CaptionLine(str(at)) for at in range(1001))),
    ],
)
def test_nothing_is_written_of_an_edit_that_cannot_be_kept(small_library, wrong):
    library = run(open_paths([small_library]))
    with pytest.raises(StudioError):
        edited(library, "000001", Edit(True, wrong.add_tags or ("a",), (), wrong.fields or {"notes": "x"}, wrong.add_captions))
    assert not read_marks(small_library) and not read_sheet(small_library) and not kept.captions_of(library)
