"""The parts of the GPU benchmark that need no GPU: budget, tables, peaks, counted operations, material."""

import json

import numpy as np
import pytest
import torch

from motionpatches.core.library.open import open_library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import PatchRecipe, PatchStatistics, prepare, sample_points
from motionpatches.core.progress import run
from tests.benchmarks.gpu.budget import Deadline, Section, run_sections
from tests.benchmarks.gpu.material import SMALL, write_library
from tests.benchmarks.gpu.peaks import PEAKS, counted, peak_of, peak_share
from tests.benchmarks.gpu.plain import curve_of, difference
from tests.benchmarks.gpu.report import Goal, Result, Row, shown, table, text_of, write_json
from tests.benchmarks.gpu.run import sections
from tests.benchmarks.gpu.slots import Slots, fill
from tests.benchmarks.gpu.timing import products, timed


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def run_with(clock, total, *works):
    """Sections a, b, … of 10 s each."""
    told = []
    chosen = [Section(name, name.upper(), 10.0, work) for name, work in zip("abcdef", works, strict=False)]
    results = run_sections(chosen, None, Deadline(total, clock), lambda result, _: told.append(result.name))
    assert told == [r.name for r in results] == [s.name for s in chosen], "each is told, in its order"
    return results


def taking(clock, *seconds):
    def work(bench, deadline):
        for number, spent in enumerate(seconds):
            clock.now += spent
            yield Row(f"row {number}", {"s": spent})

    return work


def failing(bench, deadline):
    yield "a note"
    raise RuntimeError("no such kernel")


def test_a_section_ends_at_its_deadline_and_the_next_ones_run():
    clock = Clock()
    first, second, third = run_with(clock, 100.0, taking(clock, 4, 7, 50), failing, taking(clock, 1, 2))
    assert (first.state, len(first.rows), first.seconds) == ("cut short", 2, 11.0) and "10 s are spent" in first.reason
    assert (second.state, second.notes) == ("failed", ["a note"]) and "RuntimeError: no such kernel" in second.reason
    assert (third.state, len(third.rows), third.seconds) == ("done", 2, 3.0)


def test_what_the_whole_budget_leaves_no_time_for_is_skipped_and_named():
    clock = Clock()
    first, second, third = run_with(clock, 13.0, taking(clock, 9), taking(clock, 3, 3), taking(clock, 1))
    assert first.state == "done"
    assert (second.state, len(second.rows)) == ("cut short", 2), "4 s of its 10 are left"
    assert third.state == "skipped" and third.reason == "0 s of the whole budget are left, 10 s are planned" and not third.rows


def test_the_sections_fit_into_four_minutes_by_importance():
    found = sections()
    names = [s.name for s in found]
    assert len(set(names)) == len(names) and names[0] == "plain", "the goal of 5 times comes first"
    until = dict(zip(names, np.cumsum([s.seconds for s in found]), strict=True))
    assert until["memory"] <= 210 and until["variations"] <= 290, "all that has a goal fits beside imports, even at full length"


def test_goals_are_met_from_both_sides():
    assert Goal("fast", 5.0, 5.0, "times").met and not Goal("fast", 4.9, 5.0, "times").met
    assert Goal("near", 4.0, 5.0, "ms", at_least=False).met and not Goal("near", 5.1, 5.0, "ms", at_least=False).met
    assert not Goal("nothing measured", float("nan"), 5.0, "ms", at_least=False).met
    assert str(Goal("fast", 4.9, 5.0, "times")) == "goal NOT met: fast: 4.9 times, goal at least 5"


def test_tables_and_json(tmp_path):
    rows = [Row("a", {"pairs/s": 1234.5, "GiB": None}), Row("longer", {"pairs/s": 7.891, "left": "x"})]
    lines = table(rows).splitlines()
    assert [cell.strip() for cell in lines[0].split("|")[1:-1]] == ["", "pairs/s", "GiB", "left"]
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == ["a", "1,234", "–", "–"]
    assert [cell.strip() for cell in lines[3].split("|")[1:-1]] == ["longer", "7.89", "–", "x"]
    assert len({len(line) for line in lines}) == 1 and lines[1].count(":") == 3, "aligned, numbers to the right"
    result = Result("one", "One", "cut short", "its 3 s are spent", 3.2, rows, [Goal("near", 9.0, 5.0, "ms", False)], ["seen"])
    assert text_of(result).startswith("## One (3 s) — cut short: its 3 s are spent\n| ") and "note: seen" in text_of(result)
    write_json(tmp_path / "new" / "x.json", {"device": "CUDA: X"}, [result])
    kept = json.loads((tmp_path / "new" / "x.json").read_text())
    assert kept["device"] == "CUDA: X" and kept["sections"][0]["rows"][0]["figures"] == {"pairs/s": 1234.5, "GiB": None}
    assert kept["sections"][0]["goals"][0]["met"] is False


