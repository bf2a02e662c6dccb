"""A few hundred broken files for every reader, in child processes; and the harness against readers that are wrong on purpose."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io import load
from motionpatches.core.io.formats import Format
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from tests.fuzz import campaign as campaign_module
from tests.fuzz.campaign import campaign
from tests.fuzz.cases import Case, format_named, make_case, samples_of
from tests.fuzz.outcome import CRASH, GOOD, HANG, MEMORY, outcome_of
from tests.fuzz.targets import TARGETS
from tests.patience import PATIENCE

CASES, TARGET_CASES, SEED = 150, 30, 26


@pytest.fixture(scope="module")
def reports():
    """A report by reader; two at a time, each in a child process."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda kind: campaign(kind.name, SEED, 0, CASES), load.FORMATS)
        return {kind.name: report for kind, report in zip(load.FORMATS, found, strict=True)}


@pytest.mark.parametrize("name", [kind.name for kind in load.FORMATS])
def test_broken_files_are_read_or_refused(name, reports):
    report, native = reports[name], format_named(name).native
    # The end of a child process over a file is a sentence about it.
    faults = {what: cases for what, cases in report.faults.items() if not (native and what.startswith((CRASH, HANG, MEMORY)))}
    assert report.total == CASES and faults == {}, f"python -m tests.fuzz {name!r} --seed {SEED} --case K"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_what_else_is_opened_is_read_or_refused(target, tmp_path):
    """In this process, since each child would have to import torch or Qt anew."""
    for number in range(TARGET_CASES):
        outcome = outcome_of(target, make_case(target, SEED, number).write(tmp_path))
        assert outcome.kind in GOOD, f"{outcome.what}: python -m tests.fuzz {target.name!r} --seed {SEED} --case {number}"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whole_samples_are_opened(target, tmp_path):
    for sample in target.samples:
        outcome = outcome_of(target, Case(sample.files, ()).write(tmp_path))
        assert outcome.kind == "read", outcome


@pytest.mark.parametrize("kind", load.FORMATS, ids=lambda kind: kind.name)
def test_whole_samples_are_read(kind, tmp_path):
    """A sample that its reader refuses would test the first check alone."""
    read = 0
    for sample in samples_of(kind):
        for file in tmp_path.iterdir():
            file.unlink()
        for name, content in sample.files.items():
            (tmp_path / name).write_bytes(content)
        outcome = outcome_of(kind, tmp_path / sample.main)
        assert outcome.kind in ("read", "refused"), (sample.main, outcome)
        read += outcome.kind == "read"
    assert read > len(samples_of(kind)) / 2


@pytest.mark.parametrize("kind", load.FORMATS, ids=lambda kind: kind.name)
def test_a_case_is_always_the_same(kind):
    for number in range(20):
        one, other = make_case(kind, 3, number), make_case(kind, 3, number)
        assert one.files == other.files and one.ways == other.ways
    assert len({json.dumps({n: c.hex() for n, c in make_case(kind, 3, i).files.items()}) for i in range(20)}) > 15


def take(positions: np.ndarray, parents: tuple[int, ...] = (-1, 0)) -> RawTake:
    return RawTake(positions, 30.0, Skeleton(("a", "b"), parents), Assumption("rate", "30", "said", 1.0))


def recursion(path: Path) -> list[RawTake]:
    return recursion(path)


def hungry(path: Path) -> list[RawTake]:
    return [bytearray(2**40)]


WRONG = {
    "fault: IndexError": lambda path: [][1],
    "fault: RecursionError": recursion,
    "memory: MemoryError": hungry,
    "unusable: positions that are not finite": lambda path: [take(np.full((2, 2, 3), np.nan, np.float32))],
    "unusable: positions of float64": lambda path: [take(np.zeros((2, 2, 3)))],
    "unusable: no frames": lambda path: [take(np.zeros((0, 2, 3), np.float32))],
    "unusable: takes of one name": lambda path: [take(np.zeros((2, 2, 3), np.float32))] * 2,
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_seen(what, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.fuzz.outcome.check_take", lambda path, take: None)
    outcome = outcome_of(Format("wrong", (".x",), WRONG[what]), tmp_path / "a.x")
    assert f"{outcome.kind}: {outcome.what}".startswith(what)


def test_what_is_right_is_seen(tmp_path):
    def refuse(path: Path) -> list[RawTake]:
        raise FileProblem(path, "it is broken", "Copy it again")

    assert outcome_of(Format("right", (".x",), refuse), tmp_path / "a.x").kind == "refused"
    fine = Format("right", (".x",), lambda path: [take(np.zeros((2, 2, 3), np.float32))])
    assert outcome_of(fine, tmp_path / "a.x").kind == "read"


CHILD = """
import json, os, signal, sys, time
answers, first, end = open(sys.argv[1], "w"), int(sys.argv[2]), int(sys.argv[3])
print(json.dumps("/nowhere"), file=answers, flush=True)
for number in range(first, end):
    print(json.dumps({"began": number}), file=answers, flush=True)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    if number == 3:
        time.sleep(60)
    if number == 5:
        os.abort()
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(json.dumps({"number": number, "size": 9, "kind": "read", "what": "", "seconds": 0.0}), file=answers, flush=True)
"""


def test_hangs_and_crashes_cost_one_case(tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    run = campaign_module.subprocess.run
    monkeypatch.setattr(
        campaign_module.subprocess,
        "run",
        lambda command, **more: run([command[0], str(script), command[3], command[6], command[7]], **more),
    )
    start = time.perf_counter()
    report = campaign("any", 0, 0, 10)
    assert report.total == 10 and report.counts == {"read": 8, "hang": 1, "crash": 1}
    assert sorted(number for cases in report.faults.values() for _, number in cases) == [3, 5]
    assert time.perf_counter() - start < PATIENCE * 20
