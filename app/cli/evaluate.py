"""`evaluate`, `classify` and `reproduce`: the figures of a model on a data set."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import answer, drive, open_model, open_path
from motionpatches.app.cli.options import (
    add_fields,
    add_json,
    add_library_argument,
    add_model,
    add_split,
    split_of,
)
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem
from motionpatches.core.evaluation.labels import PROMPT
from motionpatches.core.evaluation.protocols import protocols
from motionpatches.core.library.items import ITEMS, RANGES
from motionpatches.core.models.config import presets
from motionpatches.core.progress import counted

if TYPE_CHECKING:
    from motionpatches.core.evaluation.zero_shot import Classification

# The tables of the paper that `core/reproduce.py` makes; importing it would import torch.
PAPER_TABLES = ("table2", "table3", "table4", "table5", "table6", "table7")
# Without figures, or of so few clips, the labels of each clip are printed.
FEW_CLIPS = 20


def _add_out(parser: argparse.ArgumentParser, what: str) -> None:
    """Take the files that what is printed is written to as well."""
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=f"also write the {what}: .md, .tex, .csv or .json; may be repeated",
    )


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    add_library_argument(parser)
    add_split(parser, "test")
    parser.add_argument(
        "--protocol",
        action="append",
        default=[],
        choices=tuple(protocols()),
        metavar="NAME",
        help=f"{', '.join(protocols())}; may be repeated (default: all of them)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="NUMBER", help="seed of the draw of small batches (default: 0)")
    parser.add_argument(
        "--dataset",
        metavar="NAME",
        help="print the published figures of HumanML3D, KIT-ML or InterHuman beside; '' for none (default: as recognised)",
    )
    named = "; ".join(f"{name}, {items.title}" for name, items in ITEMS.items())
    parser.add_argument(
        "--items", choices=tuple(ITEMS), default=RANGES, help=f"what counts as a test item: {named} (default: {RANGES})"
    )
    parser.add_argument(
        "--judge",
        default="",
        metavar="ENCODER",
        help="sentence encoder of the threshold protocol, by name or folder; 'model' for the measured model's own text encoder, "
        "'starter' for that of the starter (default: all-MiniLM-L6-v2, where it is on this computer)",
    )
    _add_out(parser, "report")
    add_model(parser)
    add_json(parser)


def evaluate(options: argparse.Namespace) -> int:
    """Measure text-to-motion and motion-to-text retrieval of a model on a split."""
    from motionpatches.core.evaluation.evaluate import evaluate as run_evaluation
    from motionpatches.core.evaluation.report import FORMATS, markdown, values

    _check_reports(options.out, FORMATS)
    library, model = open_path(options.library, options.layout), open_model(options)
    result = drive(
        run_evaluation(
            model,
            library,
            split_of(options),
            options.protocol,
            options.seed,
            options.dataset,
            options.judge,
            items=options.items,
        )
    )
    for out in options.out:
        write_atomically(out, FORMATS[out.suffix](result))
    answer(options, values(result), markdown(result))
    return 0


def _check_reports(files: Sequence[Path], formats: Collection[str]) -> None:
    """Raises FileProblem for a suffix that no report is written with."""
    for file in files:
        if file.suffix not in formats:
            raise FileProblem(file, f"{file.suffix or 'no suffix'} is no format of a report", f"Choose {', '.join(formats)}")


def add_classify(parser: argparse.ArgumentParser) -> None:
    add_library_argument(parser)
    add_split(parser, "all")
    parser.add_argument("--labels", required=True, metavar="LABELS", help="labels separated by commas, or babel-60")
    parser.add_argument("--prompt", default=PROMPT, help=f"the sentence of a label (default: {PROMPT!r})")
    parser.add_argument(
        "--truth",
        metavar="FILE.csv[:COLUMN]",
        help="a table of the true label of each clip id (default: the labels of the data set)",
    )
    add_model(parser)
    add_json(parser)


def classify(options: argparse.Namespace) -> int:
    """Give each motion the label whose sentence is nearest; with true labels, measure accuracy."""
    from motionpatches.core.evaluation.embed import embed_clips, embed_texts
    from motionpatches.core.evaluation.labels import prompts, read_labels, read_truth, truth_of
    from motionpatches.core.evaluation.zero_shot import classify as score

    labels = read_labels(options.labels)
    sentences = prompts(labels, options.prompt)
    table = read_truth(options.truth) if options.truth else None
    library, model = open_path(options.library, options.layout), open_model(options)
    embedded = drive(embed_clips(model, library, library.in_split(split_of(options))))
    text_rows = embed_texts(model, sentences)
    scores = embedded.motions @ text_rows.T  # (clips, labels)
    truth = truth_of(embedded.clips, labels, table)
    known = [row for row, right in enumerate(truth) if right]
    result = score(embedded.motions[known], text_rows, [truth[row] for row in known], labels) if known else None
    values = {
        "library": library.name,
        "model": model.name,
        "labels": labels,
        "prompt": options.prompt,
        "clips": [
            {"id": clip.id, "label": labels[row.argmax()], "score": round(float(row.max()), 4)}
            for clip, row in zip(embedded.clips, scores, strict=True)
        ],
        "accuracy": _accuracy(result, len(known)) if result else None,
    }
    lines = []
    if result is None or len(embedded.clips) <= FEW_CLIPS:
        for clip, row in zip(embedded.clips, scores, strict=True):
            best = row.argsort()[::-1][:3]
            lines.append(f"{clip.id:40s}  " + "   ".join(f"{labels[i]} {row[i]:.3f}" for i in best))
    if result is not None:
        lines.append(
            f"{counted(len(known), 'motion')} with one of {counted(len(labels), 'label')}: "
            f"top-1 {result.top1:.2f} %, top-5 {result.top5:.2f} %; "
            f"mean over labels {result.balanced1:.2f} %, {result.balanced5:.2f} %"
        )
    answer(options, values, "\n".join(lines))
    return 0


def _accuracy(result: Classification, motions: int) -> dict[str, Any]:
    """Return the accuracies in percent, and the confusion matrix (row: true label, column: answer)."""
    return {
        "motions": motions,
        "top1": round(result.top1, 2),
        "top5": round(result.top5, 2),
        "balanced_top1": round(result.balanced1, 2),
        "balanced_top5": round(result.balanced5, 2),
        "confusion": result.confusion.tolist(),
    }


def add_reproduce(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", choices=PAPER_TABLES, help="a table of Yu et al., CVPR 2024")
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder that holds HumanML3D, KIT-ML, BABEL and InterHuman, as far as the table needs them",
    )
    parser.add_argument("--preset", choices=tuple(presets()), default="paper", help="model and training recipe (default: paper)")
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="FOLDER",
        help="folder of runs; finished ones are not trained again (default: runs)",
    )
    for name, what in (
        ("epochs", "epochs of each run"),
        ("batch", "motions in a batch"),
        ("seed", "seed of each run"),
        ("chunk", "motions encoded at a time, for a large batch in little memory"),
    ):
        parser.add_argument(f"--{name}", type=int, metavar="NUMBER", help=f"{what} (default: as in the preset)")
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        metavar="NUMBER",
        help="train each row with that many seeds, from --seed on (default: 1)",
    )
    add_fields(parser, ", or of the training configuration, as in lr_motion=1e-5")
    _add_out(parser, "table")
    add_json(parser)


def reproduce(options: argparse.Namespace) -> int:
    """Train and measure the rows of a table of the paper, and print it with the published figures."""
    from motionpatches.core.evaluation.reproduced import FORMATS
    from motionpatches.core.reproduce import reproduce as run_table
    from motionpatches.core.training.paper_runs import Settings

    _check_reports(options.out, FORMATS)
    given = {name: getattr(options, name) for name in ("epochs", "batch", "seed", "chunk")}
    changes = {name: value for name, value in given.items() if value is not None} | dict(options.set)
    table = drive(run_table(options.table, Settings(options.data, options.runs, options.preset, changes, options.seeds)))
    for out in options.out:
        write_atomically(out, FORMATS[out.suffix](table))
    text = FORMATS[".md"](table)
    answer(options, {"table": options.table, "preset": options.preset, **asdict(table), "markdown": text}, text)
    return 0
