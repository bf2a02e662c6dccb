"""What is noted by looking at what has changed alone is what comparing everything notes; and it costs no more than that."""

import random
from dataclasses import replace

import pytest

from motionpatches.core.library import marks, sheet
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.takes import with_lines
from motionpatches.core.shared_gallery import in_library, sync
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.journal import journal_file, opened_journal
from motionpatches.core.shared_gallery.last_noted import LastNoted
from motionpatches.core.shared_gallery.records import SHEET, TAG, Place, Record
from motionpatches.core.shared_gallery.sync import note_edits

SOME, ALL = (address_of(f"postgresql://server/{name}") for name in ("some", "all"))


@pytest.fixture
def library(tmp_path):
    clips = [Clip(f"take{i}", tmp_path / f"{i}.bvh", (f"number {i}",), duration_s=9.0, key=f"k{i}") for i in range(12)]
    return Library(tmp_path, "mine", "motion files", tuple(clips), None)


def waiting(library, address):
    with opened_journal(journal_file(library.root, address)) as journal:
        return {(record.place, record.value) for record in journal.pending()}, journal.waiting


class Studio:
    """Edits a library at random, as people and scans do."""

    def __init__(self, library, seed):
        self.library, self.random, self.count = library, random.Random(seed), 0

    def step(self):
        self.count += 1
        getattr(self, self.random.choice(["tag", "caption", "write", "move", "come", "go", "nothing", "read"]))()

    def clip(self):
        parts = [clip for clip in self.library.clips if clip.end_s]
        return self.random.choice(parts if parts and self.random.random() < 0.5 else self.library.clips)

    def tag(self):
        name, root = self.clip().id, self.library.root
        was = marks.read_marks(root).get(name, Mark())
        tags = self.random.choice([("good",), ("good", "late"), ()])
        marks.change_marks(root, {name: was}, {name: Mark(self.random.random() < 0.5, tags)})

    def caption(self):
        take = self.clip().id.partition("@")[0]
        lines = [CaptionLine(f"says {self.random.randrange(4)}")]
        if self.random.random() < 0.6:
            lines.append(CaptionLine(f"a part {self.random.randrange(3)}", 1.0, 2.0 + self.random.randrange(2)))
        self.library = with_lines(self.library, {take: tuple(lines)})

    def write(self):
        take = self.clip().id.partition("@")[0]
        value = self.random.choice(["2026-11-20", "2026-11-21", ""])
        sheet.change_sheet(self.library.root, {(take, "day"): value, (take, "notes"): self.random.choice(["", "yes"])})

    def move(self):
        old = self.clip()
        if "@" not in old.id and not any(clip.id.startswith(f"{old.id}@") for clip in self.library.clips):
            self._with(tuple(replace(c, id=f"moved{self.count}") if c is old else c for c in self.library.clips))
            self.library = replace(self.library, moved={**self.library.moved, old.id: f"moved{self.count}"})

    def come(self):
        self._with((*self.library.clips, Clip(f"new{self.count}", self.library.root / "new.bvh", ("is new",), duration_s=3.0)))

    def go(self):
        if len(self.library.clips) > 6:
            gone = self.clip()
            self._with(tuple(clip for clip in self.library.clips if clip is not gone))

    def read(self):
        """All clips are others, and say the same."""
        self._with(tuple(replace(clip) for clip in self.library.clips))

    def nothing(self):
        pass

    def _with(self, clips):
        self.library = replace(self.library, clips=clips)


@pytest.mark.parametrize("seed", range(4))
def test_the_changes_alone_are_noted_as_by_comparing_everything(library, seed):
    studio, last = Studio(library, seed), LastNoted()
    for number in range(30):
        studio.step()
        note_edits(studio.library, SOME, last)
        note_edits(studio.library, ALL)
        some, everything = waiting(studio.library, SOME), waiting(studio.library, ALL)
        assert some == everything, f"after step {number}"
        if number % 5 == 4:
            for address in (SOME, ALL):  # what waits is sent, and others write meanwhile
                theirs = [Record(Place(TAG, "take3", "theirs"), "1", 5), Record(Place(SHEET, "take4", "notes"), "theirs", 5)]
                with opened_journal(journal_file(library.root, address)) as journal:
                    journal.sent(journal.pending())
                    journal.received(theirs, number)


def test_an_edit_costs_what_was_edited_however_large_the_library(library, monkeypatch):
    made = []
    facts = in_library.ClipFacts
    monkeypatch.setattr(in_library, "ClipFacts", lambda *given: made.append(given) or facts(*given))
    last = LastNoted()
    note_edits(library, SOME, last)
    assert len(made) == len(library.clips)
    made.clear()
    marks.change_marks(library.root, {}, {"take3": Mark(False, ("good",))})
    assert note_edits(library, SOME, last) == 13 and [given[1] for given in made] == ["take3"]
    made.clear()
    monkeypatch.setattr(sync, "records_of", None)
    note_edits(library, SOME, last)


def test_a_journal_that_was_removed_is_filled_anew(library):
    last = LastNoted()
    note_edits(library, SOME, last)
    journal_file(library.root, SOME).unlink()
    marks.change_marks(library.root, {}, {"take3": Mark(False, ("good",))})
    note_edits(library, SOME, last)
    note_edits(library, ALL)
    assert waiting(library, SOME) == waiting(library, ALL)
