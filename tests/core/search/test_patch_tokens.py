"""Patch tokens: their scores against slow loops, their file, and the second stage of a search."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.core import notices
from motionpatches.core.errors import FileProblem
from motionpatches.core.library.open import open_library
from motionpatches.core.models.build import new_model
from motionpatches.core.models.late_interaction import max_sim
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.progress import run
from motionpatches.core.search import retriever as module
from motionpatches.core.search.encode import encode_text, windows_of
from motionpatches.core.search.gallery import DamagedGallery, Entry, OtherVersion
from motionpatches.core.search.patch_tokens import join, load_tokens, pack, save_tokens, taken
from motionpatches.core.search.query import parse
from motionpatches.core.search.retriever import retriever_of
from motionpatches.core.search.token_indexing import kept_tokens, tokens_file, update_tokens
from motionpatches.core.search.word_patches import word_rows


def unit(rng, *shape):
    rows = rng.normal(size=shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def noise(bits, dim=16, seed=0):
    """Five windows of four clips; the second clip has two."""
    rng = np.random.default_rng(seed)
    entries = [Entry(name, f"key {name}", start, start + 1.0) for name, start in zip("abbcd", (0, 0, 1, 0, 0), strict=True)]
    patches = [unit(rng, count, dim) for count in (5, 70, 15, 5, 70)]
    return pack(entries, patches, dim, "model", bits), patches


@pytest.mark.parametrize(("bits", "near"), [(16, 2e-3), (4, 0.08)])
@pytest.mark.parametrize("dim", [16, 15])
def test_scores_are_those_of_slow_loops(bits, near, dim):
    tokens, patches = noise(bits, dim)
    words = unit(np.random.default_rng(1), 3, dim)
    twin = [np.mean([max(float(w @ p) for p in rows) for w in words]) for rows in patches]
    found = tokens.scores(words, ["d", "nobody", "b", "a"])
    assert found[[0, 2, 3]] == pytest.approx([twin[4], max(twin[1], twin[2]), twin[0]], abs=near)
    assert found[1] == -np.inf and not np.isfinite(tokens.scores(words[:0], ["a"])).any()


@pytest.mark.parametrize("bits", [16, 4])
def test_a_file_holds_what_was_saved(bits, tmp_path):
    tokens, _ = noise(bits)
    save_tokens(tokens, tmp_path / "t")
    found = load_tokens(tmp_path / "t")
    assert (found.entries, found.bits, found.dim, found.fingerprint) == (tokens.entries, bits, 16, "model")
    assert isinstance(found.rows, np.memmap)
    words = unit(np.random.default_rng(1), 3, 16)
    np.testing.assert_array_equal(found.scores(words, "abcd"), tokens.scores(words, "abcd"))
    joined = join([taken(found, [4, 1], bits), taken(found, [0], bits)])
    np.testing.assert_array_equal(joined.scores(words, "ad"), tokens.scores(words, "ad"))
    save_tokens(pack((), (), 16, "model", bits), tmp_path / "empty")
    assert load_tokens(tmp_path / "empty").entries == ()


def test_another_program_reads_the_file(tmp_path):
    from safetensors.numpy import load_file

    tokens, patches = noise(16)
    save_tokens(tokens, tmp_path / "t")
    found = load_file(tmp_path / "t")
    np.testing.assert_array_equal(found["rows"], np.concatenate(patches).astype(np.float16))
    assert found["starts"].tolist() == [0, 5, 75, 90, 95, 165]


def test_half_precision_becomes_four_bits():
    whole, packed = noise(16)[0], noise(4)[0]
    np.testing.assert_array_equal(taken(whole, range(5), 4).rows, packed.rows)
    assert packed.rows.nbytes + packed.scales.nbytes < whole.rows.nbytes / 3


def test_damaged_files_are_told_from_those_of_another_version(tmp_path):
    save_tokens(noise(16)[0], tmp_path / "t")
    whole = (tmp_path / "t").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])

    def written(changed, rest=whole[8 + length :]):
        text = json.dumps(changed).encode()
        (tmp_path / "t").write_bytes(len(text).to_bytes(8, "little") + text + rest)

    def about(**changes):
        return {**header, "__metadata__": {"tokens": json.dumps({**json.loads(header["__metadata__"]["tokens"]), **changes})}}

    broken = [b"", whole[:100], whole[:-1], whole + b"\0", b"\xff" * 200, whole[:8] + b"[" * 500]
    for content in broken:
        (tmp_path / "t").write_bytes(content)
        with pytest.raises(DamagedGallery):
            load_tokens(tmp_path / "t")
    rows = {**header["rows"], "shape": [1 << 40, 16]}
    for changed in ({**header, "rows": rows}, about(bits=8), about(dim=17), about(entries=[]), about(fingerprint=3), {}):
        written(changed)
        with pytest.raises(DamagedGallery):
            load_tokens(tmp_path / "t")
    written(about(format=2))
    with pytest.raises(OtherVersion):
        load_tokens(tmp_path / "t")
    with pytest.raises(FileProblem):
        load_tokens(tmp_path)


@pytest.fixture
def model(tiny_config):
    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    made = new_model(replace(tiny_config, token_dim=16), lambda: statistics).eval()
    made.fingerprint, made.name = "tokens", "tokens"
    return made


def test_what_is_unchanged_is_not_encoded_again(model, small_library, tmp_path, monkeypatch):
    encoded = []
    own = model.encode_patches
    monkeypatch.setattr(model, "encode_patches", lambda pixels: encoded.append(len(pixels)) or own(pixels))
    library = run(open_library(small_library))
    first = run(update_tokens(model, library, tmp_path))
    assert sum(encoded) == len(first.entries) == len(library.clips)
    encoded.clear()
    again = run(update_tokens(model, library, tmp_path))
    assert not encoded and again.entries == first.entries
    changed = np.load(small_library / "new_joints" / "000003.npy")[:-5]
    np.save(small_library / "new_joints" / "000003.npy", changed)
    (small_library / "new_joints" / "000005.npy").unlink()
    library = run(open_library(small_library))
    third = run(update_tokens(model, library, tmp_path))
    assert encoded == [1] and {e.key for e in third.entries} == {clip.key for clip in library.clips}
    smaller = run(update_tokens(model, library, tmp_path, bits=4))
    assert encoded == [1] and smaller.bits == 4
    assert run(update_tokens(model, library, tmp_path)).bits == 4 and encoded == [1]
    model.fingerprint = "another"
    assert run(update_tokens(model, library, tmp_path)).fingerprint != third.fingerprint and sum(encoded) == 1 + len(
        library.clips
    )


def test_damage_is_told_and_put_aside_and_a_cancelled_job_keeps_what_it_has(model, small_library, tmp_path, monkeypatch):
    monkeypatch.setattr("motionpatches.core.search.token_indexing.BATCH", 4)
    library = run(open_library(small_library))
    job = update_tokens(model, library, tmp_path)
    next(job)
    job.close()
    file = tokens_file(model, library, tmp_path)
    assert len(kept_tokens(file).entries) == 4
    file.write_bytes(b"nothing")
    notices.untold()
    assert len(run(update_tokens(model, library, tmp_path)).entries) == 12
    assert "put aside" in " ".join(notices.untold()) and file.with_name(file.name + ".damaged").read_bytes() == b"nothing"


def test_a_sentence_is_answered_in_two_stages(model, small_library, monkeypatch):
    """The embeddings choose, MaxSim orders; a sum of terms and a model without tokens have one stage."""
    monkeypatch.setattr(module, "CANDIDATES", 5)
    library = run(open_library(small_library))
    retriever = run(retriever_of(model, library))
    query, row = parse("a person waves with the right hand"), None
    row = retriever.row_of(query, None)
    one = retriever.gallery.nearest(row, 8)
    found = retriever.nearest(query, row, 8)
    with torch.no_grad():
        words = model.encode_words(*model.text_encoder.tokenize([query.sentence]))[1]
        score = {
            hit.clip_id: max(
                float(max_sim(words, model.encode_patches(torch.from_numpy(window[None]))[1]))
                for window in windows_of(model, library.load(hit.clip_id))[0]
            )
            for hit in one[:5]
        }
    assert [hit.clip_id for hit in found[:5]] == sorted(score, key=lambda clip_id: -score[clip_id])
    assert [hit.clip_id for hit in found[5:]] == [hit.clip_id for hit in one[5:]] and [h.rank for h in found] == list(range(1, 9))
    assert {(h.clip_id, h.score) for h in found} == {(h.clip_id, h.score) for h in one}
    assert retriever.nearest(query, row, 3) == found[:3]
    total = parse("a person waves - sits")
    assert retriever.nearest(total, row, 8) == one == replace(retriever, patches=None).nearest(query, row, 8)
    assert len(word_rows(model, query.sentence)[0]) == 7


def test_both_stages_read_a_sentence_once(model, small_library, monkeypatch):
    """And take the rows that the model gives for it alone."""
    retriever = run(retriever_of(model, run(open_library(small_library))))
    passes, backbone = [], model.text_encoder._states
    monkeypatch.setattr(model.text_encoder, "_states", lambda *given: (passes.append(given), backbone(*given))[1])
    for sentence in ("a person waves", "a person sits down"):
        query = parse(sentence)
        row = retriever.row_of(query, None)
        retriever.nearest(query, row, 8)
        assert len(passes) == 1
        passes.clear()
        np.testing.assert_allclose(row, encode_text(model, sentence), atol=1e-6)
        np.testing.assert_array_equal(word_rows(model, sentence)[0], retriever._read(sentence)[1][1:-1])
        passes.clear()
