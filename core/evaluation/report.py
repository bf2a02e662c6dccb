"""Format an evaluation as text: our figures and the published ones of the same data set, protocol and test items."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from motionpatches.core.evaluation.escape import markdown_line
from motionpatches.core.evaluation.evaluate import Evaluation
from motionpatches.core.evaluation.grid import csv_grid, latex_grid, markdown_grid, markdown_list
from motionpatches.core.evaluation.metrics import Ways
from motionpatches.core.evaluation.protocols import protocols
from motionpatches.core.evaluation.published import NAMES, beside
from motionpatches.core.library.items import ITEMS
from motionpatches.core.progress import counted

WAYS = {"t2m": "text → motion", "m2t": "motion → text"}
# Protocol and method; the other columns are figures.
TEXTS = 2


@dataclass(frozen=True)
class Row:
    """One line of a table: `published` rows are not ours. `items`: the title of the test items, '' where it is not stated."""

    protocol: str
    method: str
    ways: Ways
    published: bool = False
    items: str = ""


def rows_of(evaluation: Evaluation) -> list[Row]:
    """Return the published rows of the same data set and protocol, then our own."""
    rows = []
    for protocol, ways in evaluation.figures.items():
        rows += [Row(protocol, f"{p.title} (published)", p.ways(), True) for p in beside(evaluation.dataset, protocol)]
        rows.append(Row(protocol, evaluation.model, ways, items=ITEMS[evaluation.items].title))
    return rows


def facts(evaluation: Evaluation) -> str:
    """Describe model, data, split, test items and seed in a line."""
    return (
        f"{evaluation.model} on {evaluation.library}, split {evaluation.split}, {counted(evaluation.motions, 'motion')} "
        f"({ITEMS[evaluation.items].title}), seed {evaluation.seed}, {evaluation.day}"
    )


def remarks(evaluation: Evaluation) -> list[str]:
    """How the model was trained, the protocols that were not run, and notes."""
    missing = [f"{protocols()[name].title}: not run, {reason}." for name, reason in evaluation.missing.items()]
    return [f"Model: {evaluation.training}.", *missing, *evaluation.notes]


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _header() -> list[str]:
    return ["protocol", "method", *(f"{WAYS[way]} {name}" for way in WAYS for name in NAMES)]


def _table(rows: Sequence[Row]) -> list[list[str]]:
    known = protocols()
    return [
        [known[row.protocol].title, row.method, *(_cell(row.ways[way].get(name)) for way in WAYS for name in NAMES)]
        for row in rows
    ]


def _grid(evaluation: Evaluation) -> list[list[str]]:
    return [_header(), *_table(rows_of(evaluation))]


def markdown(evaluation: Evaluation) -> str:
    grid, told = markdown_grid(_grid(evaluation), TEXTS), markdown_list(remarks(evaluation))
    return f"{markdown_line(facts(evaluation))}\n\n{grid}\n\n{told}\n"


def latex(evaluation: Evaluation) -> str:
    """A tabular environment under comments that say what was measured."""
    return latex_grid(_grid(evaluation), TEXTS, (facts(evaluation), *remarks(evaluation)))


def comma_separated(evaluation: Evaluation) -> str:
    """A row for each protocol and method; what was measured stands in every row of our own."""
    about = {
        "library": evaluation.library,
        "split": evaluation.split,
        "items": ITEMS[evaluation.items].title,
        "motions": evaluation.motions,
        "seed": evaluation.seed,
        "date": evaluation.day,
        "judge": evaluation.judge,
        "model": evaluation.training,
    }
    rows = rows_of(evaluation)
    lines = [[*_header(), *about]]
    for line, row in zip(_table(rows), rows, strict=True):
        lines.append([*line, *([""] * len(about) if row.published else map(str, about.values()))])
    return csv_grid(lines)


def values(evaluation: Evaluation) -> dict[str, Any]:
    """Plain values for JSON."""
    published = {name: {p.method: p.ways() for p in beside(evaluation.dataset, name)} for name in evaluation.figures}
    return {
        "library": evaluation.library,
        "split": evaluation.split,
        "items": evaluation.items,
        "model": evaluation.model,
        "training": evaluation.training,
        "motions": evaluation.motions,
        "seed": evaluation.seed,
        "date": evaluation.day,
        "dataset": evaluation.dataset,
        "judge": evaluation.judge,
        "protocols": evaluation.figures,
        "published": {k: v for k, v in published.items() if v},
        "missing": evaluation.missing,
        "notes": list(evaluation.notes),
    }


FORMATS: dict[str, Callable[[Evaluation], str]] = {
    ".md": markdown,
    ".tex": latex,
    ".csv": comma_separated,
    ".json": lambda e: json.dumps(values(e), indent=1) + "\n",
}
