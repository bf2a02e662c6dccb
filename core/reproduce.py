"""The paper's Tables 2 to 7: each row of this method trained and measured, printed beside the published figures."""

from __future__ import annotations

import itertools
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.embed import embed_clips, embed_texts, fitted
from motionpatches.core.evaluation.escape import markdown_line
from motionpatches.core.evaluation.evaluate import evaluate
from motionpatches.core.evaluation.labels import BABEL_60, prompts, truth_of
from motionpatches.core.evaluation.paper_tables import RETRIEVAL, TABLES, Line, Run
from motionpatches.core.evaluation.protocols import PROTOCOLS
from motionpatches.core.evaluation.published import CLASSIFICATION, DAGGER, Published
from motionpatches.core.evaluation.report import Row, markdown_table
from motionpatches.core.evaluation.training_facts import training_facts
from motionpatches.core.evaluation.zero_shot import classify
from motionpatches.core.library.items import FIRST_LINES, ITEMS, RANGES, choose_items
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training import config as training_config
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import Control
from motionpatches.core.training.events import Started, Step, Steps

# Where each data set is had, and what its folder must hold.
SOURCES = {
    "HumanML3D": ("https://github.com/EricGuo5513/HumanML3D", "new_joints/, texts/, train.txt, val.txt and test.txt"),
    "KIT-ML": (
        "https://motion-annotation.humanoids.kit.edu/dataset",
        "new_joints/, texts/, train.txt, val.txt and test.txt, in HumanML3D's processing",
    ),
    "BABEL": ("https://babel.is.tue.mpg.de", "train.json, val.json, and the AMASS folders beside them or in amass/"),
    "InterHuman": ("https://github.com/tr3e/InterGen", "motions/ or motions_processed/, annots/ and split/"),
}
# Fields of TrainingConfig that a table gives.
OWN = ("library", "layout", "preset", "start_from", "model", "train_share")
SPLITS = {"BABEL": "val", "InterHuman": "test", "HumanML3D": "test", "KIT-ML": "test"}


@dataclass(frozen=True)
class Settings:
    """`preset` is trained by its recipe with `changes`: fields of TrainingConfig (but OWN) and of the model by name. Runs lie
    under `runs`; finished ones of the same configuration are not trained again."""

    data: Path
    runs: Path
    preset: str = "paper"
    changes: dict[str, Any] = field(default_factory=dict)


def find_data(table: str, settings: Settings) -> None:
    """Check that the data sets are there. Raises StudioError that names what is missing and where to download it."""
    names = dict.fromkeys(n for line in TABLES[table].lines for n in (*line.run.trained_on, line.tested_on))
    missing = [n for n in names if not (settings.data / n).is_dir()]
    if missing:
        told = " ".join(
            f"Download {n} from {SOURCES[n][0]} to {settings.data / n}; it must contain {SOURCES[n][1]}." for n in missing
        )
        raise StudioError(
            f"{table} needs {' and '.join(names)}; {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not there. {told}"
        )


def reproduce(table: str, settings: Settings) -> Job[str]:
    """The table as Markdown: every row of the paper's, and ours. Raises StudioError for an unknown table or data that is not
    there."""
    if table not in TABLES:
        raise StudioError(f"There is no {table!r}. Choose one of {', '.join(TABLES)}.")
    find_data(table, settings)
    rows = [_published(protocol, dataset, p) for (dataset, protocol), others in TABLES[table].others.items() for p in others]
    text, told = [f"# {table}, preset {settings.preset}"], []
    for line in TABLES[table].lines:
        folder = yield from _trained(line.run, settings)
        model = load_model(folder)
        told.append(f"{line.run.name}: {training_facts(model.provenance)}.")
        library = yield from open_library(settings.data / line.tested_on)
        if table == "table6":
            text.append((yield from _classified(line.run, model, library)))
        else:
            found = yield from _measured(line, model, library)
            rows += found[0]
            told += found[1]
    if rows:
        text.append(markdown_table(sorted(rows, key=lambda row: list(PROTOCOLS).index(row.protocol))))
    if any("†" in row.method for row in rows):
        told.append(DAGGER)
    return "\n\n".join([*text, "\n".join(f"- {markdown_line(one)}" for one in dict.fromkeys(told))]) + "\n"


def _measured(line: Line, model: MotionTextModel, library: Library) -> Job[tuple[list[Row], list[str]]]:
    """Rows of one model: published, on the authors' test items, and on every captioned range where those are others; and what
    is to be told of them."""
    title, split, told = f"{line.run.name}, on {line.tested_on}", SPLITS[line.tested_on], []
    rows = [_published(protocol, line.tested_on, p) for protocol, p in line.published.items()]
    first, ranges = (choose_items(library.in_split(split), items) for items in (FIRST_LINES, RANGES))
    both = [clip.id for clip in first] != [clip.id for clip in ranges]
    for items in (FIRST_LINES, RANGES) if both else (FIRST_LINES,):
        found = yield from evaluate(model, library, split, RETRIEVAL, dataset="", items=items)
        for protocol, ways in found.figures.items():
            about = f"{found.motions:,} motions of {split}: {ITEMS[items].title}"
            rows.append(Row(protocol, f"{title} (here, {about})", ways))
        told += [f"{title}: {reason}." for reason in (*found.missing.values(), *(note.rstrip(".") for note in found.notes))]
        told.append(f"Seed of the small batches: {found.seed}.")
    return rows, told


