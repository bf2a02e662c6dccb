"""A served library that is killed loses nothing that it has acknowledged."""

from __future__ import annotations

import os

import pytest

from motionpatches.core.library import kept
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.open import open_paths
from motionpatches.core.progress import run
from tests.serve_kills import Written, kill_at_random, libraries, served_libraries

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the server is a forked process")


def test_two_kills_lose_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.serve_kills.LONGEST_S", 0.3)
    roots = libraries(tmp_path)
    assert kill_at_random(served_libraries(roots), roots, 2, tell=lambda line: None) > 2


def test_the_check_sees_what_is_lost(tmp_path):
    library = run(open_paths(libraries(tmp_path)))
    written = Written()
    written.note("one/a", {"add_tags": ["x"], "fields": {"client-1": "4"}, "add_captions": [{"text": "hops"}]})
    assert len(written.lost(library)) == 3
    kept.change_marks(library, {}, {"one/a": Mark(tags=("x",))})
    kept.change_sheet(library, {("one/a", "client-1"): "3"})
    assert len(written.lost(library)) == 2
