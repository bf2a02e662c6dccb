"""Write the starter's model card: `python -m motionpatches.packaging.starter.card [--check]`.

The text is card_template.md; facts come from the shipped model and the generator, scores from scores.json, which
packaging/starter/measure/record.py writes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from string import Template
from typing import Any

from motionpatches.core import paths
from motionpatches.core.demo.library import ACTIONS
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model, read_config
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run
from motionpatches.packaging.starter.action_phrases import phrases
from motionpatches.packaging.starter.captured.takes import SOURCES, rows

HERE = Path(__file__).resolve().parent
# What scores.json holds.
PARTS = ("sentences", "left_out", "unseen_source", "captured", "fine_tuning")
TEMPLATE, SCORES = HERE / "card_template.md", HERE / "scores.json"


def table(rows: list[list[str]]) -> str:
    """Return rows of cells in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def model_facts(model: MotionTextModel, folder: Path) -> dict[str, str]:
    """Return what the template says of the model: sizes, settings, id and date."""
    config = model.config

    def millions(module: Any) -> str:
        return f"{sum(p.numel() for p in module.parameters()) / 1e6:.1f}"

    return {
        "dim": str(config.dim),
        "motion": config.motion,
        "motion_parameters": millions(model.motion_encoder),
        "fps": f"{config.patches.fps:g}",
        "height": f"{config.patches.height_m:g}",
        "head_hidden": str(config.head_hidden),
        "text": Path(config.text).name,
        "text_parameters": millions(model.text_encoder),
        "memory_keys": f"{config.memory_keys:,}",
        "megabytes": f"{(folder / 'model.safetensors').stat().st_size / 1e6:.0f}",
        "fingerprint": model.fingerprint,
        "date": str(read_config(folder)["provenance"]["date"]),
    }


def score_facts(scores: dict[str, Any]) -> dict[str, str]:
    """Return what the template says of the scores; tables are rows in Markdown."""
    captured, exact = scores["captured"], scores["captured"]["exact_caption_r1"]
    text = [*scores["sentences"]["rows"], *scores["left_out"]["rows"]]
    return {
        "text_scores": table([[r["set"], f"{r['top1']:.1f}", f"{r['top5']:.1f}"] for r in text]),
        "unseen_scores": table(
            [[r["task"], *(f"{r[f'R@{k}']:.1f}" for k in (1, 5, 10))] for r in scores["unseen_source"]["rows"]]
        ),
        "unseen_sentences": "{count} free sentences over both: {first:.1f} first, {among_five:.1f} among five".format(
            **scores["unseen_source"]["sentences"]
        ),
        "captured_scores": table(
            [[r["task"], *(f"{r[key]:.1f}" for key in ("top1", "top5", "chance1", "chance5"))] for r in captured["rows"]]
        ),
        "fine_tuning_scores": table(
            [
                [r["share"], *(f"{t2m:.1f} / {m2t:.1f}" for t2m, m2t in (r["starter"], r["scratch"]))]
                for r in scores["fine_tuning"]["rows"]
            ]
        ),
        "exact_motions": str(exact["motions"]),
        "exact_t2m": f"{exact['text_to_motion']:.1f}",
        "exact_m2t": f"{exact['motion_to_text']:.1f}",
        "walks_as_runs": "{} of {}".format(*captured["walks_as_runs"]),
        "runs_as_walks": "{} of {}".format(*captured["runs_as_walks"]),
        "raising_as_waving": f"{captured['raising_as_waving'][0]:,}",
        "raising_total": f"{captured['raising_as_waving'][1]:,}",
        **{f"{part}_command": scores[part]["command"] for part in PARTS},
    }


def card(folder: Path) -> str:
    """Return the card of the model in `folder`, in Markdown.

    Raises:
        ValueError: if scores.json was measured on another model.
        StudioError: if the folder holds no model.
    """
    model, scores = load_model(folder), json.loads(SCORES.read_text(encoding="utf-8"))
    if scores["model"] != model.fingerprint:
        raise ValueError(f"{SCORES} holds the scores of {scores['model']}, the model is {model.fingerprint}: measure again")
    facts = {
        "actions": str(len(ACTIONS)),
        "phrases": f"{len(phrases()):,}",
        "captured_clips": str(sum(len(rows(source)) for source in SOURCES)),
        "demo_clips": f"{len(run(open_library(paths.demo_library())).clips):,}",
    }
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(facts | model_facts(model, folder) | score_facts(scores))


def main() -> int:
    """Write the card, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=paths.starter_model(), help="model folder (default: the starter)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the card is not up to date")
    options = parser.parse_args()
    target, text = options.model / "README.md", card(options.model)
    if options.check:
        return int(target.read_text(encoding="utf-8") != text)
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
