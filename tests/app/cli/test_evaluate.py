"""`evaluate` as a command: what it prints, where it writes, and on what output."""

import csv
import io
import json
import sys

import pytest

from motionpatches.app.cli.parser import main
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from tests.layouts import write_kit

PROVENANCE = {
    "library": "takes",
    "preset": "starter",
    "epochs": 3,
    "seed": 42,
    "overrides": "none",
    "chosen_on": "validation (2 clips)",
}


@pytest.fixture
def folder(tiny_model, tmp_path):
    save_model(tiny_model, tmp_path / "tiny", CheckpointInfo({"epoch": 2}, PROVENANCE))
    return tmp_path / "tiny"


@pytest.fixture
def kit(tmp_path):
    """The first line of the last file is of a range."""
    write_kit(tmp_path / "kit", 6)
    (tmp_path / "kit/texts/00005.txt").write_text("a person turns left#a/DET#1.0#2.0\na person turns#a/DET#0.0#0.0\n")
    return tmp_path / "kit"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-16"])
def test_output_that_lacks_a_character_does_not_end_the_program(monkeypatch, kit, folder, encoding):
    """Windows gives a pipe cp1252, which has no arrow."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert main(["evaluate", str(kit), "--split", "all", "--model", str(folder), "--protocol", "strict"]) == 0
    sys.stdout.flush()
    text = written.getvalue().decode(encoding)
    assert ("text → motion R@1" if encoding == "utf-16" else "text \\u2192 motion R@1") in text and "7 motions" in text


def test_items_judge_and_reports(kit, folder, tiny_text_folder, tmp_path, capsys):
    """The command line's choices reach the report, and what the model's folder records stands in it."""
    out = tmp_path / "report.csv"
    options = [
        "--split",
        "all",
        "--model",
        str(folder),
        "--items",
        "first_lines",
        "--judge",
        str(tiny_text_folder),
        "--seed",
        "3",
    ]
    assert main(["evaluate", str(kit), *options, "-o", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["motions"], found["items"], found["judge"], found["seed"]) == (6, "first_lines", tiny_text_folder.name, 3)
    assert found["training"] == (
        "trained on takes, preset starter, epochs 3, seed 42, set otherwise: none, saved after epoch 2, "
        "chosen on validation (2 clips)"
    )
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert {row["items"] for row in rows} == {"the first line of each file alone"} and {row["motions"] for row in rows} == {"6"}
    assert [row["protocol"] for row in rows] == [
        "All, equal captions count",
        "All, only the own pair counts",
        "All, captions of like meaning count",
    ]
