"""Runs in words: how configurations differ, and what watched sentences find."""

from __future__ import annotations

from dataclasses import asdict
from html import escape

from motionpatches.core.training.runs import Run, differences


def configuration_text(runs: list[Run]) -> str:
    """Markdown: the fields of one run, or those in which several differ."""
    if not runs:
        return ""
    if len(runs) == 1:
        rows = [f"| {name} | {_cell(value)} |" for name, value in asdict(runs[0].config).items()]
        return "\n".join(["| field | value |", "| --- | --- |", *rows])
    names = dict.fromkeys(name for run in runs[1:] for name, *_ in differences(runs[0].config, run.config))
    if not names:
        return "These runs have the same configuration."
    head = ["| field |" + "".join(f" {run.name} |" for run in runs), "| --- |" + " --- |" * len(runs)]
    rows = [f"| {name} |" + "".join(f" {_cell(getattr(run.config, name))} |" for run in runs) for name in names]
    return "\n".join([*head, *rows])


def _cell(value: object) -> str:
    return str(value if value != "" else "–").replace("|", "\\|")


def sentences_text(run: Run) -> str:
    """HTML: the top results of the watched sentences before the first step and now."""
    before = {s["text"]: s["hits"] for s in run.history.before.get("sentences", [])}
    now = run.history.found
    if not run.config.sentences:
        return "<p>This run watches no sentences.</p>"
    if not before and not now["sentences"]:
        return "<p>The first results come when the data are prepared.</p>"
    after = {s["text"]: s["hits"] for s in now["sentences"]}
    head = f"<tr><th></th><th align='left'>Before</th><th align='left'>After epoch {now['epoch']}</th></tr>"
    rows = []
    for text in run.config.sentences:
        cells = "".join(f"<td width='46%'>{_hits(hits.get(text, []))}</td>" for hits in (before, after))
        rows.append(f"<tr><td colspan='3'><br><b>{escape(text)}</b></td></tr><tr><td></td>{cells}</tr>")
    return f"<table cellpadding='4' width='100%'>{head}{''.join(rows)}</table>"


def _hits(hits: list[dict]) -> str:
    return (
        "<br>".join(
            f"{n}. {escape(h['caption'])} <small>({h['score']:.2f}, {escape(h['id'])})</small>" for n, h in enumerate(hits, 1)
        )
        or "–"
    )
