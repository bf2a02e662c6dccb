"""What a section measures: rows and goals; as tables for people and as JSON."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Figure = float | int | str | None


@dataclass(frozen=True)
class Row:
    """One measured case; `figures` by name with unit, as 'pairs/s'. None is shown as a dash."""

    what: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Goal:
    """A figure beside its goal; `at_least` False means at most."""

    what: str
    measured: float
    limit: float
    unit: str
    at_least: bool = True

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        sign = "at least" if self.at_least else "at most"
        verdict = "met" if self.met else "NOT met"
        return f"goal {verdict}: {self.what}: {shown(self.measured)} {self.unit}, goal {sign} {shown(self.limit)}"


@dataclass
class Result:
    """What a section gave, and how it ended: 'done', 'cut short', 'skipped' or 'failed', with the reason."""

    name: str
    title: str
    state: str = "done"
    reason: str = ""
    seconds: float = 0.0
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def shown(figure: Figure) -> str:
    """Return a figure for people: three digits at least, thousands with commas."""
    if figure is None:
        return "–"
    if isinstance(figure, str | bool):
        return str(figure)
    if isinstance(figure, int) or abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.3g}" if figure else "0"


def table(rows: Sequence[Row]) -> str:
    """Return rows as a Markdown table; its columns are the figures of all rows, in the order of their first use."""
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    cells = [["", *names]] + [[row.what, *(shown(row.figures.get(name)) for name in names)] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names) + 1)]

    def line(values: Sequence[str]) -> str:
        first, *rest = values
        return f"| {' | '.join([first.ljust(widths[0]), *(v.rjust(w) for v, w in zip(rest, widths[1:], strict=True))])} |"

    rule = "|".join(["-" * (widths[0] + 2), *("-" * (w + 1) + ":" for w in widths[1:])])
    return "\n".join([line(cells[0]), f"|{rule}|", *map(line, cells[1:])])


def text_of(result: Result) -> str:
    """Return a section as text: title, how it ended where it is not done, table, goals, notes."""
    ended = "" if result.state == "done" else f" — {result.state}: {result.reason}"
    parts = [f"## {result.title} ({result.seconds:.0f} s){ended}"]
    if result.rows:
        parts.append(table(result.rows))
    parts += [str(goal) for goal in result.goals] + [f"note: {note}" for note in result.notes]
    return "\n".join(parts) + "\n"


def facts(device: str) -> dict[str, Any]:
    """Describe where it was measured: device, driver, versions, date, commit."""
    import timm
    import torch
    import transformers

    from motionpatches.core.models.device import device_label
    from motionpatches.core.version import VERSION

    known: dict[str, Any] = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "device": device_label(device),
        "program": VERSION,
        "commit": _said_by("git", "rev-parse", "--short", "HEAD"),
        "torch": torch.__version__,
        "timm": timm.__version__,
        "transformers": transformers.__version__,
        "python": platform.python_version(),
    }
    if device.startswith("cuda"):
        known["memory_gib"] = round(torch.cuda.get_device_properties(device).total_memory / 2**30, 1)
        known["driver"] = _said_by("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
        known["cuda"] = torch.version.cuda
    return known


def _said_by(*command: str) -> str:
    """The first line that a program prints; '' where it cannot be run."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, cwd=Path(__file__).parent).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.strip().partition("\n")[0]


def write_json(path: Path, known: Mapping[str, Any], results: Sequence[Result]) -> None:
    """Write facts and results; called after every section, so that an end by force loses the running one alone."""
    values = {**known, "sections": [{**asdict(r), "goals": [{**asdict(g), "met": g.met} for g in r.goals]} for r in results]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
