"""A table of the paper as it was reproduced: published lines beside ours, with seeds, spread and what the epoch was chosen on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import mean, stdev

from motionpatches.core.evaluation.escape import markdown_line
from motionpatches.core.evaluation.grid import csv_grid, latex_grid, markdown_grid, markdown_list

CHOSEN_ON, SEEDS = "epoch chosen on", "seed"
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Line:
    """`texts` and `figures` are under the table's columns of these; of a figure there is a value for each seed, one where it is
    published, none where it is not. `seeds` is empty for a published line."""

    texts: tuple[str, ...]
    chosen_on: str
    seeds: tuple[int, ...]
    figures: tuple[tuple[float, ...], ...]

    @property
    def published(self) -> bool:
        return not self.seeds


@dataclass(frozen=True)
class Reproduced:
    """`texts` and `figures` name the columns; `told`: how our models were trained, and what was left out."""

    title: str
    texts: tuple[str, ...]
    figures: tuple[str, ...]
    lines: tuple[Line, ...]
    told: tuple[str, ...]


def spread(values: Sequence[float]) -> str:
    """'10.80', or mean and standard deviation of several: '10.80 ± 0.21'."""
    if len(values) > 1:
        return f"{mean(values):.2f} ± {stdev(values):.2f}"
    return f"{values[0]:.2f}" if values else ""


def _grid(table: Reproduced) -> list[list[str]]:
    head = [*table.texts, CHOSEN_ON, SEEDS, *table.figures]
    return [head] + [
        [*line.texts, line.chosen_on, ", ".join(map(str, line.seeds)), *map(spread, line.figures)] for line in table.lines
    ]


def markdown(table: Reproduced) -> str:
    grid = markdown_grid(_grid(table), len(table.texts) + 2)
    return f"# {markdown_line(table.title)}\n\n{grid}\n\n{markdown_list(table.told)}\n"


def latex(table: Reproduced) -> str:
    """A tabular environment under comments."""
    return latex_grid(_grid(table), len(table.texts) + 2, (table.title, *table.told))


def comma_separated(table: Reproduced) -> str:
    """A row for each line and seed, and for several seeds their mean and standard deviation, named in the column of seeds."""
    rows = [[*table.texts, CHOSEN_ON, "published", SEEDS, *table.figures]]
    for line in table.lines:
        about = [*line.texts, line.chosen_on, "yes" if line.published else "no"]
        for at, seed in enumerate(line.seeds or ("",)):
            rows.append([*about, str(seed), *(repr(values[at]) if values else "" for values in line.figures)])
        if len(line.seeds) > 1:
            for name, of in (("mean", mean), ("standard deviation", stdev)):
                rows.append([*about, name, *(repr(round(of(values), 4)) if values else "" for values in line.figures)])
    return csv_grid(rows)


FORMATS: dict[str, Callable[[Reproduced], str]] = {
    ".md": markdown,
    ".tex": latex,
    ".csv": comma_separated,
    ".json": lambda table: json.dumps(asdict(table), indent=1) + "\n",
}
