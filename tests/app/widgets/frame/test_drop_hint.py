"""The words shown while files are dragged over the window."""

from pathlib import Path

from motionpatches.app.widgets.frame.drop_hint import drop_words


def test_it_says_what_a_drop_does():
    assert drop_words([Path("/a/walks")], "") == "Drop to open walks"
    said = drop_words([Path("/a/walks"), Path("/a/runs.bvh")], "bandai2")
    assert said.startswith("Drop to add 2 files and folders to bandai2,\nto open it instead")
    assert "Only files" in drop_words([], "bandai2")
