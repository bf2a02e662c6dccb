"""Results of motion generators: MDM's batches and Kimodo's NPZ with its JSON file."""

import json
import pickle

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.arrays import NPZ, read_arrays
from motionpatches.core.motion.skeleton import SMPL22


@pytest.fixture
def walk(smpl_motion):
    return smpl_motion.positions


def results(path, walk, count, **other):
    """As MDM saves them: (N, 22, 3, T), padded to one length."""
    motion = np.stack([walk * (1 + n / 10) for n in range(count)]).transpose(0, 2, 3, 1)
    np.save(path, np.array({"motion": motion, **other}, object), allow_pickle=True)
    return read_arrays(path)


def test_mdm_results_are_a_take_each_with_text_and_length(tmp_path, walk):
    takes = results(
        tmp_path / "results.npy", walk, 3, text=["a", "b", "c"], lengths=np.array([60, 40, 1]), num_samples=3, num_repetitions=1
    )
    assert [(t.name, t.captions, len(t.positions)) for t in takes] == [("0", ("a",), 60), ("1", ("b",), 40), ("2", ("c",), 1)]
    np.testing.assert_allclose(takes[1].positions, walk[:40] * 1.1, atol=1e-6)
    assert takes[0].fps == 20 and takes[0].skeleton.chains == SMPL22.chains


def test_repetitions_have_their_own_names(tmp_path, walk):
    takes = results(
        tmp_path / "results.npy", walk, 4, text=["a", "b"] * 2, lengths=np.full(4, 50), num_samples=2, num_repetitions=2
    )
    assert [t.name for t in takes] == ["0 repetition 0", "1 repetition 0", "0 repetition 1", "1 repetition 1"]
    assert [t.captions for t in takes] == [("a",), ("b",), ("a",), ("b",)]
    # Texts of the samples alone are those of each repetition.
    takes = results(tmp_path / "results.npy", walk, 4, text=["a", "b"], num_samples=2)
    assert [t.captions for t in takes] == [("a",), ("b",), ("a",), ("b",)]


@pytest.mark.parametrize(
    "other",
    [
        {"text": [], "lengths": []},
        {"text": None, "lengths": np.array([0, -1])},
        {"text": ["a", "b"], "lengths": "long"},
        {"text": "a", "lengths": np.array([10**9, 10**9]), "num_samples": 0},
    ],
)
def test_odd_texts_and_lengths(tmp_path, walk, other):
    takes = results(tmp_path / "results.npy", walk, 2, **other)
    assert [len(t.positions) for t in takes] == [60, 60]


def test_one_sample_has_no_name(tmp_path, walk):
    (take,) = results(tmp_path / "results.npy", walk, 1, text=["a person walks"], lengths=np.array([30]))
    assert take.name == "" and take.captions == ("a person walks",) and len(take.positions) == 30


def test_a_pickle_without_arrays_around_it(tmp_path, walk):
    (tmp_path / "results.pkl").write_bytes(pickle.dumps({"motion": walk.transpose(1, 2, 0)[None], "text": ["x"]}))
    (take,) = read_arrays(tmp_path / "results.pkl")
    np.testing.assert_allclose(take.positions, walk, atol=1e-6)


def test_broken_results_are_reported(tmp_path, walk):
    np.save(
        tmp_path / "a.npy", np.array({"motion": walk.transpose(1, 2, 0)[None] * np.nan, "text": ["x"]}, object), allow_pickle=True
    )
    with pytest.raises(FileProblem, match="NaN"):
        read_arrays(tmp_path / "a.npy")


@pytest.mark.parametrize("name", ["take_meta.json", "take.json", "meta.json"])
def test_the_file_beside_gives_text_and_rate(tmp_path, walk, name):
    np.savez(tmp_path / "take.npz", posed_joints=walk, foot_contacts=np.zeros((60, 4), bool))
    (tmp_path / name).write_text(json.dumps({"text": "A person walks.", "duration": 2.4, "seed": 1}))
    (take,) = read_arrays(tmp_path / "take.npz")
    assert take.fps == 25 and take.captions == ("A person walks.",) and name in take.rate.reason
    assert take.up.value == "Y" and take.unit.value == 1
    assert NPZ.files(tmp_path / "take.npz") == [tmp_path / "take.npz", tmp_path / name]
    # What the NPZ says itself comes first.
    np.savez(tmp_path / "take.npz", posed_joints=walk, fps=30, prompt="another")
    (take,) = read_arrays(tmp_path / "take.npz")
    assert take.fps == 30 and "another" in take.captions and "stored" in take.rate.reason


@pytest.mark.parametrize(
    "text", ["", "[1]", "[" * 5000, '{"duration": "x", "fps": null, "text": 3}', '{"duration": 0}', "\udc80"]
)
def test_a_broken_file_beside_costs_nothing(tmp_path, walk, text):
    np.savez(tmp_path / "take.npz", posed_joints=walk)
    (tmp_path / "meta.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    (take,) = read_arrays(tmp_path / "take.npz")
    assert take.fps == 20 and take.captions == ()


def test_cases(cases):
    takes = read_arrays(cases / "24-mdm-results-npy/results.npy")
    given = np.load(cases / "24-mdm-results-npy/results.npy", allow_pickle=True).item()
    assert [t.captions for t in takes] == [(text,) for text in given["text"]]
    for n, take in enumerate(takes):
        assert np.array_equal(take.positions, given["motion"][n, ..., : given["lengths"][n]].transpose(2, 0, 1))
        assert take.fps == 20 and take.skeleton.chains == SMPL22.chains
    (kimodo,) = read_arrays(cases / "02-kimodo-soma-npz/kimodo_soma.npz")
    assert (len(kimodo.positions), kimodo.fps) == (150, 30)
    assert kimodo.captions[0].startswith("A person runs forward")
    right_leg, left_leg, torso, right_arm, left_arm = kimodo.skeleton.chains
    assert set(range(22, 26)) >= set(left_leg[1:]) and set(range(26, 30)) >= set(right_leg[1:]) and torso[-1] in (4, 5, 6)
    assert {16, 17, 18} <= set(right_arm)
