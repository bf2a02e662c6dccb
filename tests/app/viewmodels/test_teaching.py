"""Teach This Library: the sentence of the card, the run, and what came of it. The child process is a stand-in."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from motionpatches.app.viewmodels import fine_tuning
from motionpatches.app.viewmodels import teaching as module
from motionpatches.app.viewmodels import training as trainings
from motionpatches.app.viewmodels.teaching import ENDED, PROPOSAL, RUNNING, Teaching
from motionpatches.app.viewmodels.training import Training
from motionpatches.app.widgets.training.field_help import HELP, field_tip
from motionpatches.app.widgets.training.teach_texts import details, duration, explained, headline, proposal
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.progress import run as finish
from motionpatches.core.training.advice import advise
from motionpatches.core.training.config import TrainingConfig, recipe
from motionpatches.core.training.estimate import Estimate
from motionpatches.core.training.events import Ended, Epoch, Measured, Started, Step
from motionpatches.core.training.library_facts import library_facts
from tests.app.viewmodels.test_training import Child
from tests.lanes import rest


@pytest.fixture
def teaching(ready, monkeypatch, tmp_path):
    def estimate(config, library):
        yield from ()
        return Estimate(66, 2**30, 2**30, 60, 60, 60)

    monkeypatch.setattr(fine_tuning, "estimate", estimate)
    monkeypatch.setattr(fine_tuning, "PAUSE_MS", 1)
    monkeypatch.setattr(module, "PAUSE_MS", 1)
    monkeypatch.setattr(trainings, "TrainingProcess", Child)
    monkeypatch.setattr(trainings.paths, "user_runs", lambda: tmp_path / "runs")
    ready.model_folder = tmp_path / "the model"
    return Teaching(ready, Training(ready))


def slang(takes=100, words=("castaway signals", "goalie shows", "zombie walks", "baker kneads", "diver waves")):
    clips = [Clip(str(i), None, captions=(words[i % len(words)],)) for i in range(takes)]
    return Library(Path("slang"), "slang", "a folder", [*clips, Clip("bare", None)], None)


def test_the_sentence_counts_takes_phrases_unknown_words_and_time(teaching, tiny_model):
    """The tiny model's tokenizer has 'walks' and 'waves' of these words."""
    teaching.watch(True)
    teaching.facts = finish(library_facts(slang(), tiny_model))
    teaching.form.estimate = Estimate(66, 2**30, 2**30, 60, 60, 60)
    assert proposal(teaching) == "100 takes, 5 phrases, 8 words the model does not know, about a minute on this computer."
    assert "castaway" in details(teaching) and "1 take without a caption is left out." in details(teaching)
    assert len(teaching.facts.compared) == 3 and teaching.facts.compared[0] == "castaway signals", "with unknown words first"


def test_words_that_the_model_has_learned_are_known(tiny_model):
    tiny_model.provenance = {"learned_words": "castaway goalie signals shows"}
    assert finish(library_facts(slang(), tiny_model)).unknown == ("zombie", "baker", "kneads", "diver")


def test_one_click_begins_the_proposed_run(teaching, tmp_path):
    teaching.watch(True)
    rest()
    assert teaching.state == PROPOSAL and teaching.can_teach and teaching.form.config.start_from == str(tmp_path / "the model")
    assert teaching.form.config.sentences == list(teaching.facts.compared)
    teaching.teach()
    assert teaching.state == RUNNING and teaching.run.name == "small tuned" and not teaching.can_teach


def test_nothing_is_taught_without_a_library_or_before_the_model_is_loaded(teaching, workspace):
    """Without a model the form would begin a new one from nothing."""
    teaching.watch(True)
    workspace.model = None
    teaching.propose()
    assert not teaching.can_teach and "not loaded" in proposal(teaching)
    workspace.library = None
    teaching.propose()
    assert not teaching.can_teach and proposal(teaching) == "Open a library with captions first."


FIGURES = {"exact_caption": {"t2m": {"R@1": 100.0, "R-precision": 40.0}, "m2t": {"R@1": 25.0}}}
BETTER = {"exact_caption": {"t2m": {"R@1": 100.0, "R-precision": 90.0}, "m2t": {"R@1": 25.0}}}


