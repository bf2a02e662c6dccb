"""The gallery on disk: not needed by a search, whole whoever writes it, and never lost with what is encoded."""

import shutil
import sys
import threading

import numpy as np
import pytest

from motionpatches.core import notices
from motionpatches.core.errors import FileProblem
from motionpatches.core.library.library import Clip
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search import indexing, kept_gallery
from motionpatches.core.search.gallery import Entry, Gallery, load_gallery, save_gallery
from motionpatches.core.search.indexing import find_gallery, update_gallery
from motionpatches.core.search.kept_gallery import KeptGallery


@pytest.fixture
def quick(monkeypatch):
    """What is encoded does not matter here."""
    monkeypatch.setattr(indexing, "encode_windows", lambda model, pixels: np.ones((len(pixels), model.config.dim), np.float32))


def gallery_of(*ids, fingerprint="m", dim=4):
    rows = np.eye(dim, dtype=np.float32)[[ord(i[-1]) % dim for i in ids]]
    return Gallery(rows, tuple(Entry(i, "key", 0.0, 1.0) for i in ids), fingerprint)


def clips_of(tmp_path, *ids):
    return [Clip(i, tmp_path / i, key="key") for i in ids]


def ids_in(file):
    return sorted(entry.clip_id for entry in load_gallery(file).entries)


@pytest.mark.parametrize("home", ["file", "/dev/null", "refused"])
def test_a_home_that_cannot_be_written_is_searched_in_memory(quick, tiny_model, small_library, tmp_path, monkeypatch, home):
    library = run(open_library(small_library))
    if home == "refused":
        monkeypatch.setattr(
            kept_gallery, "save_gallery", lambda *_: (_ for _ in ()).throw(FileProblem("x.npz", "the disk is full"))
        )
    else:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("MOTIONPATCHES_HOME", str(tmp_path / "file") if home == "file" else home)
    notices.untold()
    gallery = run(update_gallery(tiny_model, library))
    assert len(gallery.clip_rows[1]) == 12
    (notice,) = notices.untold()
    assert "is not kept" in notice


def test_what_is_encoded_is_on_the_disk_before_the_end(quick, tiny_model, small_library, tmp_path, monkeypatch):
    """A process that is killed runs no code of its own any more, so nothing is closed here."""
    library = run(open_library(small_library))
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(kept_gallery, "EVERY_S", 0.0)
    monkeypatch.setattr(kept_gallery, "SHARE", 0)
    job = update_gallery(tiny_model, library, tmp_path)
    done = [next(job).done for _ in range(5)]
    found = find_gallery(tiny_model, library, tmp_path)
    assert 2 <= len(found.clip_rows[1]) < 12 and done[-1] >= len(found.clip_rows[1]) >= done[-2]
    encoded = []
    monkeypatch.setattr(indexing, "windows_of", lambda *given, of=indexing.windows_of: encoded.append(1) or of(*given))
    run(update_gallery(tiny_model, library, tmp_path))
    assert len(encoded) == 12 - len(found.clip_rows[1])
    job.close()


