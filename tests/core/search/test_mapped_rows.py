"""Rows of large galleries: mapped, the same as those that are read, and kept by who holds them."""

import mmap
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.search import gallery as module
from motionpatches.core.search.gallery import DamagedGallery, Entry, Gallery, load_gallery, save_gallery
from motionpatches.core.search.mapped_rows import release

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a mapped file cannot be replaced on Windows: rows are read there")


def made(seed=0, count=300, dim=24):
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Gallery(rows, tuple(Entry(f"clip {at // 3}", "key", at % 3, at % 3 + 1.0) for at in range(count)), "model")


def holds_a_map(rows):
    while isinstance(rows, np.ndarray | memoryview):
        rows = rows.obj if isinstance(rows, memoryview) else rows.base
    return isinstance(rows, mmap.mmap)


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A gallery that is read; from then on those of its size are mapped, in blocks of 64 rows."""
    save_gallery(made(), tmp_path / "g.npz")
    monkeypatch.setattr(module, "LARGE", 300)
    monkeypatch.setattr("motionpatches.core.search.mapped_rows.BLOCK", 64)
    return tmp_path / "g.npz"


def read(file, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(module, "LARGE", 10**9)
        return load_gallery(file)


def test_mapped_rows_are_those_that_are_read(file, monkeypatch):
    plain = read(file, monkeypatch)
    assert not holds_a_map(plain.embeddings) and not holds_a_map(load_gallery(file, mapped=False).embeddings)
    assert not file.with_suffix(".rows").exists()
    for _ in range(2):  # made, and found
        found = load_gallery(file)
        assert holds_a_map(found.embeddings) and found.entries == plain.entries
        np.testing.assert_array_equal(found.embeddings, plain.embeddings)
        found.prepare()
        plain.prepare()
        for row in made(1, 5).embeddings:
            assert [(h.clip_id, h.start_s) for h in found.nearest(row, 7)] == [
                (h.clip_id, h.start_s) for h in plain.nearest(row, 7)
            ]
    seen = file.with_suffix(".rows").stat()
    load_gallery(file)
    assert file.with_suffix(".rows").stat().st_ino == seen.st_ino, "not made again"
    save_gallery(made(0, 299), file)
    assert not holds_a_map(load_gallery(file).embeddings), "fewer are read"


def test_who_holds_the_rows_keeps_them_where_the_gallery_is_another_one(file):
    held = load_gallery(file)
    before = held.embeddings.copy()
    other = made(5, 400)
    save_gallery(other, file)
    found = load_gallery(file)
    release(held.embeddings)
    np.testing.assert_array_equal(held.embeddings, before)
    assert holds_a_map(found.embeddings) and found.embeddings.shape == (400, 24)
    np.testing.assert_allclose(found.embeddings, other.embeddings, atol=2e-3)
    file.with_suffix(".rows").unlink()
    release(found.embeddings)
    np.testing.assert_allclose(found.embeddings, other.embeddings, atol=2e-3)


@pytest.mark.parametrize("harm", ["cut", "empty", "foreign", "of another gallery", "a folder"])
def test_a_file_of_rows_that_does_not_fit_is_made_again(file, harm, monkeypatch):
    place, plain = file.with_suffix(".rows"), read(file, monkeypatch)
    load_gallery(file)
    whole = place.read_bytes()
    if harm == "of another gallery":
        other = file.with_name("other.npz")
        save_gallery(made(7), other)
        load_gallery(other)
        os.replace(other.with_suffix(".rows"), place)
    elif harm == "a folder":
        place.unlink()
        place.mkdir()
    else:
        place.write_bytes({"cut": whole[:-4], "empty": b"", "foreign": b"x" * len(whole)}[harm])
    found = load_gallery(file)
    np.testing.assert_array_equal(found.embeddings, plain.embeddings)
    assert holds_a_map(found.embeddings) == (harm != "a folder"), "what cannot be written is read"


@pytest.mark.parametrize("harm", ["not finite", "changed", "double", "flat"])
def test_rows_that_are_none_are_a_damaged_gallery(file, harm):
    rows = made().embeddings.astype(np.float16)
    rows = {
        "not finite": np.where(np.arange(300)[:, None] == 290, np.nan, rows),
        "changed": rows,
        "double": rows.astype(float),
        "flat": rows[:, 0],
    }[harm]
    with zipfile.ZipFile(file) as archive:
        index = archive.read("index.npy")
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open("embeddings.npy", "w") as stream:
            np.lib.format.write_array(stream, rows.astype(np.float64 if harm == "double" else np.float16))
        archive.writestr("index.npy", index)
    if harm == "changed":
        whole = file.read_bytes()
        file.write_bytes(whole[:4000] + bytes([whole[4000] ^ 1]) + whole[4001:])
    if harm == "double":
        assert len(load_gallery(file).entries) == 300, "other numbers are read as ever"
        return
    with pytest.raises(DamagedGallery):
        load_gallery(file)
    assert not file.with_suffix(".rows").exists()


def test_what_has_changed_is_built_from_mapped_rows(tiny_model, small_library, tmp_path, monkeypatch):
    """A gallery that is brought up to date while its rows are mapped."""
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run
    from motionpatches.core.search.indexing import update_gallery

    library = run(open_library(small_library))
    whole = run(update_gallery(tiny_model, library, tmp_path))
    monkeypatch.setattr(module, "LARGE", 2)
    known = run(update_gallery(tiny_model, replace(library, clips=library.clips[:5]), tmp_path))
    again = run(update_gallery(tiny_model, library, tmp_path))
    assert {entry.clip_id for entry in known.entries} == {clip.id for clip in library.clips[:5]}
    assert set(again.entries) == set(whole.entries)
    rows = {entry: row for entry, row in zip(whole.entries, whole.embeddings, strict=True)}
    for entry, row in zip(again.entries, again.embeddings, strict=True):
        np.testing.assert_allclose(row, rows[entry], atol=2e-3)