def finished(teaching, tiny_model, val=20, phrases=5):
    """A run that this window began and that has ended."""
    teaching.watch(True)
    rest()
    teaching.teach()
    run, child = teaching.run, teaching.training.process
    for event in (
        Started("cpu", 80, val, 4, 2, phrases=phrases, before=Measured(FIGURES)),
        Step(1, 1, 0.5, 10.0, 3.0),
        Epoch(1, 0.5, BETTER, True, 1.0),
        Ended(BETTER, 1, False, 1.0),
    ):
        with open(run.folder / "events.jsonl", "a") as lines:
            lines.write(event.to_line() + "\n")
        child.reported.emit(event)
    save_model(tiny_model, run.folder / "best", CheckpointInfo())
    child.ended.emit("")
    return teaching.run


def test_the_result_is_two_numbers_and_three_phrases(teaching, tiny_model, monkeypatch):
    asked = []
    monkeypatch.setattr(teaching.before_after, "ask_all", asked.append)
    run = finished(teaching, tiny_model)
    assert teaching.state == ENDED and headline(teaching.outcome) == "Your phrases found first: 8 of 20  →  18 of 20"
    assert "20 takes were not trained on" in explained(run, teaching.outcome)
    assert asked == [run.config.sentences], "compared once"
    assert "%" not in headline(teaching.outcome) + explained(run, teaching.outcome)


def test_few_takes_are_described_in_words(teaching, tiny_model, monkeypatch):
    monkeypatch.setattr(teaching.before_after, "ask_all", lambda queries: None)
    run = finished(teaching, tiny_model, val=3, phrases=3)
    assert headline(teaching.outcome) == ""
    assert explained(run, teaching.outcome).startswith("The model has learned from 80 takes in 1 epoch.")


def test_the_model_is_used_and_the_starter_again(teaching, tiny_model, monkeypatch, workspace):
    monkeypatch.setattr(teaching.before_after, "ask_all", lambda queries: None)
    run, loaded = finished(teaching, tiny_model), []
    assert teaching.is_open and not teaching.is_used
    monkeypatch.setattr(workspace, "load_model", loaded.append)
    teaching.use()
    teaching.back_to_starter()
    assert loaded == [run.best, module.paths.starter_model()]
    workspace.model_folder = run.best
    assert teaching.is_used
    workspace.paths = [run.folder]
    assert not teaching.is_open, "of another library the model is not offered"
    teaching.again()
    assert teaching.state == PROPOSAL


def test_a_run_begun_elsewhere_in_the_window_is_the_same_run(teaching, small_library):
    teaching.training.begin("by hand", TrainingConfig(library=str(small_library), epochs=2))
    assert teaching.state == RUNNING and teaching.run.name == "by hand"


def test_shown_results_with_the_phrase_are_counted(teaching, workspace):
    captions = [clip.captions[0] for clip in workspace.library.clips]
    query = captions[0]
    having = [clip.id for clip in workspace.library.clips if query in clip.captions]
    others = [clip.id for clip in workspace.library.clips if query not in clip.captions]
    hit = lambda clip: SimpleNamespace(clip_id=clip, score=0.5)  # noqa: E731
    compared = teaching.before_after
    compared.found = {query.upper() + ".": ([hit(others[0])], [hit(having[0]), hit(others[0])]), "no such": ([], [])}
    assert compared.right(query.upper() + ".") == (0, 1, min(len(having), 6))
    assert compared.right("no such") is None and compared.right("never asked") is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "less than a minute"), (66, "about a minute"), (600, "about 10 minutes"), (9000, "about 2 hours")]
)
def test_a_time_is_rounded(seconds, words):
    assert duration(seconds) == words


def test_every_field_has_a_sentence_a_default_and_a_reason_to_change_it():
    config = replace(recipe("starter"), lr_text=1e-5, mirror=False)
    assert "Default: 1e-05." in field_tip("lr_text", config) and "Default: off." in field_tip("mirror", config)
    assert all(help.what.endswith(".") and help.when.endswith(".") for help in HELP.values())


def test_the_advice_names_how_many_captions_are_held_out(ready):
    library = slang()
    reasons = " ".join(advise(library, recipe("starter", start_from="x")).reasons)
    assert "20 clips with 5 different captions are held out" in reasons and "in no other" not in reasons
    single = slang(40, tuple(f"caption {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(40)))
    assert "10 different captions, 10 of them in no other clip, are held" in " ".join(
        advise(single, recipe("starter", start_from="x")).reasons
    )
