"""Sections in order of importance, each with a time budget, within a budget of the whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.benchmarks.gpu.report import Goal, Result, Row

Found = Iterator[Row | Goal | str]
# A section starts while this share of its seconds is left, at least.
LEAST_SHARE = 0.2


@dataclass(frozen=True)
class Deadline:
    """When a section has to end, by `clock`."""

    end: float
    clock: Callable[[], float] = time.perf_counter

    def left(self) -> float:
        """Return the seconds that are left, not below 0."""
        return max(self.end - self.clock(), 0.0)

    def part(self, seconds: float) -> Deadline:
        """Return the deadline of a part that takes at most `seconds`."""
        return Deadline(min(self.end, self.clock() + seconds), self.clock)


class Section(NamedTuple):
    """`work(bench, deadline)` yields rows, goals and notes, and is closed at the first one after its deadline."""

    name: str
    title: str
    seconds: float
    work: Callable[[Any, Deadline], Found]


def run_sections(
    sections: Sequence[Section],
    bench: Any,
    total: Deadline,
    tell: Callable[[Result, list[Result]], None],
) -> list[Result]:
    """Run sections one after another. One that fails is reported, and the next begins.

    Args:
        sections: in order of importance.
        bench: handed to each section.
        total: of all sections; a section for which too little is left is skipped.
        tell: called after each section with its result and all results so far.
    """
    results: list[Result] = []
    for section in sections:
        result = Result(section.name, section.title)
        results.append(result)
        left = total.left()
        if left < LEAST_SHARE * section.seconds:
            result.state, result.reason = (
                "skipped",
                f"{left:.0f} s of the whole budget are left, {section.seconds:.0f} s are planned",
            )
        else:
            _run(section, bench, total.part(section.seconds), result)
        tell(result, results)
    return results


def _run(section: Section, bench: Any, deadline: Deadline, result: Result) -> None:
    start = deadline.clock()
    found = section.work(bench, deadline)
    try:
        for item in found:
            kept: list[Any] = {Row: result.rows, Goal: result.goals, str: result.notes}[type(item)]
            kept.append(item)
            if not deadline.left():
                result.state, result.reason = "cut short", f"its {deadline.end - start:.0f} s are spent"
                break
    except Exception as error:  # a section that fails must not end the others
        result.state, result.reason = "failed", f"{type(error).__name__}: {str(error)[:300]}"
    finally:
        close = getattr(found, "close", None)
        if close is not None:
            close()
        result.seconds = deadline.clock() - start
