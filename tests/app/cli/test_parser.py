"""Command lines and what they are read as; nothing is opened."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from motionpatches.app.cli import evaluate, model, parser, studio
from motionpatches.app.cli.parser import COMMANDS, main, parse
from motionpatches.core.errors import FileProblem

ROOT = Path(__file__).resolve().parents[3]

READ_AS = {
    "info": {"path": None, "layout": "", "json": False},
    "info take.bvh --json": {"path": Path("take.bvh"), "json": True},
    "search 'a man waves'": {"query": "a man waves", "k": 10, "library": None, "model": None, "device": "auto", "this": None},
    "search jump --by-motion": {"query": "jump", "by_motion": True},
    "search 'run + jump' -k 3 --device cpu": {"query": "run + jump", "k": 3, "device": "cpu"},
    "similar take.bvh --start 0.5 --end 1": {"motion": "take.bvh", "start": 0.5, "end": 1.0, "captions": False},
    "classify DATA --labels a,b": {"library": Path("DATA"), "split": "all", "prompt": "A person {label}"},
    "evaluate DATA": {"library": Path("DATA"), "split": "test", "protocol": [], "dataset": None, "out": []},
    "evaluate DATA --split all -o a.md --out b.tex": {"split": "all", "out": [Path("a.md"), Path("b.tex")]},
    "evaluate DATA --protocol strict --protocol threshold": {"protocol": ["strict", "threshold"]},
    "index DATA --layout 'BABEL folder'": {"library": [Path("DATA")], "layout": "BABEL folder"},
    "serve ONE TWO --allow-edits": {"library": [Path("ONE"), Path("TWO")], "allow_edits": True},
    "search walks --library ONE --library TWO": {"query": "walks", "library": [Path("ONE"), Path("TWO")]},
    "patches take.bvh -o p.npy": {"motion": Path("take.bvh"), "out": Path("p.npy"), "preset": None, "model": None},
    "train --library DATA --set motion=x --set dropout=0.5": {"set": [("motion", "x"), ("dropout", 0.5)], "device": None},
    "train --option lr_motion=0 --out RUN": {"option": [("lr_motion", 0)], "out": Path("RUN"), "resume": None},
    "reproduce table2 --data DATA": {"table": "table2", "preset": "paper", "runs": Path("runs"), "epochs": None},
    "model pull a/b --statistics DATA": {"name": "a/b", "dataset": "HumanML3D", "statistics": Path("DATA")},
    "export take.bvh -o a.gif --size 640x480": {"size": (640, 480), "fps": None, "query": None, "format": None},
    "export -o OUT --query jump --format npz": {"motion": None, "query": "jump", "format": "npz", "k": 5},
    "export a.bvh -o a.fbx --for unreal --fps 60": {"program": "unreal", "fps": 60.0, "unit": None, "in_place": False},
    "screenshot a.png": {"picture": Path("a.png"), "out": None, "size": (1600, 1000)},
    "screenshot --out a.png --size 800X600": {"picture": None, "out": Path("a.png"), "size": (800, 600)},
}

# Lines that are wrong usage, and a word that the message names.
WRONG = {
    "search": "QUERY",
    "search jump -k 0": "-k",
    "search jump --split train": "--split",
    "search jump --device tpu": "--device",
    "search jump --layout heap": "HumanML3D folder",
    "evaluate DATA --split dev": "--split",
    "evaluate DATA --protocol best": "exact_caption",
    "classify DATA --labels a,b --split ''": "--split",
    "similar take.bvh --start -1": "before the start",
    "similar take.bvh --end soon": "--end",
    "similar take.bvh --end nan": "--end",
    "patches take.bvh": "--out",
    "patches take.bvh -o p.npy --model M --preset paper": "--preset",
    "train --set motion": "NAME=VALUE",
    "train --option =1": "NAME=VALUE",
    "train --resume RUN --epochs 3": "--epochs",
    "train CONFIG.json --resume RUN --layout folder": "CONFIG.json, --layout",
    "export take.bvh": "--out",
    "export take.bvh -o a.gif --size 640": "WIDTHxHEIGHT",
    "export take.bvh -o a.gif --size 2x2": "pixels",
    "export take.bvh -o a.gif --fps 0": "--fps",
    "export take.bvh -o a.gif --sheet 0": "--sheet",
    "export take.bvh -o a.bvh --unit mile": "--unit",
    "export take.bvh -o a.gif --clip a --query b": "--clip",
    "export take.bvh -o a.gif --format gif": "--format",
    "export -o OUT --query jump --end 2": "--end",
    "screenshot": "OUT.png",
    "screenshot a.png --out b.png": "OUT.png",
    "screenshot a.png --size 1600": "WIDTHxHEIGHT",
    "model": "COMMAND",
    "model fetch": "fetch",
    "reproduce table9 --data D": "table9",
    "--frames 3": "--frames",
    "--device cpu search jump": "search is a command",
}


@pytest.mark.parametrize("line", READ_AS)
def test_a_line_is_read_as_its_options(line):
    options = parse(shlex.split(line))
    assert {name: getattr(options, name) for name in READ_AS[line]} == READ_AS[line]
    assert options.run is COMMANDS[line.split()[0]].run


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_ends_with_2_and_says_what(line, capsys):
    assert main(shlex.split(line)) == 2
    said = capsys.readouterr()
    assert WRONG[line] in said.err and said.out == ""


def test_without_a_command_the_studio_opens_what_is_named():
    options = parse(["takes", "walk.bvh", "--device", "cpu"])
    assert options.run is studio.run and options.paths == [Path("takes"), Path("walk.bvh")]
    assert parse([]).run is studio.run and parse([]).paths == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_with_the_name_of_a_command_is_opened_as_a_path_alone(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    assert parse([f"./{name}"]).run is studio.run
    assert parser._command_parser(name).prog == f"motionpatches {name}"
    with pytest.raises(parser.UsageError):
        parse(["--device", "cpu", name])


def test_a_command_spelled_wrong_is_named(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["serach"]) == 1
    assert "serach" in capsys.readouterr().err
    assert main(["evalute", "DATA"]) == 1
    assert "the command evaluate" in capsys.readouterr().err
    (tmp_path / "serach").mkdir()
    assert parse(["serach"]).paths == [Path("serach")]


def test_help_and_version_end_with_0(capsys):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert f"  {name} " in listed and command.summary in listed
        assert main([name, "--help"]) == 0
        assert f"usage: motionpatches {name}" in capsys.readouterr().out
    assert main(["--version"]) == 0 and capsys.readouterr().out.strip().count(".") == 2


def test_ctrl_c_ends_with_1(monkeypatch, capsys):
    def interrupted(options: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(COMMANDS, "info", parser.Command("show", COMMANDS["info"].add_arguments, interrupted))
    assert main(["info"]) == 1 and "stopped" in capsys.readouterr().err


def actions() -> list[tuple[str, argparse.Action]]:
    """(command, argument) of every command, those of `model` included."""
    found = []
    for name in COMMANDS:
        top = parser._command_parser(name)
        parsers = {name: top}
        for action in top._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers = {f"{name} {sub}": p for sub, p in action.choices.items()}
        found += [(full, action) for full, p in parsers.items() for action in p._actions if action.dest != "help"]
    return found


def test_every_argument_has_a_help_text():
    assert [(name, action.dest) for name, action in actions() if not action.help] == []


def test_an_option_of_one_name_means_the_same_everywhere():
    known: dict[str, tuple[object, ...]] = {}
    for name, action in actions():
        for option in action.option_strings:
            meaning = (action.dest, action.type, tuple(action.choices or ()))
            assert known.setdefault(option, meaning) == meaning, (name, option)


def test_every_command_with_a_result_has_json():
    with_json = {name for name, action in actions() if "--json" in action.option_strings}
    servers = {"serve", "mcp"}  # answer until they are stopped
    assert with_json == (set(COMMANDS) - {"model"} - servers) | {f"model {name}" for name in model.COMMANDS}


def test_the_tables_of_the_paper_are_those_that_reproduce_makes():
    from motionpatches.core.reproduce import TABLES

    assert tuple(TABLES) == evaluate.PAPER_TABLES


@pytest.mark.parametrize("line", [["--help"], ["train", "--help"], ["export", "MOTION", "-o", "OUT.bvh"], ["info", "MOTION"]])
def test_qt_is_not_imported_without_a_window(line, small_library, tmp_path):
    motion = str(small_library / "new_joints" / "000000.npy")
    arguments = [{"MOTION": motion, "OUT.bvh": str(tmp_path / "out.bvh")}.get(word, word) for word in line]
    code = (
        "import sys\nfrom motionpatches.app.cli.parser import main\n"
        f"assert main({arguments!r}) == 0\n"
        "print('loaded:', sorted({'PySide6', 'OpenGL', 'torch', 'transformers', 'timm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["loaded: []"], done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has another error for a closed pipe")
def test_a_reader_that_ends_early_gets_no_traceback():
    """As `motionpatches model list | head -0` does."""
    command = [sys.executable, "-m", "motionpatches", "model", "list"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        program.stdout.close()
        assert program.stderr.read() == ""
    assert program.returncode == 1


def test_the_window_opens_for_a_path_that_does_not_exist_and_tells_of_it(monkeypatch, tmp_path):
    from motionpatches.app import application, virtual_screen

    opened = []
    monkeypatch.setattr(application, "run_studio", lambda paths, model, device: opened.append(paths) or 0)
    monkeypatch.setattr(virtual_screen, "has_screen", lambda: True)
    options = parse([str(tmp_path / "nowhere")])
    assert options.run(options) == 0 and opened == [[tmp_path / "nowhere"]]
    monkeypatch.setattr(virtual_screen, "has_screen", lambda: False)
    with pytest.raises(FileProblem, match="does not exist"):
        options.run(options)
