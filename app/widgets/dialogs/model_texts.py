"""What models are and how two differ, in words."""

from __future__ import annotations

from pathlib import Path

from motionpatches.app.widgets.plain import shown
from motionpatches.core.models.catalogue import Model
from motionpatches.core.patches import frame_in_words


def head(model: Model) -> str:
    """Return the lines above a model's card: what it is, where it lies, how it was made, its scores."""
    rows = [f"{shown(model.name)}: {shown(model.summary)}", f"Folder: {shown(model.folder)}"]
    rows += [f"{shown(name)}: {shown(value)}" for name, value in model.provenance.items() if value != ""]
    return "\n".join(rows + ([f"Scores: {shown(model.headline)}"] if model.headline else []))


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
