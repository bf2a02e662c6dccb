"""Measure the starter and write the figures of its card into scores.json.

    python -m motionpatches.packaging.starter.measure.record [--data DATA] [--cmu MODEL --accad MODEL] [--fine-tuned RUNS]

Sentences and held-out phrases are always measured, in the demo library. DATA holds bandai2 (cross_skeleton.py) and capture
(captured.py), whose sources are answered by the models that did not see them. RUNS holds two training runs for each share of
bandai2's training clips, `5-starter` and `5-scratch` and so on, whose test scores are taken; those from scratch, which no starter
changes, keep their figures where their runs are missing. Any other part that is not measured keeps its figures if they are of the
same model; otherwise nothing is written, since a card needs all parts. Then run packaging/starter/card.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core import paths
from motionpatches.core.evaluation.zero_shot import Classification
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model, read_config
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run
from motionpatches.packaging.starter.card import PARTS, SCORES
from motionpatches.packaging.starter.measure import captured, cross_skeleton, left_out, sentences

MEASURE = "python -m motionpatches.packaging.starter.measure"
SHARES = (5, 20, 100)


def row(name: str, answers: list[sentences.Answer]) -> dict[str, Any]:
    """Return a row of the card: the name of a set of sentences, and its top-1 and top-5 in percent."""
    return {"set": name, "top1": round(sentences.share(answers, 1), 1), "top5": round(sentences.share(answers, 5), 1)}


def of_sentences(model_folder: Path) -> dict[str, Any]:
    """Measure both lists of sentences in the demo library."""
    answers = sentences.ask_all(model_folder)
    first = sentences.first_list(answers)
    rows = [row(f"first list, {len(first)} sentences", first), row(f"both lists, {len(answers)} sentences", answers)]
    return {"command": f"{MEASURE}.sentences", "rows": rows}


def of_left_out(model_folder: Path) -> dict[str, Any]:
    """Measure the held-out phrases in the demo library."""
    alone, in_context = left_out.ask_all(model_folder)
    rows = [row(f"{len(alone):,} held-out phrases", alone), row("the same phrases in context", in_context)]
    return {"command": f"{MEASURE}.left_out", "rows": rows}


def of_captured(model: MotionTextModel, data: Path) -> dict[str, Any]:
    """Measure zero-shot classification and retrieval on bandai2."""
    library = run(open_library(data / "bandai2"))
    rows = cross_skeleton.embeddings(model, library)
    tasks = cross_skeleton.zero_shot(model, rows, cross_skeleton.index_of(data))
    count, exact = cross_skeleton.exact_caption(model, library, rows)
    return {
        "command": f"{MEASURE}.cross_skeleton DATA",
        "rows": [task_row(name, found) for name, found in tasks.items()],
        "exact_caption_r1": {
            "text_to_motion": round(exact["t2m"]["R@1"], 1),
            "motion_to_text": round(exact["m2t"]["R@1"], 1),
            "motions": count,
        },
        **confused(next(iter(tasks.values()))),
    }


def of_unseen_source(data: Path, models: dict[str, Path]) -> dict[str, Any]:
    """Measure retrieval in each source of captured takes by the model that did not see it."""
    figures, answers = captured.measure(data / "capture", models)
    rows = [
        {"task": f"{name.upper()}, {words}", **{f"R@{k}": round(ways[way][f"R@{k}"], 1) for k in (1, 5, 10)}}
        for name, ways in figures.items()
        for way, words in (("t2m", "text to motion"), ("m2t", "motion to text"))
    ]
    first, among, share = (round(figure, 1) for figure in captured.summary(answers))
    found = {"count": len(answers), "first": first, "among_five": among, "of_five": share}
    return {"command": f"{MEASURE}.captured DATA --cmu MODEL --accad MODEL", "rows": rows, "sentences": found}


def task_row(name: str, found: Classification) -> dict[str, Any]:
    """Return a row of the card for a classification; chance is that of a guess among its labels, in percent."""
    count = len(found.labels)
    chance = {f"chance{k}": round(100 * min(k / count, 1), 1) for k in (1, 5)}
    return {"task": name, "top1": round(found.top1, 1), "top5": round(found.top5, 1), **chance}


def confused(found: Classification) -> dict[str, list[int]]:
    """Return the confusions that the card names: [motions given a label of the other group, motions of the group]."""

    raising, waving = ([label for label in found.labels if label.startswith(verb)] for verb in ("raise", "wave"))

    def taken(group: list[str], other: list[str]) -> list[int]:
        rows, columns = (np.isin(found.labels, labels) for labels in (group, other))
        return [int(found.confusion[rows][:, columns].sum()), int(found.confusion[rows].sum())]

    return {
        "walks_as_runs": taken(["walk"], ["run"]),
        "runs_as_walks": taken(["run"], ["walk"]),
        "raising_as_waving": taken(raising, waving),
    }


def of_fine_tuning(runs: Path, old: list[dict[str, Any]]) -> dict[str, Any]:
    """Read the test scores of training runs: [text to motion, motion to text] of the best models, from starter and scratch;
    those from scratch are the `old` ones where there is no run."""
    found = []
    for share, before in zip(SHARES, old, strict=True):
        scores: dict[str, Any] = {"share": f"{share} %", "scratch": before["scratch"]}
        for start in ("starter", *(["scratch"] if (runs / f"{share}-scratch").exists() else [])):
            exact = read_config(runs / f"{share}-{start}" / "best")["metrics"]["test"]["exact_caption"]
            scores[start] = [round(exact[way]["R@1"], 1) for way in ("t2m", "m2t")]
        found.append(scores)
    return {"command": "motionpatches train --library bandai2 --preset starter", "rows": found}


def record(
    model_folder: Path, data: Path | None, unseen: dict[str, Path] | None, runs: Path | None, target: Path = SCORES
) -> dict[str, Any]:
    """Measure a model, write the figures and return them.

    Args:
        model_folder: Of the model.
        data: Folder that holds bandai2 and capture.
        unseen: The models that answer the sources of capture, by source.
        runs: Folder of training runs.
        target: The file of figures.

    Raises:
        ValueError: where a part is neither measured nor known of this model.
    """
    model, old = load_model(model_folder), json.loads(target.read_text(encoding="utf-8"))
    known = old if old["model"] == model.fingerprint else {}
    scores = {"model": model.fingerprint, **{part: known[part] for part in PARTS if part in known}}
    scores |= {"sentences": of_sentences(model_folder), "left_out": of_left_out(model_folder)}
    scores |= {"unseen_source": of_unseen_source(data, unseen)} if data and unseen else {}
    scores |= {"captured": of_captured(model, data)} if data else {}
    scores |= {"fine_tuning": of_fine_tuning(runs, old["fine_tuning"]["rows"])} if runs else {}
    missing = [part for part in PARTS if part not in scores]
    if missing:
        raise ValueError(f"{' and '.join(missing)} of {model.fingerprint} are not measured yet: give all options")
    target.write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    return scores


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    parser.add_argument("--data", type=Path, help="folder that holds bandai2 and capture")
    for source in captured.SOURCES:
        parser.add_argument(f"--{source}", type=Path, help=f"model that did not see {source} and answers it")
    parser.add_argument("--fine-tuned", type=Path, help="folder of the training runs")
    options = parser.parse_args()
    models = {source: getattr(options, source) for source in captured.SOURCES}
    record(options.model, options.data, models if all(models.values()) else None, options.fine_tuned)
