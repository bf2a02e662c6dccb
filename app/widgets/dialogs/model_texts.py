"""What models are and how two differ, in words."""

from __future__ import annotations

from pathlib import Path

from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.core import paths
from motionpatches.core.models.catalogue import Model
from motionpatches.core.patches import frame_in_words

# The words that a model learned, in its provenance.
LEARNED = "learned_words"


def origin(model: Model) -> str:
    """Return where a model comes from, for a reader: 'fine-tuned from starter on my takes, 2026-11-26'."""
    made = model.provenance
    if model.problem:
        return shown(model.summary)
    if model.folder == paths.starter_model():
        return "comes with the program; finds motions by English sentences"
    if made.get("origin"):
        return f"imported from {shown(made['origin'])}"
    if not made.get("library"):
        return "origin not recorded"
    start = f"fine-tuned from {shown(made['start_from'], NAME)}" if made.get("start_from") else "trained"
    date = f", {shown(made['date'], NAME)}" if made.get("date") else ""
    return f"{start} on {shown(made['library'], NAME)}{date}"


def head(model: Model) -> str:
    """Return the lines above a model's card: what it is, how well it does, where it lies."""
    rows = [f"{shown(model.name, NAME)}: {origin(model)}."]
    if not model.problem:
        rows += [f"Scores: {shown(model.headline)}."] if model.headline else []
        rows += [f"New words: {shown(model.provenance[LEARNED])}."] if model.provenance.get(LEARNED) else []
    return "\n".join([*rows, f"Folder: {shown(model.folder)}"])


def card(model: Model) -> str:
    """Return the card of a model and then its details, as Markdown; '' for a model that cannot be used."""
    if model.problem:
        return ""
    details = {"architecture": model.summary, **{n: v for n, v in model.provenance.items() if v != "" and n != LEARNED}}
    rows = "\n".join(f"| {_cell(name.replace('_', ' '))} | {_cell(value)} |" for name, value in details.items())
    return f"{model.card or '*This model has no card.*'}\n\n## Details\n\n| field | value |\n|---|---|\n{rows}\n"


def _cell(value: object) -> str:
    return shown(value).replace("|", "\\|")


def differences(one: Model, other: Model) -> list[tuple[str, str, str]]:
    """Return (what, one, other) of all that differs, and of the scores."""
    a, b = facts(one), facts(other)
    rows = [(name, a.get(name, "–"), b.get(name, "–")) for name in dict.fromkeys([*a, *b])]
    return [row for row in rows if row[1] != row[2] or row[0].startswith("score")]


def facts(model: Model) -> dict[str, str]:
    """Return what a model is, by name: its architecture, the patches it reads, its training and scores."""
    if model.problem:
        return {"problem": model.problem}
    c = model.config
    found = {
        "motion encoder": c.motion,
        "text encoder": Path(c.text).name,
        "pooling": f"{c.motion_pooling}, {c.text_pooling}",
        "head": f"{c.head}, {c.dim} dimensions",
        "hidden units": str(c.head_hidden),
        "known sentences": str(c.memory_keys),
        "temperature": f"{c.temperature:g}",
        "people": str(c.people),
        "input": c.patches.form,
        "normalised per": c.patches.normalisation.replace("_", " "),
        "rate": f"{c.patches.fps:g} fps",
        "motions are read": frame_in_words(c.patches),
    }
    found |= {f"trained: {name}": str(value) for name, value in model.provenance.items() if value != ""}
    for split in ("val", "test"):
        for protocol, ways in model.metrics.get(split, {}).items():
            for way, figures in ways.items():
                found[f"score: {split}, {protocol}, {way}, R@1"] = f"{figures['R@1']:g}"
    return found
