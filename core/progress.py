"""Long work as generators: each yield reports progress and is a point at which to cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of `what`; `rate` in units per second and `remaining_s` where known.
    `found`: what there is so far, where it can be used already."""

    what: str
    done: int
    total: int
    rate: float | None = None
    remaining_s: float | None = None
    found: object = None

    def __str__(self) -> str:
        text = f"{self.what}: {self.done:,} of {self.total:,}"
        if self.rate:
            text += f", {self.rate:,.0f}/s"
        if self.remaining_s is not None and self.done < self.total:
            text += f", {format_duration(self.remaining_s)} left"
        return text


Job = Generator[Progress, None, T]


class Cancelled(Exception):
    """The user asked a job to stop; what it had finished is kept."""


class Meter:
    """Makes Progress values with a rate measured since the meter was made."""

    def __init__(self, what: str, total: int):
        self.what, self.total, self.start = what, total, time.perf_counter()

    def at(self, done: int) -> Progress:
        elapsed = time.perf_counter() - self.start
        rate = done / elapsed if done and elapsed > 0.2 else None
        return Progress(self.what, done, self.total, rate, (self.total - done) / rate if rate else None)


def run(
    job: Job[T],
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> T:
    """Drives a job to its result. Raises Cancelled after closing the job, which then saves what it has."""
    while True:
        try:
            progress = next(job)
        except StopIteration as end:
            return end.value
        if on_progress:
            on_progress(progress)
        if cancelled and cancelled():
            job.close()
            raise Cancelled


def counted(count: int, one: str, several: str = "") -> str:
    """Return '1 phrase', '5 phrases'; `several`: another plural than with an s."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def format_duration(seconds: float) -> str:
    """65 -> '1 min 05 s'."""
    whole = int(round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