@pytest.mark.parametrize("figure, text", [(0.0, "0"), (0.00012345, "0.000123"), (99.96, "100"), (1e6, "1,000,000"), (0, "0")])
def test_figures_for_people(figure, text):
    assert shown(figure) == text


@pytest.mark.parametrize(
    "device, name",
    [
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA H200", "H200"),
        ("NVIDIA A100-SXM4-80GB", "A100"),
        ("NVIDIA A10", "A10"),
        ("NVIDIA L40S", "L40S"),
        ("NVIDIA L4", "L4"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA GeForce RTX 4090 D", "RTX 4090"),
        ("NVIDIA A10G", None),
        ("Tesla T4", None),
        ("CPU", None),
    ],
)
def test_the_peak_of_a_device(device, name):
    assert peak_of(device) == (name and PEAKS[name])


def test_the_share_of_the_peak_by_hand():
    assert peak_share(3.12e13, 0.2, "NVIDIA A100-SXM4-40GB") == pytest.approx(50)
    assert peak_share(1.0, 1.0, "CPU") is None
    assert all(10 < peak.tflops < 10_000 and peak.source for peak in PEAKS.values())


def test_operations_are_counted_forwards_and_backwards():
    layer, rows = torch.nn.Linear(7, 5), torch.randn(3, 7, requires_grad=True)
    assert counted(lambda: layer(rows)) == 2 * 3 * 7 * 5
    assert counted(lambda: layer(rows).sum().backward()) == 3 * 2 * 3 * 7 * 5


def test_work_is_timed_after_warming_up(monkeypatch):
    clock, calls = Clock(), []

    def work():
        calls.append(clock.now)
        clock.now += 5.0 if len(calls) < 3 else 0.5

    monkeypatch.setattr("tests.benchmarks.gpu.timing.time.perf_counter", clock)
    found = timed("cpu", work, Deadline(1e9, clock), seconds=4.0, warm_up=3)
    assert (found.seconds, found.count, found.gib) == (0.5, 8, None) and len(calls) == 11
    late = timed("cpu", work, Deadline(clock.now, clock), seconds=4.0, warm_up=3, least=2)
    assert late.count == 2, "after the deadline, the least that can be reported"


def test_curves_are_compared_by_their_last_common_steps():
    assert difference([9, 9, 2, 2, 2, 2, 2], [0, 0, 2.2, 2.2, 2.2, 2.2, 2.2, 100]) == pytest.approx(0.1)
    curve = curve_of(iter([3.0, 2.0, 1.0, 0.5]), 8, 3, "cpu", Deadline(float("inf")))
    assert curve.losses == [3.0, 2.0, 1.0] and curve.rate > 0


def test_tf32_is_a_switch_that_is_put_back():
    seen = []
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    for tf32 in (True, False):
        with products(tf32):
            seen.append((torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32))
    assert seen == [("high", True), ("highest", False)]
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == before


def test_the_library_is_one_that_the_program_opens(tmp_path):
    library = run(open_library(write_library(tmp_path / "library", 30, SMALL.text["vocab_size"])))
    assert library.layout.startswith("HumanML3D") and len(library.clips) == 30 and not library.skipped
    assert {c.split for c in library.clips} == {"train", "val"} and all(c.captions for c in library.clips)
    motion = library.load(library.clips[3].id)
    assert 40 <= motion.frame_count < 197 and np.isfinite(motion.positions).all()
    assert 1.2 < float(np.ptp(motion.positions[..., 1])) < 2.5, "a body of human size"


def test_slots_hold_the_first_windows_of_the_motions(tmp_path):
    root = write_library(tmp_path / "library", 3, SMALL.text["vocab_size"])
    motions = sorted((root / "new_joints").glob("*.npy"))
    recipe = PatchRecipe(canonical=True, height_m=1.7)
    statistics = PatchStatistics(np.full((80, 3), 0.1, np.float32), np.full((80, 3), 2.0, np.float32))
    slots = Slots(tmp_path / "slots", 2, 4, motions, recipe, statistics)
    assert slots.opened("w+").shape == (2, 4, 3, 224, 80) and fill(slots, 1, 2) == 1
    empty, found = slots.opened()
    assert not empty.any()
    for place, number in enumerate((2, 0, 1, 2)):
        motion = prepare(Motion(np.load(motions[number]), 20.0, SMPL22), recipe)
        expected = (sample_points(motion) - 0.1) / 2
        np.testing.assert_allclose(found[place, :, : len(expected)].transpose(1, 2, 0), expected, atol=2e-3)
        assert not found[place, :, len(expected) :].any()