def _published(protocol: str, dataset: str, figures: Published) -> Row:
    """A row of the paper; of *All*, those that it takes from TMR's paper are of the protocol strict."""
    strict = figures.by_tmr and protocol == "exact_caption"
    return Row("strict" if strict else protocol, f"{figures.title}, on {dataset} (published)", figures.ways(), True)


def _classified(run: Run, model: MotionTextModel, library: Library) -> Job[str]:
    """Table 6: the published rows and ours."""
    clips = [c for c in library.in_split(SPLITS["BABEL"]) if c.labels]
    clips = [clip for clip, right in zip(clips, truth_of(clips, BABEL_60), strict=True) if right]
    fit, note = fitted(model, library)
    embedded = yield from embed_clips(fit, library, clips)
    found = classify(embedded.motions, embed_texts(fit, prompts(BABEL_60)), truth_of(embedded.clips, BABEL_60), BABEL_60)
    count = f"here, {len(embedded.clips):,} motions of {SPLITS['BABEL']}"
    lines = ["| method | trained on | zero-shot | top-1 | top-5 |", "| --- | --- | --- | ---: | ---: |"]
    lines += [
        f"| {row.method} (published) | {row.trained_on} | {'yes' if row.zero_shot else 'no'} | {row.top1:.2f} | {row.top5:.2f} |"
        for row in CLASSIFICATION
    ]
    ours = f"| {run.name} ({count}) | {'+'.join(run.trained_on)} | yes"
    lines += [f"{ours} | {found.top1:.2f} | {found.top5:.2f} |"]
    lines += [f"{ours.replace(count, f'{count}, mean over labels')} | {found.balanced1:.2f} | {found.balanced5:.2f} |"]
    left_out = [f"{len(embedded.skipped):,} motions were left out. {embedded.skipped[0].reason}"] if embedded.skipped else []
    notes = "\n".join(f"- {markdown_line(one)}" for one in (note, *left_out) if one)
    return "\n".join(lines) + (f"\n\n{notes}" if notes else "")


def _trained(run: Run, settings: Settings) -> Job[Path]:
    """Return the folder of a run's best model. With several data sets, each stage starts from the one before."""
    start = ""
    for stage in range(1, len(run.trained_on) + 1):
        part = replace(run, trained_on=run.trained_on[:stage])
        config = _config(part, settings, start)
        folder = _folder(settings.runs / settings.preset / part.name, config)
        earlier = _earlier(folder)
        if earlier is None:
            runs.write_config(folder, config)
        if earlier is None or not _is_trained(earlier):
            yield from _progress(part.name, runs.events_of(folder, Control()))
        start = str(folder / "best")
    return Path(start)


def _folder(first: Path, config: TrainingConfig) -> Path:
    """The folder of the run of this configuration, or the first free one: runs of other configurations are kept."""

    def is_its(folder: Path) -> bool:
        earlier = _earlier(folder)
        return earlier.config == config if earlier else not (folder / runs.CONFIG).is_file()

    others = (first.with_name(f"{first.name}-{number}") for number in itertools.count(2))
    return next(folder for folder in itertools.chain([first], others) if is_its(folder))


def _earlier(folder: Path) -> runs.Run | None:
    """The run of an earlier call in a folder; None where there is none that can be read."""
    try:
        return runs.read_run(folder)
    except StudioError:
        return None


def _is_trained(run: runs.Run) -> bool:
    """Whether a run is finished. Version 0.2 and earlier kept no events but a file `done`."""
    return run.status == "finished" or (run.status == "new" and (run.folder / "done").is_file())


def _config(run: Run, settings: Settings, start: str) -> TrainingConfig:
    known = {f.name for f in fields(TrainingConfig)}
    refused = [name for name in settings.changes if name in OWN]
    if refused:
        raise StudioError(f"{refused[0]} cannot be set: the tables of the paper say what it is.")
    changes = {name: value for name, value in settings.changes.items() if name in known}
    model = {name: value for name, value in settings.changes.items() if name not in known}
    if not run.pretrained:
        model["motion_weights"] = ""
    patches = dict(model.get("patches", {}))
    if not run.patches:
        patches["form"] = "joints"
    if run.people == 2:
        model["people"] = 2
    if patches:
        model["patches"] = patches
    return training_config.recipe(
        settings.preset,
        library=str(settings.data / run.trained_on[-1]),
        start_from=start,
        model={} if start else model,
        **changes,
    )


def _progress(name: str, events: Steps[None]) -> Job[None]:
    """Yield the steps of a run as progress. Closing the job closes the run, which keeps its last saved state."""
    total = 1
    with closing(events):
        for event in events:
            if isinstance(event, Started):
                total = event.steps
            elif isinstance(event, Step):
                yield Progress(f"Training {name}", event.step, total, None, event.remaining_s)
