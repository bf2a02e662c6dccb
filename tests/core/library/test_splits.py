"""Splits of clips: lists, the column of a table, and what is trained on."""

import numpy as np
import pytest

from motionpatches.core.library.caption_exchange import export_csv, read_table
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.training.assemble import model_and_data, split_clips
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.events import Warned
from tests.layouts import write_interhuman


@pytest.fixture
def folder(tmp_path, smpl_motion):
    """Six takes with a table of captions."""
    root = tmp_path / "takes"
    root.mkdir()
    for i in range(6):
        np.save(root / f"{i}.npy", smpl_motion.positions)
    rows = ("walks,train", "runs,Train", "jumps,validation", "waves,test", "sits,", "bows,extra")
    (root / "captions.csv").write_text("file,caption,split\n" + "".join(f"{i}.npy,{row}\n" for i, row in enumerate(rows)))
    return root


def test_the_column_split_of_a_table_is_read(folder):
    library = run(open_library(folder))
    assert {c.id: c.split for c in library.clips} == {"0": "train", "1": "train", "2": "val", "3": "test", "4": "", "5": ""}
    note = next(n for n in library.notes if "split" in n)
    assert "1 file is none of train, val, test" in note and "'5.npy': extra" in note


def test_an_exported_table_gives_its_splits_back(folder, tmp_path):
    library = run(open_library(folder))
    exported = export_csv(library)
    for c in library.clips:
        c.path.rename(tmp_path / c.path.name)
    (tmp_path / "captions.csv").write_text(exported)
    again = run(open_library(tmp_path))
    assert {c.id: c.split for c in again.clips} == {c.id: c.split for c in library.clips}
    assert not any("split" in note for note in again.notes)


def test_an_imported_table_with_other_splits_is_reported(small_library, tmp_path):
    library = run(open_library(small_library))
    table = tmp_path / "t.csv"
    table.write_text(export_csv(library))
    assert not read_table(library, table).notes
    rows = table.read_text().splitlines()
    moved = [row.replace(",train,", ",test,") if row[11:17] in ("000000", "000001") else row for row in rows]
    table.write_text("\n".join(moved))
    assert "The split of 2 takes" in read_table(library, table).notes[0]


def test_rows_of_several_splits_are_reported(folder):
    (folder / "captions.csv").write_text("file,caption,split\n0.npy,walks,test\n0.npy,goes,train\n1.npy,runs,train\n1.npy,on,\n")
    library = run(open_library(folder))
    assert library.by_id["0"].split == "test" and library.by_id["1"].split == "train"
    assert any("'0.npy': test, train" in note for note in library.notes)


def test_clips_in_no_split_are_not_trained_on_and_are_reported(small_library, tmp_path, tiny_text_folder):
    names = (small_library / "train.txt").read_text().split()
    (small_library / "train.txt").write_text("\n".join(names[:5]))
    library = run(open_library(small_library))
    train, val = split_clips(library, 0)
    assert [c.id for c in train] == names[:5] and {c.split for c in val} == {"val"}
    config = TrainingConfig(
        library=str(small_library),
        preset="paper",
        model={"motion": "test_vit", "motion_weights": "", "text": str(tiny_text_folder)},
        device="cpu",
    )
    run_folder = tmp_path / "run"
    warned = [e.message for e in model_and_data(config, run_folder, World.join("cpu")) if isinstance(e, Warned)]
    assert warned == ["3 of 12 captioned clips are in no split and are not trained on: 000005, 000006, 000007"]


def test_without_lists_every_clip_is_trained_on(small_library):
    for split in ("train", "val", "test"):
        (small_library / f"{split}.txt").unlink()
    train, val = split_clips(run(open_library(small_library)), 0)
    assert len(train) == 9 and len(val) == 3


def test_clips_that_interhuman_ignores_are_left_out_and_named(tmp_path):
    write_interhuman(tmp_path)
    (tmp_path / "split/ignore_list.txt").write_text("3\n7.pkl\n")
    library = run(open_library(tmp_path))
    assert [c.id for c in library.clips] == ["0", "1", "2", "4", "5", "6", "8", "9"]
    assert [s.reason for s in library.skipped] == [f"{i}.pkl: the data set's ignore_list.txt names it" for i in (3, 7)]