def test_saving_takes_a_small_share_of_the_time(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(kept_gallery.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(kept_gallery, "save_gallery", lambda *_: clock.__setitem__(0, clock[0] + 5.0))
    kept = KeptGallery(tmp_path / "a.npz")
    assert not kept.is_due()
    clock[0] = 1.0
    assert kept.is_due()
    kept.save(gallery_of("a"), [])
    clock[0] = 105.9
    assert not kept.is_due()
    clock[0] = 106.0
    assert kept.is_due()


def test_writers_at_once_keep_each_other_s_rows_and_no_reader_sees_half(tmp_path):
    file, clips = tmp_path / "g.npz", clips_of(tmp_path, *(f"{w}{i}" for w in "abc" for i in range(8)))
    torn, stop = [], threading.Event()

    def write(name):
        kept = KeptGallery(file)
        kept.load()
        for count in range(1, 9):
            kept.save(gallery_of(*(f"{name}{i}" for i in range(count))), clips)

    def read():
        while not stop.is_set():
            try:
                load_gallery(file)
            except Exception as error:
                torn.append(error)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    save_gallery(gallery_of("a0"), file)
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    reader.join()
    assert not torn and ids_in(file) == sorted(clip.id for clip in clips)
    assert [f.name for f in tmp_path.iterdir()] == ["g.npz"]


def test_rows_of_other_models_and_of_clips_that_are_gone_are_not_taken(tmp_path):
    file = tmp_path / "g.npz"
    for other in (gallery_of("x", "b"), gallery_of("b", fingerprint="n"), gallery_of("b", dim=8)):
        kept = KeptGallery(file)
        save_gallery(other, file)
        kept.save(gallery_of("a"), clips_of(tmp_path, "a", "b"))
        assert ids_in(file) == (["a", "b"] if other.fingerprint == "m" and other.embeddings.shape[1] == 4 else ["a"])
        file.unlink()


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "parts", "entries", "shape"])
def test_a_damaged_gallery_is_put_aside_and_said_once(tmp_path, damage):
    file, first = tmp_path / "g.npz", gallery_of("a", "b")
    save_gallery(first, file)
    content = file.read_bytes()
    if damage == "entries":
        save_gallery(Gallery(first.embeddings, tuple(Entry([1], {}, 0, 0) for _ in first.entries), first.fingerprint), file)
    elif damage == "parts":
        np.savez(file, embeddings=first.embeddings, index="[]")
    elif damage == "shape":
        save_gallery(Gallery(first.embeddings[:, 0], first.entries, first.fingerprint), file)
    else:
        file.write_bytes({"empty": b"", "cut": content[:-40], "noise": b"x" * 100}[damage])
    before = file.read_bytes()
    notices.untold()
    assert KeptGallery(file).load() is None
    (notice,) = notices.untold()
    kept = file.with_name(file.name + ".damaged")
    assert str(kept) in notice and kept.read_bytes() == before
    assert KeptGallery(file).load() is None and not notices.untold()


def test_a_gallery_of_another_version_is_made_again_and_is_no_damage(tmp_path, monkeypatch):
    monkeypatch.setattr("motionpatches.core.search.gallery.FORMAT", 1)
    save_gallery(gallery_of("a"), tmp_path / "g.npz")
    monkeypatch.undo()
    notices.untold()
    kept = KeptGallery(tmp_path / "g.npz")
    assert kept.load() is None and not notices.untold()
    kept.save(gallery_of("b"), [])
    assert ids_in(tmp_path / "g.npz") == ["b"] and len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="long names")
def test_a_folder_with_a_long_name_is_indexed(quick, tiny_model, small_library):
    root = small_library.rename(small_library.with_name("x" * 240))
    library = run(open_library(root))
    assert len(run(update_gallery(tiny_model, library)).clip_rows[1]) == 12
    assert find_gallery(tiny_model, library) is not None


def test_takes_that_were_moved_or_renamed_keep_their_vectors(quick, tiny_model, small_library, tmp_path, monkeypatch):
    folder = tmp_path / "takes"
    folder.mkdir()
    for at, file in enumerate(sorted(small_library.rglob("*.npy"))[:3]):
        shutil.copy(file, folder / f"take_{at}.npy")
    run(update_gallery(tiny_model, run(open_library(folder)), tmp_path))
    before = find_gallery(tiny_model, run(open_library(folder)), tmp_path)
    (folder / "monday").mkdir()
    (folder / "take_0.npy").rename(folder / "monday" / "stroll.npy")
    monkeypatch.setattr(indexing, "windows_of", lambda *_: pytest.fail("nothing is encoded again"))
    after = run(update_gallery(tiny_model, run(open_library(folder)), tmp_path))
    assert {entry.clip_id for entry in after.entries} == {"monday/stroll", "take_1", "take_2"}
    moved = [row for row, entry in enumerate(after.entries) if entry.clip_id == "monday/stroll"]
    own = [row for row, entry in enumerate(before.entries) if entry.clip_id == "take_0"]
    np.testing.assert_array_equal(after.embeddings[moved], before.embeddings[own])
    kept = find_gallery(tiny_model, run(open_library(folder)), tmp_path)
    assert {entry.clip_id for entry in kept.entries} == {"monday/stroll", "take_1", "take_2"}
