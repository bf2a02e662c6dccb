"""`motionpatches model list|info|import|pull`: models on this computer, and the published ones."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import drive
from motionpatches.core import paths

if TYPE_CHECKING:
    from motionpatches.core.models.catalogue import Model


def list_models(options: argparse.Namespace) -> int:
    from motionpatches.core.models.catalogue import models_in

    found = models_in(options.folder)
    if options.json:
        print(json.dumps([_values(model) for model in found]))
        return 0
    for model in found:
        scores = model.headline
        print(f"{model.folder}: {model.summary}" + (f"; {scores}" if scores else ""))
    return 0


def info(options: argparse.Namespace) -> int:
    from motionpatches.core.models.catalogue import Model

    model = Model.read(options.model or paths.starter_model())
    if options.json:
        print(json.dumps({**_values(model), "card": model.card}))
        return 0
    print(f"{model.folder}: {model.summary}")
    for name, value in {**model.provenance, **({"scores": model.headline} if model.headline else {})}.items():
        print(f"  {name}: {value}")
    if model.card:
        print(f"\n{model.card.strip()}")
    return 0


def import_model(options: argparse.Namespace) -> int:
    return _import(options.file, options.statistics, options.out, f"the file {options.file.name}", options.json)


def pull(options: argparse.Namespace) -> int:
    from motionpatches.core.models.download import pull_checkpoint

    file = drive(pull_checkpoint(options.name, options.dataset))
    return _import(
        file, options.statistics, options.out, f"{options.name} on the Hugging Face hub, {options.dataset}", options.json
    )


def _import(file: Path, data: Path, out: Path | None, origin: str, as_json: bool) -> int:
    from motionpatches.core.models.catalogue import Model
    from motionpatches.core.models.published_checkpoint import install

    out = out or paths.user_models() / file.stem
    drive(install(file, data, out, origin))
    values = _values(Model.read(out))
    print(json.dumps(values) if as_json else f"{out}: {values['summary']}")
    return 0


def _values(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "folder": str(model.folder),
        "summary": model.summary,
        "metrics": model.metrics,
        "provenance": model.provenance,
    }
