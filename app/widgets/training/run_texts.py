"""Runs in words: their state, their cost, how configurations differ, and what watched sentences find."""

from __future__ import annotations

from dataclasses import asdict
from html import escape

from motionpatches.app.viewmodels.fine_tuning import FineTuning
from motionpatches.core.progress import format_duration
from motionpatches.core.training.events import FoundClip
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
    first = run.history.before
    before = {s.text: s.hits for s in first.sentences or ()} if first else {}
    epoch, now = run.history.found
    if not run.config.sentences:
        return "<p>This run has no watched sentences.</p>"
    if not before and not now:
        return "<p>The first results appear when the data are prepared.</p>"
    after = {s.text: s.hits for s in now}
    head = f"<tr><th></th><th align='left'>Before</th><th align='left'>After epoch {epoch}</th></tr>"
    rows = []
    for text in run.config.sentences:
        cells = "".join(f"<td width='46%'>{_hits(hits.get(text, ()))}</td>" for hits in (before, after))
        rows.append(f"<tr><td colspan='3'><br><b>{escape(text)}</b></td></tr><tr><td></td>{cells}</tr>")
    return f"<table cellpadding='4' width='100%'>{head}{''.join(rows)}</table>"


def _hits(hits: tuple[FoundClip, ...]) -> str:
    return (
        "<br>".join(
            f"{n}. {escape(hit.caption)} <small>({hit.score:.2f}, {escape(hit.id)})</small>" for n, hit in enumerate(hits, 1)
        )
        or "–"
    )


def state_text(run: Run, here: bool) -> str:
    """One line on a run; `here`: this studio trains it."""
    h = run.history
    last = h.steps[max(h.steps)] if h.steps else None
    if here and h.preparing and (last is None or h.start is None):
        return h.preparing
    if here and last is None:
        return "Starting…"
    if here or run.status == "running":
        state = "Paused" if h.paused else "Training"
        if last is None:
            return state
        return (
            f"{state}: epoch {last.epoch} of {h.start.epochs if h.start else run.config.epochs}, step {last.step:,} of "
            f"{h.start.steps if h.start else 0:,}, loss {last.loss:.3f}, {last.motions_per_s:.0f} motions/s, "
            f"{format_duration(last.remaining_s)} left"
        )
    words = {"finished": "Finished", "stopped": "Stopped", "failed": "Failed", "new": "Not started"}[run.status]
    if h.epochs:
        best = max(h.epochs.values(), key=lambda e: (e.best, e.epoch))
        exact = best.val["exact_caption"]
        words += (
            f" after epoch {max(h.epochs)}; best: epoch {best.epoch}, validation R@1 {exact['t2m']['R@1']:.1f} text to "
            f"motion, {exact['m2t']['R@1']:.1f} motion to text"
        )
    return f"{words}. {h.error}".strip() if run.status == "failed" else words


def cost_text(form: FineTuning) -> str:
    """Time, memory and disk of a run in a sentence or two."""
    found = form.estimate
    if form.cost_problem:
        return form.cost_problem
    if found is None:
        return "Estimating time and memory…" if form.estimating else ""
    text = (
        f"About {format_duration(found.seconds)} for {found.steps:,} steps, {found.bytes / 2**30:.1f} GB of memory and "
        f"{found.disk / 2**30:.1f} GB of disk while it runs; {found.trained / 1e6:.1f} of {found.parameters / 1e6:.1f} "
        "million parameters learn."
    )
    return f"{text} {found.short}".strip()
