"""Several libraries open as one: ids, motions, captions, vectors and what is wrong come from the parts."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.library.open import open_library, open_paths
from motionpatches.core.progress import run


@pytest.fixture
def folders(small_library, smpl_motion):
    """A data set, a folder of the same name, and a file."""
    other = small_library.parent / "others" / "small"
    other.mkdir(parents=True)
    for name, scale in (("a", 1.0), ("b", 0.9)):
        np.save(other / f"{name}.npy", smpl_motion.positions * scale)
    (other / "captions.csv").write_text("file,start,end,caption\na.npy,,,castaway signals\nb.npy,0.5,1.5,goalie jumps\n")
    (other / "broken.bvh").write_text("HIERARCHY\nROOT")
    np.save(small_library.parent / "single.npy", smpl_motion.positions)
    return [small_library, other, small_library.parent / "single.npy"]


def test_clips_of_all_parts_are_there_under_ids_of_their_own(folders):
    library = run(open_paths(folders))
    first, second, third = (part.library for part in library.parts)
    assert library.name == "small + small + 1 more" and len(library.by_id) == len(library.clips) == 12 + 3 + 1
    assert [c.id for c in library.clips][10:] == [
        "small/000010",
        "small/000011",
        "small (2)/a",
        "small (2)/b",
        "small (2)/b@0.5-1.5",
        "single.npy/single",
    ]
    for part, clip, own in ((first, "small/", "000003"), (second, "small (2)/", "b@0.5-1.5"), (third, "single.npy/", "single")):
        np.testing.assert_array_equal(library.load(clip + own).positions, part.load(own).positions)
        assert library.by_id[clip + own].captions == part.by_id[own].captions
    assert len(library.skipped) == 1 and "broken.bvh" in library.skipped[0].reason
    assert library.reader.recognition(library.by_id["small (2)/a"]).unit == second.reader.recognition(second.by_id["a"]).unit


def test_what_is_kept_for_them_does_not_depend_on_the_order(folders):
    one, other = run(open_paths(folders[:2])), run(open_paths([*folders[:2][::-1], folders[0]]))
    assert one.root == other.root and not one.root.exists() and len(other.parts) == 2


def test_a_scan_gives_out_what_is_found_beside_what_is_open(folders, monkeypatch):
    from motionpatches.core.library import folder

    monkeypatch.setattr(folder, "PARTLY_S", -1.0)
    monkeypatch.setattr(folder, "PARTLY_SHARE", 0)
    found = [progress.found for progress in open_paths(folders[:2]) if progress.found is not None]
    assert found and all(len(library.parts) == 2 and len(library.clips) > 12 for library in found)


def test_the_gallery_is_made_of_those_of_the_parts(folders, tiny_model, tmp_path, monkeypatch):
    from motionpatches.core.search import indexing

    parts = [run(open_library(path)) for path in folders[:2]]
    galleries = [run(indexing.update_gallery(tiny_model, part, tmp_path)) for part in parts]
    library = run(open_paths(folders[:2]))
    monkeypatch.setattr(indexing, "windows_of", lambda *_: pytest.fail("encoded again"))
    made = run(indexing.update_gallery(tiny_model, library, tmp_path))
    expected = {
        (prefix + entry.clip_id, entry.start_s, entry.end_s): row
        for prefix, gallery in zip(("small/", "small (2)/"), galleries, strict=True)
        for entry, row in zip(gallery.entries, gallery.embeddings, strict=True)
    }
    places = [(entry.clip_id, entry.start_s, entry.end_s) for entry in made.entries]
    assert set(places) == set(expected) and len(places) == len(expected)
    np.testing.assert_allclose(made.embeddings, [expected[place] for place in places], atol=2e-3)
    np.testing.assert_allclose(made.chance, np.maximum(*(g.chance for g in galleries)), atol=2e-3)
    edited = replace(library, clips=library.clips[1:])
    assert edited.parts == library.parts and edited.load("small/000003").frame_count
