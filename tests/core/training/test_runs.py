"""Runs that are killed, paused, stopped, short of memory or disk, or shared: each in a real child process where it matters."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from motionpatches.core.errors import StudioError
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training import config as training_config
from motionpatches.core.training import resume, runs
from motionpatches.core.training.control import Control
from motionpatches.core.training.events import Ended, Epoch, Measured, Started, Step, Warned
from motionpatches.core.training.trainer import train

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def config(small_library, tiny_text_folder):
    """Dropout, mirror, variation and the average are on: all that must repeat exactly. Every word has a token."""
    for place, file in enumerate(sorted((small_library / "texts").glob("*.txt"))):
        doing, where = ("walks", "runs", "waves", "jumps", "kicks", "turns")[place % 6], ("forward", "backward")[place // 6 % 2]
        file.write_text(f"a person {doing} {where}\nsomeone {doing} with the left hand\n")
    return training_config.recipe(
        "starter",
        library=str(small_library),
        epochs=6,
        batch=4,
        precision="fp32",
        device="cpu",
        save_every_s=0.0,
        lr_motion=3e-3,
        lr_text=1e-3,
        cutmix=0.3,
        model={"motion": "test_vit", "motion_weights": "", "text_weights": "hub", "text": str(tiny_text_folder)},
    )


def start(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "motionpatches.core.training", str(folder)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def events(child: subprocess.Popen):
    return (json.loads(line) for line in child.stdout)


def finish(folder: Path) -> list[dict]:
    with start(folder) as child:
        found = list(events(child))
        assert child.wait(60) == 0, found[-1]
    return found


def same_weights(one: Path, other: Path) -> None:
    a, b = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    assert set(a) == set(b)
    for name, tensor in a.items():
        assert torch.equal(tensor, b[name]), name


def test_killed_anywhere_it_ends_as_if_it_never_was(config, tmp_path):
    whole, killed = (runs.new_run(tmp_path, name, config) for name in ("whole", "killed"))
    expected = finish(whole)
    for last_seen in (3, 8):
        with start(killed) as child:
            for event in events(child):
                if event["event"] == "step" and event["step"] >= last_seen:
                    break
            child.kill()
        assert runs.read_run(killed).can_resume
    shutil.rmtree(config.library)  # the run owns its data
    found = finish(killed)
    assert next(e for e in found if e["event"] == "start")["resumed_at"] >= 7
    same_weights(whole / "last", killed / "last")
    same_weights(whole / "best", killed / "best")
    assert found[-1]["test"] == expected[-1]["test"] and not resume.has_state(killed)
    history = runs.read_run(killed).history
    assert history.loss() == runs.read_run(whole).history.loss()
    assert runs.read_run(killed).status == "finished"
    with start(killed) as child:
        assert "finished run" in child.stdout.read() and child.wait(30) == 1


def test_lines_pause_and_resume_and_the_end_of_input_stops(config, tmp_path):
    folder = runs.new_run(tmp_path, "run", replace(config, epochs=500))
    with start(folder) as child:
        lines = events(child)
        next(e for e in lines if e["event"] == "step")
        assert runs.read_run(folder).status == "running"
        child.stdin.write("pause\n")
        child.stdin.flush()
        step = next(e for e in lines if e["event"] == "paused")["step"]
        time.sleep(0.3)
        with pytest.raises(StudioError, match="under way"):
            runs.delete_run(folder)
        child.stdin.write("resume\n")
        child.stdin.flush()
        assert next(e for e in lines if e["event"] == "step")["step"] == step + 1
        child.stdin.close()  # as when the studio ends, or is killed
        rest = list(lines)
        assert child.wait(30) == 0 and rest[-1]["event"] == "end" and rest[-1]["stopped"]
    found = runs.read_run(folder)
    assert found.status == "stopped" and found.can_resume and found.best and (folder / "last" / "model.safetensors").exists()
    runs.delete_run(folder)
    assert not folder.exists()


def test_a_killed_starter_of_runs_leaves_no_orphan(config, tmp_path):
    folder = runs.new_run(tmp_path, "run", replace(config, epochs=500))
    code = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m', 'motionpatches.core.training', sys.argv[1]],"
        "stdin=subprocess.PIPE); print(p.pid, flush=True); p.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    pid = int(parent.stdout.readline())
    for line in parent.stdout:
        if '"step"' in line:
            break
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.time() + 30
    while time.time() < end and runs.is_held(folder):
        time.sleep(0.1)
    assert runs.read_run(folder).status == "stopped"
    parent.stdout.close()
    with pytest.raises(OSError):
        for _ in range(600):
            os.kill(pid, 0)
            time.sleep(0.1)


def test_one_and_two_processes_give_the_same_run(config, tmp_path):
    """gloo, with dropout and stochastic depth. The process group does not outlive the run."""
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\n"
        "from motionpatches.core.training.__main__ import main\n"
        "status = main(sys.argv[1:])\n"
        "from torch import distributed\n"
        "sys.exit(status or ('the process group was not destroyed' if distributed.is_initialized() else 0))\n"
    )
    config = replace(config, epochs=4, model={**config.model, "dropout": 0.3, "drop_path": 0.2})
    losses = []
    for name, prefix in (("one", []), ("two", ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"])):
        folder = runs.new_run(tmp_path, name, config)
        done = subprocess.run(
            [sys.executable, *prefix, str(script), str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=180,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr[-2000:]
        run = runs.read_run(folder)
        assert run.status == "finished" and run.history.start.processes == len(losses) + 1
        losses.append(run.history.loss()[1])
    assert losses[0] == pytest.approx(losses[1], abs=2e-4)
    one, two = (load_file(tmp_path / name / "last" / "model.safetensors") for name in ("one", "two"))
    for name, tensor in one.items():
        torch.testing.assert_close(tensor, two[name], atol=2e-4, rtol=1e-3, msg=name)


def test_a_full_disk_is_told_and_the_last_good_state_stands(config, tmp_path):
    """The system refuses files over a size while the run goes on, then no more."""
    resource = pytest.importorskip("resource")
    folder = runs.new_run(tmp_path, "run", replace(config, epochs=4))
    found, before = [], resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for event in train(replace(config, epochs=4), folder):
            found.append(event)
            if isinstance(event, Step) and event.step == 2:
                kept = (folder / resume.FILE).read_bytes()
                resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            if isinstance(event, Warned) and len([e for e in found if isinstance(e, Warned)]) == 1:
                assert (folder / resume.FILE).read_bytes() == kept and not list(folder.glob("*.writing"))
            if isinstance(event, Step) and event.step == 5:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    told = [e.message for e in found if isinstance(e, Warned)]
    assert told and all("could not be saved" in m for m in told)
    assert isinstance(found[-1], Ended) and not found[-1].stopped and (folder / "best" / "model.safetensors").exists()


def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(config, tmp_path):
    folder = runs.new_run(tmp_path, "run", replace(config, lr_motion=1e30, lr_heads=1e30, warmup=0.0))
    with start(folder) as child:
        last = list(events(child))[-1]
    assert child.returncode == 1 and last["event"] == "error" and "The loss became nan" in last["message"]
    run = runs.read_run(folder)
    assert run.status == "failed" and run.history.error == last["message"]


def test_out_of_memory_goes_on_by_gradient_caching(config, tmp_path, monkeypatch):
    """A device that holds four motions at a time."""
    encode = MotionTextModel.encode_motion

    def small(self, pixels):
        if self.training and len(pixels) > 4:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return encode(self, pixels)

    monkeypatch.setattr(MotionTextModel, "encode_motion", small)
    found = list(train(replace(config, batch=8, epochs=2), tmp_path / "run"))
    warning = next(e for e in found if isinstance(e, Warned))
    assert "continues with 4 at a time" in warning.message and isinstance(found[-1], Ended)
    monkeypatch.setattr(MotionTextModel, "encode_motion", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("no")))
    monkeypatch.setattr("motionpatches.core.training.trainer._Run._measure", lambda self: Measured({}))
    with pytest.raises(StudioError, match="Out of memory with .* a smaller batch"):
        list(train(replace(config, batch=8), tmp_path / "other"))


def test_resume_rejects_a_changed_configuration(config, tmp_path):
    folder = tmp_path / "run"
    control = Control()
    for event in train(config, folder, control):
        if isinstance(event, Step):
            control.stop()
    with pytest.raises(StudioError, match="another configuration .epochs 6, now 9."):
        list(train(replace(config, epochs=9), folder))
    (folder / resume.FILE).write_bytes(b"half")
    with pytest.raises(StudioError, match="cannot be read"):
        list(train(config, folder))


def test_watched_sentences_are_found_before_and_after_each_epoch(config, tmp_path):
    found = list(train(replace(config, epochs=1, sentences=["someone waves"]), tmp_path / "run"))
    before = next(e for e in found if isinstance(e, Started)).before
    epoch = next(e for e in found if isinstance(e, Epoch))
    for measured in (before, epoch):
        assert [s.text for s in measured.sentences] == ["someone waves"]
        hits = measured.sentences[0].hits
        assert len(hits) == 3 and hits[0].score >= hits[2].score and hits[0].id.isdigit()


def test_events_that_cannot_be_kept_are_a_warning(config, tmp_path, monkeypatch):
    folder = runs.new_run(tmp_path, "run", config)
    steps = [Step(n, 1, 1.0, 1.0, 1.0) for n in (1, 2, 3)]

    def steps_on_a_failing_disk(*_):
        yield steps[0]
        (folder / runs.EVENTS).unlink()
        (folder / runs.EVENTS).mkdir()  # nothing can be appended to a folder
        yield from steps[1:]

    monkeypatch.setattr("motionpatches.core.training.trainer.train", steps_on_a_failing_disk)
    found = list(runs.events_of(folder, Control()))
    assert [e for e in found if isinstance(e, Step)] == steps
    assert [i for i, e in enumerate(found) if isinstance(e, Warned)] == [2] and "events.jsonl" in found[2].message


def test_clips_left_out_of_the_statistics_are_a_warning(config, tmp_path):
    file = Path(config.library) / "new_joints" / "000002.npy"
    np.save(file, np.full_like(np.load(file), np.nan))  # the library's listing looks at headers only
    found = list(train(replace(config, epochs=1), tmp_path / "run"))
    warnings = [e.message for e in found if isinstance(e, Warned)]
    assert len(warnings) == 1 and "leave out 1 of 8 motions: 000002.npy" in warnings[0]
    assert next(e for e in found if isinstance(e, Started)).skipped == 1
