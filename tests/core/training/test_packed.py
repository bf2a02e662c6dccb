"""A run packed into a file: trained elsewhere it is the run that would have been trained here; a hostile file writes nothing."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.progress import run as drive
from motionpatches.core.training import alone, runs
from motionpatches.core.training import config as training_config
from motionpatches.core.training.packed import Packed, pack, run_folder
from motionpatches.core.training.trainer import train
from motionpatches.core.training.unpack import unpack

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def config(small_library, tiny_model, tmp_path):
    """Fine-tuning of the tiny model, which lies in a folder of this computer."""
    save_model(tiny_model, tmp_path / "models" / "tiny one", CheckpointInfo(provenance={"preset": "starter"}))
    return training_config.recipe(
        "starter",
        library=str(small_library),
        start_from=str(tmp_path / "models" / "tiny one"),
        epochs=2,
        batch=4,
        precision="fp32",
        device="cpu",
        save_every_s=0.0,
    )


def packed_in(folder, config, **options) -> Packed:
    folder.mkdir(exist_ok=True)
    return drive(pack(config, folder / "my run.run.zip", **options), lambda progress: None, lambda: False)


def elsewhere(file: Path, home: Path) -> subprocess.Popen[str]:
    """Another computer: another home, no library, no model; as many threads, for the same sums."""
    command = [sys.executable, "-m", "motionpatches", "train", "--packed", str(file), "--device", "cpu", "--json"]
    env = {**os.environ, paths.HOME_VARIABLE: str(home), "OMP_NUM_THREADS": str(torch.get_num_threads())}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=env)


def same_weights(one: Path, other: Path) -> bool:
    a, b = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    return a.keys() == b.keys() and all(torch.equal(tensor, b[name]) for name, tensor in a.items())


def test_killed_and_resumed_elsewhere_it_ends_as_the_run_of_this_computer(config, small_library, tmp_path):
    here, home = tmp_path / "here", tmp_path / "other home"
    list(train(config, here))
    packed = packed_in(tmp_path / "shared", config)
    waiting = runs.read_run(packed.folder)
    assert (waiting.status, waiting.packed, waiting.can_resume) == ("new", "my run.run.zip", False)
    shutil.rmtree(small_library)
    shutil.rmtree(tmp_path / "models")

    first = elsewhere(packed.file, home)
    for line in first.stdout:
        event = json.loads(line)
        if event["event"] == "step" and event["step"] == 2:
            assert runs.read_run(packed.folder).status == "running"
            break
    first.kill()
    first.communicate()
    said, errors = elsewhere(packed.file, home).communicate()
    events = [json.loads(line) for line in said.splitlines()]
    assert events and events[-1]["event"] == "end", errors
    assert next(event for event in events if event["event"] == "start")["resumed_at"] >= 1

    for part in ("best", "last"):
        assert same_weights(here / part, packed.folder / part)
    run = runs.read_run(packed.folder)
    assert run.status == "finished" and run.config.library == str(small_library)
    assert run.history.before is not None and len(run.history.epochs) == 2
    assert Path(run.start) == packed.folder / "start" / "tiny one"
    made = json.loads((packed.folder / "best" / "config.json").read_text())["provenance"]
    assert made["start_from"] == "tiny one"
    with pytest.raises(StudioError, match="finished"):
        list(runs.events_of(unpack(packed.file), runs.Control()))


def test_another_computer_that_trains_a_run_is_seen_by_what_it_writes(config, tmp_path):
    folder = packed_in(tmp_path / "shared", config, by_reference=True).folder
    alone.beat(folder)
    assert not alone.is_held(folder), "this computer has its lock to say so"
    (folder / alone.BEAT).write_text("studio-7 1234abcd")
    assert alone.is_held(folder) and runs.read_run(folder).status == "running"
    with pytest.raises(StudioError, match="under way on studio-7"), alone.hold(folder):
        pass
    with pytest.raises(StudioError, match="under way"):
        unpack(tmp_path / "shared" / "my run.run.zip")
    old = (folder / alone.BEAT).stat().st_mtime - alone.SILENT_S - 5
    os.utime(folder / alone.BEAT, (old, old))
    assert not alone.is_held(folder), "it was silent for too long"


def test_what_cannot_be_packed_says_so_and_leaves_nothing(config, tmp_path):
    (tmp_path / "shared" / "my run").mkdir(parents=True)
    with pytest.raises(StudioError, match="Choose another name"):
        packed_in(tmp_path / "shared", config)
    with pytest.raises(StudioError, match="folder of this computer"):
        packed_in(tmp_path / "text", replace(config, model={"text": str(tmp_path)}))
    with pytest.raises(StudioError):
        packed_in(tmp_path / "library", replace(config, library=str(tmp_path / "gone")))
    job = pack(config, tmp_path / "cancelled.run.zip")
    next(job), next(job)
    job.close()
    names = {path.name for path in tmp_path.iterdir()}
    assert not {name for name in names if "cancelled" in name or name.startswith(".")}
    assert not list((tmp_path / "library").iterdir()) and not list((tmp_path / "text").iterdir())


@pytest.mark.parametrize(
    ("name", "folder"),
    [("a.run.zip", "a"), ("a.zip", "a"), ("a", "a run"), (".run.zip", ".run.zip run"), ("a.b.run.zip", "a.b")],
)
def test_the_folder_of_a_packed_run_lies_beside_it(name, folder):
    assert run_folder(Path("/shared") / name) == Path("/shared") / folder


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _with(file: Path, change) -> None:
    """Write the archive again, with its members (a list of name and content) changed."""
    with zipfile.ZipFile(file) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content, *options in change(members):
            archive.writestr(name, content, *options)


def _set(**values):
    def change(members):
        return [(n, json.dumps({**json.loads(c), **values}).encode() if n == "config.json" else c) for n, c in members]

    return change


def _link(members):
    info = zipfile.ZipInfo("start/tiny one/README.md")
    info.external_attr = 0o120777 << 16
    return [*members, (info, b"/etc/passwd")]


HOSTILE = {
    **{
        f"a member {name!r}": (lambda members, name=name: [*members, (name, b"x")])
        for name in (
            "../evil.txt",
            "/evil.txt",
            "start/../../evil.txt",
            "start/tiny one/../../../config.json",
            "start/tiny one/evil.py",
            "start/.hidden/config.json",
            "best/model.safetensors",
            "events.jsonl",
            "..\\evil.txt",
            "C:\\evil.txt",
            "start/",
        )
    },
    "compressed": lambda members: [(n, c, zipfile.ZIP_DEFLATED) for n, c in members],
    "no configuration": lambda members: [(n, c) for n, c in members if n != "config.json"],
    "weights of this computer": _set(start_from="/etc"),
    "weights beside": _set(start_from="../tiny one"),
    "unknown fields": _set(shell="rm"),
    "a wrong type": _set(epochs="many"),
    "no object": lambda members: [(n, b"[1]" if n == "config.json" else c) for n, c in members],
    "no JSON": lambda members: [(n, b"{" if n == "config.json" else c) for n, c in members],
    "other data": lambda members: [*members, ("prepared.json", b'{"made_for": {}, "recipe": {}}')],
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_hostile_file_writes_nothing_outside_of_its_folder(config, tmp_path, fault):
    file = packed_in(tmp_path / "shared", config, by_reference=True).file
    shutil.rmtree(run_folder(file))
    _with(file, HOSTILE[fault])
    before = _files(tmp_path)
    with pytest.raises(StudioError):
        unpack(file, tmp_path / "deep" / "run")
    written = _files(tmp_path).keys() - before.keys()
    assert all(name.startswith(os.path.join("deep", "run", "")) for name in written)
    assert fault == "other data" or not written, "nothing at all, where the file says so before"


def test_a_link_in_a_file_becomes_a_plain_file(config, tmp_path):
    file = packed_in(tmp_path / "shared", config, by_reference=True).file
    shutil.rmtree(run_folder(file))
    _with(file, _link)
    made = unpack(file, tmp_path / "run") / "start" / "tiny one" / "README.md"
    assert made.is_file() and not made.is_symlink() and made.read_bytes() == b"/etc/passwd"


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX systems")
def test_a_link_in_the_folder_is_not_followed(config, tmp_path):
    packed, outside = packed_in(tmp_path / "shared", config, by_reference=True), tmp_path / "outside"
    outside.mkdir()
    (packed.folder / "start").symlink_to(outside)
    with pytest.raises(StudioError, match="link"):
        unpack(packed.file)
    assert not _files(outside)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_a_file_that_is_cut_is_reported(config, tmp_path, share):
    file = packed_in(tmp_path / "shared", config, by_reference=True).file
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(StudioError, match="no packed run, or a damaged one"):
        unpack(file)


def test_another_run_in_its_folder_stays(config, tmp_path):
    packed = packed_in(tmp_path / "shared", config, by_reference=True)
    runs.write_config(packed.folder, replace(config, epochs=9))
    with pytest.raises(StudioError, match="another run"):
        unpack(packed.file)
    (tmp_path / "things").mkdir()
    (tmp_path / "things" / "mine.txt").write_text("mine")
    with pytest.raises(StudioError, match="holds no run"):
        unpack(packed.file, tmp_path / "things")
    assert [path.name for path in (tmp_path / "things").iterdir()] == ["mine.txt"]
