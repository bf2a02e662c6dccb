"""`model list|info|import|pull|export-onnx`: models on this computer, and the published ones."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import answer, drive, tell
from motionpatches.app.cli.options import add_json
from motionpatches.core import paths

if TYPE_CHECKING:
    from motionpatches.core.models.catalogue import Model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the commands of `model`, each with its own arguments."""
    sub = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for name, (summary, add, action) in COMMANDS.items():
        command = sub.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        add(command)
        add_json(command)
        command.set_defaults(action=action)


def run(options: argparse.Namespace) -> int:
    """Run the command that follows `model`."""
    action: Callable[[argparse.Namespace], int] = options.action
    return action(options)


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="also list the models below this folder")


def _list(options: argparse.Namespace) -> int:
    from motionpatches.core.models.catalogue import models_in

    found = models_in(options.folder)
    lines = [f"{m.folder}: {m.summary}" + (f"; {m.headline}" if m.headline else "") for m in found]
    answer(options, [_values(model) for model in found], "\n".join(lines))
    return 0


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", type=Path, metavar="FOLDER", help="a model folder (default: the starter model)")


def _info(options: argparse.Namespace) -> int:
    from motionpatches.core.models.catalogue import Model

    model = Model.read(options.model or paths.starter_model())
    facts = {**model.provenance, **({"scores": model.headline} if model.headline else {})}
    lines = [f"{model.folder}: {model.summary}", *(f"  {name}: {value}" for name, value in facts.items())]
    if model.card:
        lines += ["", model.card.strip()]
    answer(options, {**_values(model), "card": model.card}, "\n".join(lines))
    return 0


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a state dict of the authors, as in best_model.pt, or the folder of a run of TMR"
    )
    parser.add_argument(
        "--text",
        default="",
        metavar="FOLDER",
        help="for TMR: DistilBERT, as a folder or its name on the hub (default: that name)",
    )
    _add_target(parser)


def _import(options: argparse.Namespace) -> int:
    kind = "folder" if options.file.is_dir() else "file"
    return _install(options, options.file, f"the {kind} {options.file.name}", options.text)


def _add_pull(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a repository of the hub, as in line-corporation/MotionPatches")
    parser.add_argument(
        "--dataset", default="HumanML3D", metavar="NAME", help="the model's folder in the repository (default: HumanML3D)"
    )
    _add_target(parser)


def _pull(options: argparse.Namespace) -> int:
    from motionpatches.core.models.download import pull_checkpoint

    file = drive(pull_checkpoint(options.name, options.dataset))
    return _install(options, file, f"{options.name} on the Hugging Face hub, {options.dataset}")


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--statistics",
        type=Path,
        required=True,
        metavar="LIBRARY",
        help="the data set that the model was trained on, for mean and deviation of each joint; for TMR, mean.pt and std.pt",
    )
    parser.add_argument("-o", "--out", type=Path, metavar="FOLDER", help="model folder to write (default: among your own models)")


def _install(options: argparse.Namespace, file: Path, origin: str, text: str = "") -> int:
    from motionpatches.core.models.catalogue import Model
    from motionpatches.core.models.importing import install, name_of

    out = options.out or paths.user_models() / name_of(file)
    drive(install(file, options.statistics, out, origin, text))
    values = _values(Model.read(out))
    tell(f"Licence: {values['provenance'].get('licence', 'unknown')}")
    tell(f"Mean and deviation: {values['provenance'].get('statistics', 'unknown')}")
    answer(options, values, f"{out}: {values['summary']}")
    return 0


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model folder")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write")


def _export(options: argparse.Namespace) -> int:
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.models.onnx_export import export_onnx

    model = load_model(options.model)
    found = drive(export_onnx(model, options.out, str(model.provenance.get("licence", ""))))
    compared = "not compared: onnxruntime is not installed"
    if found.difference is not None:
        compared = f"largest difference from the model {found.difference:.1e}"
    answer(options, {"folder": str(found.folder), "difference": found.difference}, f"{found.folder}: both encoders; {compared}")
    return 0


def _values(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "folder": str(model.folder),
        "summary": model.summary,
        "metrics": model.metrics,
        "provenance": model.provenance,
        **({"problem": model.problem} if model.problem else {}),
    }


# Name: summary, arguments, action.
COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]] = {
    "list": ("list the starter model, your own models, and those below a folder", _add_list, _list),
    "info": ("show what a model is, where it comes from, its scores and its card", _add_info, _info),
    "import": ("import a model that others have released", _add_import, _import),
    "export-onnx": ("write both encoders of a model as ONNX, for other programs", _add_export, _export),
    "pull": ("download a published model from the Hugging Face hub", _add_pull, _pull),
}
