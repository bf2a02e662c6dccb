"""A table of texts as Markdown, LaTeX and CSV; what they contain of each language's own signs is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from motionpatches.core.evaluation.escape import latex_text, markdown_line, one_line
from motionpatches.core.library.table import guarded, quoted

Rows = Sequence[Sequence[str]]


def markdown_grid(rows: Rows, texts: int) -> str:
    """Rows, the head first; the first `texts` columns are texts, the others figures."""
    lines = ["| " + " | ".join(markdown_line(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join(["---"] * texts + ["---:"] * (len(rows[0]) - texts)) + " |")
    return "\n".join(lines)


def markdown_list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {markdown_line(line)}" for line in lines)


def latex_grid(rows: Rows, texts: int, told: Sequence[str]) -> str:
    """A tabular environment for booktabs, under comments of what is told."""
    head, *body = (" & ".join(latex_text(cell) for cell in row) + r" \\" for row in rows)
    columns = r"\begin{tabular}{" + "l" * texts + "r" * (len(rows[0]) - texts) + "}"
    comments = [f"% {latex_text(line)}" for line in told]
    return "\n".join([*comments, columns, r"\toprule", head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]) + "\n"


def csv_grid(rows: Rows) -> str:
    """Comma-separated; no cell is a formula."""
    return "".join(",".join(quoted(guarded(one_line(cell)), ",") for cell in row) + "\n" for row in rows)
