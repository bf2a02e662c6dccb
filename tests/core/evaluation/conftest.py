"""A small data set in KIT-ML's layout, with a file of two captioned ranges, and a model to evaluate on it."""

import pytest

from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from tests.layouts import write_kit


@pytest.fixture
def kit_folder(tmp_path):
    """Twelve files; the last one's first line is of a range, its second of the whole."""
    write_kit(tmp_path / "kit")
    (tmp_path / "kit/texts/00011.txt").write_text(
        "a person turns left#a/DET#1.0#2.0\na person turns right#a/DET#0.0#0.0\na person turns twice#a/DET#1.0#2.0\n"
    )
    return tmp_path / "kit"


@pytest.fixture
def kit(kit_folder):
    return run(open_library(kit_folder))
