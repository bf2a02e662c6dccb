"""Format an evaluation as text: our figures and the published ones of the same data set and protocol."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from motionpatches.core.evaluation.evaluate import Evaluation
from motionpatches.core.evaluation.protocols import PROTOCOLS
from motionpatches.core.evaluation.published import NAMES, beside

WAYS = {"t2m": "text → motion", "m2t": "motion → text"}


@dataclass(frozen=True)
class Row:
    """One line of a table: `published` rows are not ours."""

    protocol: str
    method: str
    ways: dict[str, dict[str, float]]
    published: bool = False


def rows_of(evaluation: Evaluation) -> list[Row]:
    """Return the published rows of the same data set and protocol, then our own."""
    rows = []
    for protocol, ways in evaluation.figures.items():
        rows += [Row(protocol, f"{p.method} (published)", p.ways(), True) for p in beside(evaluation.dataset, protocol)]
        rows.append(Row(protocol, evaluation.model, ways))
    return rows


def facts(evaluation: Evaluation) -> str:
    """Describe model, data and split in a line."""
    return (
        f"{evaluation.model} on {evaluation.library}, split {evaluation.split}, {evaluation.motions:,} motions, "
        f"seed {evaluation.seed}, {evaluation.day}"
    )


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _header() -> list[str]:
    return ["protocol", "method", *(f"{WAYS[way]} {name}" for way in WAYS for name in NAMES)]


def _table(rows: list[Row]) -> list[list[str]]:
    return [
        [PROTOCOLS[row.protocol].title, row.method, *(_cell(row.ways[way].get(name)) for way in WAYS for name in NAMES)]
        for row in rows
    ]


def markdown_table(rows: list[Row]) -> str:
    lines = [_header(), ["---"] * 2 + ["---:"] * (2 * len(NAMES)), *_table(rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def markdown(evaluation: Evaluation) -> str:
    missing = [f"- {PROTOCOLS[name].title}: not run, {reason}." for name, reason in evaluation.missing.items()]
    notes = [f"- {note}" for note in evaluation.notes]
    return "\n".join([facts(evaluation), "", markdown_table(rows_of(evaluation)), "", *missing, *notes]).rstrip() + "\n"


def latex(evaluation: Evaluation) -> str:
    """A tabular environment for booktabs."""

    def clean(text: str) -> str:
        for char in "\\&%$#_{}":
            text = text.replace(char, "\\textbackslash " if char == "\\" else f"\\{char}")
        return text.replace("→", "$\\to$")

    body = [" & ".join(clean(cell) for cell in line) + r" \\" for line in _table(rows_of(evaluation))]
    head = " & ".join(clean(cell) for cell in _header()) + r" \\"
    return (
        "\n".join(
            [
                f"% {facts(evaluation)}",
                r"\begin{tabular}{ll" + "r" * 2 * len(NAMES) + "}",
                r"\toprule",
                head,
                r"\midrule",
                *body,
                r"\bottomrule",
                r"\end{tabular}",
            ]
        )
        + "\n"
    )


def comma_separated(evaluation: Evaluation) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_header(), "library", "split", "motions", "seed", "date"])
    for line, row in zip(_table(rows_of(evaluation)), rows_of(evaluation), strict=True):
        about = (
            ["", "", "", "", ""]
            if row.published
            else [evaluation.library, evaluation.split, evaluation.motions, evaluation.seed, evaluation.day]
        )
        writer.writerow([*line, *about])
    return out.getvalue()


def values(evaluation: Evaluation) -> dict[str, Any]:
    """Plain values for JSON."""
    published = {name: {p.method: p.ways() for p in beside(evaluation.dataset, name)} for name in evaluation.figures}
    return {
        "library": evaluation.library,
        "split": evaluation.split,
        "model": evaluation.model,
        "motions": evaluation.motions,
        "seed": evaluation.seed,
        "date": evaluation.day,
        "dataset": evaluation.dataset,
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
