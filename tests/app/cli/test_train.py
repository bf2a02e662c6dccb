"""Packed runs from the command line."""

import json

import pytest

from motionpatches.app.cli.parser import main


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--packed", "x.run.zip", "--epochs", "3"), "--epochs"),
        (("--packed", "x.run.zip", "--start-from", "m"), "--start-from"),
        (("--resume", "run", "--packed", "x.run.zip"), "--packed"),
        (("--pack", "x.run.zip", "-o", "run"), "--out"),
    ],
)
def test_options_that_contradict_each_other_are_named(options, named, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *options]) == 2 and named in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_is_packed_by_reference_and_its_line_is_printed(small_library, tmp_path, capsys):
    file = tmp_path / "shared" / "mine.run.zip"
    file.parent.mkdir()
    options = ["--library", str(small_library), "--epochs", "1", "--pack", str(file), "--by-reference", "--json"]
    assert main(["train", *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {
        "file": str(file),
        "folder": str(file.parent / "mine"),
        "command": "motionpatches train --packed mine.run.zip",
    }
    assert file.is_file() and main(["train", "--packed", str(tmp_path / "none.run.zip")]) == 1
