"""Evaluation and classification of the open library."""

import csv
import io

import pytest

from motionpatches.app.viewmodels.classified import as_csv
from motionpatches.app.viewmodels.evaluation import Evaluation
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.core.errors import StudioError
from tests.lanes import heard


@pytest.fixture
def evaluation(ready):
    return Evaluation(ready)


def test_splits_are_those_with_captions(evaluation, workspace):
    assert evaluation.splits() == ["test", "val", "train", "all"]
    workspace.library = None
    assert evaluation.splits() == ["all"]


def test_a_report_of_a_split_with_its_failures(evaluation, ready):
    changes = heard(evaluation.changed)
    evaluation.evaluate("all", 0)
    assert not evaluation.working and len(changes) == 2 and evaluation.report.motions == 12
    recall = evaluation.report.figures["strict"]["t2m"]["R@1"]
    assert "exact_caption" in evaluation.report.figures and 0 <= recall <= 100
    assert "|" in evaluation.text(".md")
    failure = evaluation.failures[0]
    evaluation.look(failure)
    clips = evaluation.report.clips
    assert [r.clip for r in evaluation.tiles.results] == [clips[failure.row], clips[failure.winner]]
    assert [r.hit.rank for r in evaluation.tiles.results] == [failure.rank, 1] and failure.rank > 1, "as the table says"


def test_the_chosen_items_are_those_of_the_report(evaluation, ready):
    """In this library the first line of a file is of the whole, so that both choices have the same clips."""
    for items in ("first_lines", "ranges"):
        evaluation.evaluate("test", 0, items)
        assert evaluation.report.items == items and evaluation.report.motions == 2
        title = "the first line of each file alone" if items == "first_lines" else "every captioned range"
        assert title in evaluation.text(".md")


def test_before_there_is_a_report_it_cannot_be_written(evaluation):
    with pytest.raises(StudioError):
        evaluation.text(".md")


def test_without_a_model_it_says_so(workspace):
    evaluation = Evaluation(workspace)
    evaluation.evaluate("all", 0)
    assert evaluation.message and not evaluation.working and evaluation.report is None


def test_cancelling_stops_it(evaluation, lanes, ready):
    lanes.long.waits = True
    evaluation.evaluate("all", 0)
    assert evaluation.working
    (work,) = ready.jobs.work
    assert work.key == "evaluation", "it is in the list of work, wherever its window is"
    evaluation.cancel()
    assert "stopping" in ready.jobs.work[0].text(0.0)
    lanes.long.go()
    assert not evaluation.working and evaluation.message and evaluation.report is None


def test_classes_of_a_table_and_the_clips_of_a_cell(evaluation, ready, tmp_path):
    truth = {c.id: "wave" if int(c.id) % 2 == 0 else "walk" for c in ready.library.clips}
    (tmp_path / "t.csv").write_text("id,label\n" + "".join(f"{i},{label}\n" for i, label in truth.items()))
    evaluation.classify("walk, wave", "a person does a {label}", str(tmp_path / "t.csv:label"), "all")
    found = evaluation.classified
    assert found.labels == ("walk", "wave") and found.result.confusion.sum() == 12
    for row in range(2):
        for column in range(2):
            cell = found.cell(row, column)
            assert len(cell) == found.result.confusion[row, column]
            assert all(truth[one.clip.id] == one.truth == found.labels[row] for one in cell)
            assert all(one.label == found.labels[column] for one in cell)


def test_a_wrong_prompt_is_reported(evaluation):
    evaluation.classify("walk, wave", "nothing", "", "all")
    assert "{label}" in evaluation.message and evaluation.classified is None


def test_only_clips_of_the_open_library_are_opened(evaluation, ready):
    clip = ready.library.clips[6]
    evaluation.open(clip)
    assert ready.clip is clip
    ready.library = None
    evaluation.open(ready.clip)


def test_labels_that_no_data_set_states_are_read_from_the_captions(evaluation, ready):
    evaluation.classify("walk, wave", "a person does a {label}", "", "all")
    found = evaluation.classified
    assert found.result is not None and "captions" in found.source
    for i in found.known:
        (label,) = found.truth[i]
        words = " ".join(found.clips[i].captions)
        assert found.labels[label][:3] in words and found.labels[1 - label][:3] not in words


def test_given_labels_become_a_table_and_tags_that_one_undo_takes_back(evaluation, ready):
    marks = Marks(ready, History())
    ready.library_changed.emit()
    first, second = ready.library.clips[:2]
    marks.tag([first], "mine")
    evaluation.classify("walk, wave", "a person does a {label}", "", "all")
    rows = evaluation.classified.rows()
    assert len(rows) == 12 and all(one.label in ("walk", "wave") for one in rows)
    table = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [(row["id"], row["label"]) for row in table] == [(one.clip.id, one.label) for one in rows]
    evaluation.tag(rows, marks)
    label = {one.clip.id: one.label for one in rows}
    assert marks.of(first).tags == ("mine", label[first.id]) and marks.of(second).tags == (label[second.id],)
    marks.history.undo()
    assert marks.of(first).tags == ("mine",) and marks.of(second).tags == ()
