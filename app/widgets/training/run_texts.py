"""Runs in words: their state, their cost, how configurations differ, and what watched sentences find."""

from __future__ import annotations

from dataclasses import asdict

from motionpatches.app.viewmodels.fine_tuning import FineTuning
from motionpatches.app.widgets.plain import Html, html, joined, shown
from motionpatches.core.progress import format_duration
from motionpatches.core.training.alone import packed_command
from motionpatches.core.training.events import FoundClip
from motionpatches.core.training.outcome import Outcome, outcome
from motionpatches.core.training.runs import Run, differences

# Watched sentences, and results of each, that are listed.
SENTENCES, HITS = 100, 20
SAME = "These runs have the same configuration."


def configuration_rows(runs: list[Run]) -> list[list[str]]:
    """Return the fields of one run with their values, or those in which several differ; the first row is the head."""
    runs = [run for run in runs if run.status not in ("broken", "away")]
    if len(runs) < 2:
        return [["Field", "Value"], *([name, _cell(value)] for run in runs for name, value in asdict(run.config).items())]
    names = dict.fromkeys(name for run in runs[1:] for name, *_ in differences(runs[0].config, run.config))
    rows = [[name, *(_cell(getattr(run.config, name)) for run in runs)] for name in names]
    return [["Field", *(shown(run.name) for run in runs)], *rows] if rows else [[SAME]]


def _cell(value: object) -> str:
    return shown(value) if value != "" else "–"


def sentences_text(run: Run) -> Html:
    """Return the top results of the watched sentences before the first step and now."""
    first = run.history.before
    before = {s.text: s.hits for s in first.sentences or ()} if first else {}
    epoch, now = run.history.found
    if not run.config.sentences:
        return html("This run has no watched sentences.")
    if not before and not now:
        return html("The first results appear when the data are prepared.")
    after = {s.text: s.hits for s in now}
    head = html("<tr><th></th><th align='left'>Before</th><th align='left'>After epoch {}</th></tr>", epoch)
    rows = []
    for text in run.config.sentences[:SENTENCES]:
        cells = joined(html("<td width='46%'>{}</td>", _hits(hits.get(text, ()))) for hits in (before, after))
        rows.append(html("<tr><td colspan='3'><br><b>{}</b></td></tr><tr><td></td>{}</tr>", shown(text), cells))
    return html("<table cellpadding='4' width='100%'>{}{}</table>", head, joined(rows))


def _hits(hits: tuple[FoundClip, ...]) -> Html:
    rows = (
        html("{}. {} <small>({}, {})</small>", n, shown(hit.caption), f"{hit.score:.2f}", shown(hit.id))
        for n, hit in enumerate(hits[:HITS], 1)
    )
    return joined(rows, "<br>") or html("–")


def state_text(run: Run, here: bool, away: str = "") -> str:
    """Return the state of a run in a line.

    Args:
        run: Any run.
        here: This studio trains it.
        away: A sentence about its folder where that is not reached.
    """
    h = run.history
    if away or run.status == "away":
        return away or "Its folder is being read."
    if run.status == "broken":
        return f"Cannot be read. {h.error}"
    last = h.steps[max(h.steps)] if h.steps else None
    if here and h.preparing and (last is None or h.start is None):
        return h.preparing
    if here and last is None:
        return "Starting…"
    if here or run.status == "running":
        state = "Paused" if h.paused else "Training elsewhere" if run.packed else "Training"
        if last is None:
            return state
        return (
            f"{state}: epoch {last.epoch} of {h.start.epochs if h.start else run.config.epochs}, step {last.step:,} of "
            f"{h.start.steps if h.start else 0:,}, loss {last.loss:.3f}, {last.motions_per_s:.0f} motions/s, "
            f"{format_duration(last.remaining_s)} left"
        )
    if run.packed and run.status == "new":
        return f"Packed, not begun. On the other computer: {packed_command(shown(run.packed))}"
    words = {"finished": "Finished", "stopped": "Stopped", "failed": "Failed", "new": "Not started", "died": "Its process died"}[
        run.status
    ]
    if h.epochs:
        words += f" after epoch {max(h.epochs)}; {_best_text(run)}"
    why = {"failed": h.error, "died": "It can be resumed."}.get(run.status, "")
    return f"{words}. {why}" if why else words


def _best_text(run: Run) -> str:
    """Return the best epoch of a run and its scores: in percent, as counts, or none, as the number of clips allows."""
    best = max(run.history.epochs.values(), key=lambda e: (e.best, e.epoch))
    found, exact = outcome(run.history), best.val["exact_caption"]
    if found is None or found.percentages:
        recall = f"{exact['t2m']['R@1']:.1f} text to motion, {exact['m2t']['R@1']:.1f} motion to text"
        return f"best: epoch {best.epoch}, validation R@1 {recall}"
    if found.counts:
        return f"best: epoch {best.epoch}; your phrases found first: {found_text(found)}"
    return f"best: epoch {best.epoch}; too few clips to measure ({found.clips} held out)"


def found_text(found: Outcome) -> str:
    """Return the two numbers of a run: '7 of 20 before, 18 of 20 after'."""
    return f"{found.before} of {found.clips} before, {found.after} of {found.clips} after"


def cost_text(form: FineTuning) -> str:
    """Return time, memory and disk of a run in a sentence or two."""
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
    return " ".join(part for part in (text, *found.notes, found.short) if part)
