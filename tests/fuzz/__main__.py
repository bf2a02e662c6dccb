"""`python -m tests.fuzz READER [...] --cases N --seed S`: what readers make of broken files, and one case again by its number."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from motionpatches.core.errors import StudioError
from tests.fuzz.campaign import SECONDS, Report, campaign
from tests.fuzz.cases import KINDS as READERS
from tests.fuzz.cases import format_named, make_case
from tests.fuzz.outcome import GOOD, outcome_of
from tests.fuzz.target import Target
from tests.fuzz.truncation import OUTCOMES, SILENT, cuts

KINDS = ("read", "refused", "fault", "unusable", "memory", "hang", "crash")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", help="names of formats and of what else is opened; all by default")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="after which a case counts as hanging")
    parser.add_argument("--whole", action="store_true", help="recognise what is read, and turn it for view, too")
    parser.add_argument("--case", type=int, help="this case alone, in this process and without limits")
    parser.add_argument("--into", type=Path, help="with --case: the folder that its files are written to")
    parser.add_argument("--cuts", type=int, default=0, help="cut every sample at so many places instead, and look what is told")
    chosen = parser.parse_args()
    names = chosen.readers or [kind.name for kind in READERS]
    if chosen.case is not None:
        return alone(names[0], chosen.seed, chosen.case, chosen.into, chosen.whole)
    if chosen.cuts:
        return cut_files(names, chosen.cuts, chosen.seed)
    print(f"{'reader':24}{'cases':>8}" + "".join(f"{kind:>10}" for kind in KINDS) + f"{'ms each':>9}{'slowest s':>11}{'case':>8}")
    reports = []
    for name in names:
        start = time.perf_counter()
        report = campaign(name, chosen.seed, chosen.first, chosen.first + chosen.cases, chosen.seconds, chosen.whole)
        each = (time.perf_counter() - start) / max(report.total, 1) * 1000
        print(
            f"{report.name:24}{report.total:>8}"
            + "".join(f"{report.counts[kind]:>10}" for kind in KINDS)
            + f"{each:>9.1f}{report.slowest[0]:>11.2f}{report.slowest[1]:>8}",
            flush=True,
        )
        reports.append(report)
    for report in reports:
        print_faults(report)
    return int(any(report.faults for report in reports))


def cut_files(names: list[str], number: int, seed: int) -> int:
    """Tables of what readers make of cut files, in this process; 1 where one is taken for whole."""
    print(f"{'reader':24}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES))
    silent = []
    for name in names:
        kind = format_named(name)
        if isinstance(kind, Target):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = cuts(kind, Path(folder), number, seed)
        counts = Counter(cut.outcome for cut in found)
        print(f"{kind.name:24}" + "".join(f"{counts[outcome]:>10}" for outcome in OUTCOMES), flush=True)
        silent += [cut for cut in found if cut.outcome == SILENT]
    for cut in silent[:20]:
        print(f"{cut.sample} at {cut.at}: {cut.around}")
    return int(bool(silent))


def print_faults(report: Report) -> None:
    for what, cases in sorted(report.faults.items(), key=lambda item: -len(item[1])):
        size, number = min(cases)
        print(f"\n{report.name}: {len(cases)} times {what}\n  smallest: --case {number}" + (f" ({size:,} bytes)" if size else ""))


def alone(name: str, seed: int, number: int, into: Path | None, whole: bool) -> int:
    """One case with its traceback."""
    kind = format_named(name)
    case = make_case(kind, seed, number)
    print(f"{kind.name}, seed {seed}, case {number}: {case.size:,} bytes")
    for way in case.ways:
        print(f"  {way}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = into or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = case.write(folder)
        if into is None and case.size < 3000:
            print(path.read_bytes())
        try:
            for take in kind.read(path):
                print(f"take {take.name!r}: {take.positions.shape}, {take.fps:g} fps, {take.skeleton.joint_names[:5]}")
        except StudioError as error:
            print(f"refused: {error}")
        except Exception:
            traceback.print_exc()
        outcome = outcome_of(kind, path, whole)
    print(f"{outcome.kind} {outcome.what} ({outcome.seconds:.2f} s)")
    return int(outcome.kind not in GOOD)


if __name__ == "__main__":
    sys.exit(main())
