"""Teach This Library, from the header to the model in use, with the real child process."""

import re

from motionpatches.app.widgets.training import fine_tune_dialog
from motionpatches.core import paths
from tests.window import pixels, rest, wait


def test_a_library_is_taught_in_two_clicks_and_its_model_kept(studio, small_library, tmp_path, monkeypatch):
    studio.workspace.open([small_library])
    wait(lambda: studio.workspace.library.root == small_library and studio.workspace.retriever is not None, 60)
    studio.window.frame.header.teach.click()
    card = studio.window.pages.teaching
    teaching, proposal = card.teaching, card.proposal
    wait(lambda: teaching.facts is not None and teaching.form.estimate is not None, 60)
    assert re.fullmatch(
        r"12 takes, \d+ phrases, no word the model does not know, .* on this computer\.", proposal.sentence.text()
    )
    assert proposal.teach.isEnabled() and card.isVisible()
    teaching.form.set(epochs=1, batch=4)
    wait(lambda: teaching.form.estimate is not None, 60)
    packed: list[object] = []
    monkeypatch.setattr(fine_tune_dialog, "ask_new_file", lambda parent, kind, title, name, kinds: tmp_path / name)
    monkeypatch.setattr(teaching.training, "pack", lambda *of: packed.append(of))
    proposal.elsewhere.click()
    assert packed == [(teaching.form.config, tmp_path / "small tuned.run.zip")], "to be trained on another computer"
    proposal.teach.click()
    assert card.pages.currentWidget() is card.running and studio.view_models.training.current is not None
    wait(lambda: card.ended is not None and teaching.before_after.found, 120)
    ended, run = card.ended, teaching.run
    assert card.pages.currentWidget() is ended and "too few to measure" in ended.explained.text()
    assert "%" not in ended.explained.text() + ended.numbers.text(), "two held-out takes"
    assert [b.toolTip() for b in ended.phrases.buttons()] == list(teaching.before_after.found) == run.config.sentences
    wait(lambda: all(view.search.results for view in ended.views))
    rest(300)
    assert pixels(ended.views[1]).std() > 8 and "have this phrase" in ended.heads[1].text()
    ended.use.click()
    wait(lambda: studio.workspace.model_label == "small tuned" and studio.workspace.retriever is not None, 60)
    assert not ended.use.isEnabled() and ended.back.isVisible()
    assert studio.view_models.remembered.model([small_library]) == run.best
    listed = studio.view_models.models
    listed.refresh()
    wait(lambda: [m.name for m in listed.models if listed.is_used(m)] == ["small tuned"])
    ended.back.click()
    wait(lambda: studio.workspace.model_folder == paths.starter_model() and studio.workspace.retriever is not None, 60)
    assert ended.use.isEnabled() and not ended.back.isVisible()
    card.close()
    studio.view_models.training.delete(run)
    studio.workspace.open_demo()
    wait(lambda: studio.workspace.library.root == paths.demo_library() and studio.workspace.retriever is not None, 60)
