"""The comparison of recipes: two stages, the test of order and counting, the table, and a run of all of it."""

import argparse
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.progress import run
from motionpatches.packaging.research import compare
from motionpatches.packaging.research.order_test import counted, in_a_row, ordered
from motionpatches.packaging.research.two_stages import in_two_stages


def test_the_second_stage_orders_what_the_first_finds():
    rng = np.random.default_rng(0)
    cosines, late = rng.uniform(-1, 1, (4, 9)), rng.uniform(-1, 1, (4, 9))
    found = np.argsort(-in_two_stages(cosines, late, 3), axis=1)
    for row in range(4):
        first = np.argsort(-cosines[row])
        assert found[row].tolist() == [*sorted(first[:3], key=lambda at: -late[row, at]), *first[3:]]


def test_motions_in_a_row_go_on_where_the_one_before_ends(smpl_motion):
    joined, root = in_a_row([smpl_motion, smpl_motion]), smpl_motion.skeleton.root
    count = smpl_motion.frame_count
    assert joined.frame_count == 2 * count
    np.testing.assert_allclose(joined.positions[count, root, [0, 2]], smpl_motion.positions[-1, root, [0, 2]], atol=1e-5)
    np.testing.assert_allclose(np.diff(joined.positions[count:], axis=0), np.diff(smpl_motion.positions, axis=0), atol=1e-5)
    assert joined.positions[count, root, 1] == smpl_motion.positions[0, root, 1]


def test_generated_motions_have_their_right_sentence_first(small_library):
    library = run(open_library(small_library))
    for motion, (right, wrong) in ordered(library, library.clips)[:5]:
        first, second = right.split(", then ")
        assert wrong == f"{second}, then {first}" != right and motion.duration_s <= 11.3
    made = counted(library, library.clips)
    lengths = {"once": 1, "twice": 2, "three times": 3}
    single = {clip.caption.rstrip("."): library.load(clip.id).frame_count for clip in library.clips}
    for motion, sentences in made[:6]:
        often = next(word for word in lengths if sentences[0].endswith(word))
        assert len(set(sentences)) == 3
        assert motion.frame_count % lengths[often] == 0 and motion.frame_count // lengths[often] in single.values()


def test_clips_in_a_row_are_of_one_skeleton(smpl_motion):
    """Captured sources have takes of several rigs and rates."""
    count = len(smpl_motion.skeleton.joint_names)
    fewer = Skeleton(smpl_motion.skeleton.joint_names[: count - 1], smpl_motion.skeleton.parents[: count - 1])
    other = Motion(smpl_motion.positions[:, : count - 1], smpl_motion.fps, fewer)
    motions = {"a": smpl_motion, "b": other, "c": smpl_motion, "d": other, "e": replace(smpl_motion, fps=90.0)}
    clips = [Clip(name, Path(name), (f"does {name}",), duration_s=3.0) for name in motions]
    made = ordered(SimpleNamespace(load=motions.__getitem__), clips)
    pairs = {frozenset(word.removeprefix("does ") for word in right.split(", then ")) for _, (right, _) in made}
    assert pairs == {frozenset("ac"), frozenset("bd")}
    assert not ordered(SimpleNamespace(load=motions.__getitem__), clips[-2:])


def test_the_table_has_mean_and_deviation():
    figures = dict.fromkeys(compare.COLUMNS, 10.0)
    text = compare.table(
        {("starter", 0.05, "embeddings"): [figures, {**figures, "R@1": 14.0}], ("paper", 1.0, "embeddings"): [figures]}
    )
    assert (
        "| starter | 5% | embeddings | 2 | 12.0 ± 2.8 | 10.0 ± 0.0 |" in text
        and "| paper | 100% | embeddings | 1 | 10.0 |" in text
    )


def test_recipes_are_trained_measured_and_not_repeated(small_library, tiny_text_folder, tmp_path, capsys, monkeypatch):
    common = ["motion=test_vit", "motion_weights=", "text_weights=hub", f"text={tiny_text_folder}", "epochs=1", "batch=4"]
    told = argparse.Namespace(
        library=small_library,
        out=tmp_path,
        test=None,
        recipes=["interaction token_dim=8 cutmix=0.5"],
        shares=[1.0],
        seeds=1,
        common=common,
    )
    compare.main(told)
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[:4] for row in rows] == [
        ["| interaction token_dim=8 cutmix=0.5", "100%", stage, "1"] for stage in ("embeddings", "two stages")
    ]
    next(tmp_path.glob("*/figures.json")).unlink()  # it was stopped between training and measuring
    compare.main(told)
    assert capsys.readouterr().out.splitlines()[2:] == rows
    monkeypatch.setattr(compare, "measure", None)
    compare.main(told)
    assert capsys.readouterr().out.splitlines()[2:] == rows == (tmp_path / "table.md").read_text().splitlines()[2:]


def test_a_recipe_that_cannot_be_measured_is_named_and_the_others_go_on(tmp_path, small_library, capsys, monkeypatch):
    def measured(folder, *_):
        if "official" in folder.name:
            raise StudioError("The model's statistics are of 31 joints, this skeleton has 24.")
        return {"embeddings": dict.fromkeys(compare.COLUMNS, 50.0)}

    monkeypatch.setattr(compare, "_measured", measured)
    told = argparse.Namespace(
        library=small_library, out=tmp_path, test=None, recipes=["official", "starter"], shares=[1.0], seeds=2, common=[]
    )
    compare.main(told)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines if line.startswith("| starter")] == ["| starter"]
    assert [line for line in lines if line.startswith("Left out: official, 1, seed")] == lines[-2:] and "31 joints" in lines[-1]


@pytest.mark.parametrize(
    ("recipe", "said"),
    [("starter nothing=1", "nothing"), ("starter epoch", "NAME=VALUE"), ("none", "preset"), ("starter mlm=-1", "mlm")],
)
def test_what_is_no_field_is_told(recipe, said, tmp_path):
    told = argparse.Namespace(library=tmp_path, common=[])
    with pytest.raises((StudioError, argparse.ArgumentTypeError), match=said):
        compare._config(told, recipe, 1.0, 0)
