"""Teach This Library in words: what it would do, how long it takes, what came of it."""

from __future__ import annotations

from motionpatches.app.viewmodels.teaching import Teaching
from motionpatches.app.widgets.plain import shown
from motionpatches.core.progress import counted
from motionpatches.core.training.outcome import Outcome
from motionpatches.core.training.runs import Run

# Unknown words that are named.
NAMED = 12


def duration(seconds: float) -> str:
    """Return a time as one would estimate it: 'less than a minute', 'about 4 minutes', 'about 2 hours'."""
    minutes = round(seconds / 60)
    if seconds < 45:
        return "less than a minute"
    if minutes < 2:
        return "about a minute"
    if minutes < 90:
        return f"about {minutes} minutes"
    return f"about {round(minutes / 60)} hours"


def proposal(teaching: Teaching) -> str:
    """Return the sentence of the card: '100 takes, 5 phrases, 12 words the model does not know, about a minute on this
    computer.'"""
    form, facts = teaching.form, teaching.facts
    if teaching.problem:
        return teaching.problem
    if form is not None and form.unsuitable:
        return form.unsuitable
    if form is None or facts is None:
        return "Reading the captions…"
    parts = [
        counted(facts.takes, "take"),
        counted(facts.phrases, "phrase"),
        f"{counted(len(facts.unknown), 'word')} the model does not know" if facts.unknown else "no word the model does not know",
    ]
    if form.cost_problem:
        return f"{', '.join(parts)}. {form.cost_problem}"
    time = f"{duration(form.estimate.seconds)} on this computer" if form.estimate else "estimating the time…"
    return f"{', '.join([*parts, time])}{'.' if form.estimate else ''}"


def details(teaching: Teaching) -> str:
    """Return what the sentence leaves out: the unknown words, takes without a caption, what may not fit."""
    form, facts = teaching.form, teaching.facts
    if form is None or facts is None:
        return ""
    lines = []
    if facts.unknown:
        more = f" and {len(facts.unknown) - NAMED:,} more" if len(facts.unknown) > NAMED else ""
        lines.append(f"Unknown words: {', '.join(shown(word, 40) for word in facts.unknown[:NAMED])}{more}.")
    if facts.bare:
        lines.append(f"{counted(facts.bare, 'take')} without a caption {'is' if facts.bare == 1 else 'are'} left out.")
    if form.estimate and form.estimate.short:
        lines.append(form.estimate.short)
    return "\n".join(lines)


def headline(found: Outcome | None) -> str:
    """Return the two numbers of a run, '' where there are too few clips for them."""
    if found is None or not found.counts:
        return ""
    return f"Your phrases found first: {found.before} of {found.clips}  →  {found.after} of {found.clips}"


def explained(run: Run, found: Outcome | None) -> str:
    """Return what the two numbers are; where there are none, what was done."""
    if run.best is None:
        return f"The run has no model. {shown(run.history.error)}".strip()
    if found and found.counts:
        return (
            f"{counted(found.clips, 'take')} were not trained on: this many of them were among the first results of their own "
            "phrase before, and are now."
        )
    start = run.history.start
    done = f"{counted(start.train, 'take')} in {counted(max(run.history.epochs, default=0), 'epoch')}" if start else "the takes"
    return f"The model has learned from {done}. They are too few to measure; compare the results of your phrases below."


def of_phrase(right: tuple[int, int, int] | None, side: int) -> str:
    """Return how many of the shown results have the phrase: '3 of 6 have this phrase', '' where no clip has it."""
    return f"{right[side]} of {right[2]} have this phrase" if right else ""
