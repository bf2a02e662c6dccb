"""What an edit costs in a large library with a shared gallery on PostgreSQL: processor time of noting and sending it."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path

from motionpatches.core.library import marks, sheet
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.takes import with_lines
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.last_noted import LastNoted
from motionpatches.core.shared_gallery.store import opened
from motionpatches.core.shared_gallery.sync import exchange, note_edits
from tests.shared_galleries import PostgresServer, postgres_programs


def a_library(root: Path, takes: int) -> Library:
    """Takes with a caption each; every tenth has a tag, every third two fields."""
    clips = [
        Clip(
            f"{i // 100:04d}/take_{i:06d}", root / f"{i:06d}.bvh", (f"a person does number {i}",), duration_s=4.0, key=f"k{i:06d}"
        )
        for i in range(takes)
    ]
    tagged = {clip.id: Mark(False, ("reviewed",)) for clip in clips[::10]}
    marks.change_marks(root, {}, tagged)
    sheet.change_sheet(root, {(clip.id, field): "2026-11-20" for clip in clips[::3] for field in ("day", "notes")})
    return Library(root, "large", "motion files", tuple(clips), None)


def main(takes: int = 142_220) -> None:
    """Print processor seconds of the first look, and of an edit of each kind."""
    programs = postgres_programs()
    assert programs is not None, "no PostgreSQL with pgvector on this machine"
    with tempfile.TemporaryDirectory() as made, closing(PostgresServer(programs)) as server:
        library, address, last = a_library(Path(made), takes), address_of(server.url), LastNoted()

        def round_of(what: str) -> None:
            begun, wall = time.process_time(), time.perf_counter()
            note_edits(library, address, last)
            noted = time.process_time()
            with opened(address) as store:
                done = exchange(library.root, address, store)
            spent, wall = time.process_time() - begun, time.perf_counter() - wall
            print(f"{what:24} {spent:7.3f} s of processor (noting {noted - begun:.3f}), {wall:6.2f} s; {done}", flush=True)

        round_of("first look")
        for number in range(3):
            clip = library.clips[500 + number]
            marks.change_marks(library.root, {clip.id: Mark()}, {clip.id: Mark(False, ("good",))})
            round_of("a tag")
            library = with_lines(library, {clip.id: (*map(CaptionLine, clip.captions), CaptionLine("walks"))})
            round_of("a caption")
            sheet.change_sheet(library.root, {(clip.id, "status"): "select"})
            round_of("a field")
        round_of("nothing")


if __name__ == "__main__":
    main()
