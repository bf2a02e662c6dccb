"""The paper's Tables 2 to 7: each row of this method trained and measured, printed beside the published figures."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.embed import embed_clips, embed_texts, fitted
from motionpatches.core.evaluation.evaluate import evaluate
from motionpatches.core.evaluation.labels import BABEL_60, prompts, truth_of
from motionpatches.core.evaluation.published import (
    ABLATION,
    CLASSIFICATION,
    CROSS_SKELETON,
    OURS,
    PUBLISHED,
    SCRATCH,
    Published,
)
from motionpatches.core.evaluation.report import Row, markdown_table
from motionpatches.core.evaluation.zero_shot import classify
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
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
SPLITS = {"BABEL": "val", "InterHuman": "test", "HumanML3D": "test", "KIT-ML": "test"}
RETRIEVAL = ("exact_caption", "small_batches")


@dataclass(frozen=True)
class Run:
    """A model to train: on one data set, or on several after each other; `pretrained` ViT or scratch; `patches` or raw joints;
    `people` 2 for pairs."""

    trained_on: tuple[str, ...]
    pretrained: bool = True
    patches: bool = True
    people: int = 1

    @property
    def name(self) -> str:
        return "-".join(
            ("+".join(self.trained_on), "pretrained" if self.pretrained else "scratch", "patches" if self.patches else "joints")
        )


@dataclass(frozen=True)
class Line:
    """A row: a model measured on a data set, and what is published for it by protocol."""

    run: Run
    tested_on: str
    published: dict[str, Published] = field(default_factory=dict)


def _benchmark(dataset: str) -> tuple[Line, ...]:
    def published(method: str) -> dict[str, Published]:
        return {protocol: next(p for p in PUBLISHED[dataset, protocol] if p.method == method) for protocol in RETRIEVAL}

    return (Line(Run((dataset,), pretrained=False), dataset, published(SCRATCH)), Line(Run((dataset,)), dataset, published(OURS)))


def _ablation(dataset: str) -> tuple[Line, ...]:
    return tuple(Line(Run((dataset,), *key), dataset, {"exact_caption": figures}) for key, figures in ABLATION[dataset].items())


TABLES: dict[str, tuple[Line, ...]] = {
    "table2": _benchmark("HumanML3D"),
    "table3": _benchmark("KIT-ML"),
    "table4": (*_ablation("HumanML3D"), *_ablation("KIT-ML")),
    "table5": (
        Line(Run(("KIT-ML",)), "KIT-ML", {"exact_caption": CROSS_SKELETON["KIT-ML"]}),
        Line(Run(("HumanML3D",)), "KIT-ML", {"exact_caption": CROSS_SKELETON["HumanML3D"]}),
        Line(Run(("HumanML3D", "KIT-ML")), "KIT-ML", {"exact_caption": CROSS_SKELETON["Transferred"]}),
    ),
    "table6": (Line(Run(("HumanML3D",)), "BABEL"),),
    "table7": (
        Line(Run(("InterHuman",), people=2), "InterHuman", {"exact_caption": PUBLISHED["InterHuman", "exact_caption"][1]}),
    ),
}


@dataclass(frozen=True)
class Settings:
    """`preset` is trained by its recipe with `changes` of TrainingConfig's fields; runs lie under `runs`; finished ones of
    the same configuration are not trained again."""

    data: Path
    runs: Path
    preset: str = "paper"
    changes: dict[str, Any] = field(default_factory=dict)


def find_data(table: str, settings: Settings) -> None:
    """Check that the data sets are there. Raises StudioError that names what is missing and where to download it."""
    names = dict.fromkeys(n for line in TABLES[table] for n in (*line.run.trained_on, line.tested_on))
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
    """The table as Markdown. Raises StudioError for an unknown table or data that is not there."""
    if table not in TABLES:
        raise StudioError(f"There is no {table!r}. Choose one of {', '.join(TABLES)}.")
    find_data(table, settings)
    rows: list[Row] = []
    extra: list[str] = []
    for line in TABLES[table]:
        folder = yield from _trained(line.run, settings)
        library = yield from open_library(settings.data / line.tested_on)
        title = f"{line.run.name}, on {line.tested_on}"
        if table == "table6":
            extra += yield from _classified(folder, library)
            continue
        model = load_model(folder)
        found = yield from evaluate(model, library, SPLITS[line.tested_on], RETRIEVAL, dataset="")
        for protocol, ways in found.figures.items():
            if protocol in line.published:
                rows.append(Row(protocol, f"{title} (published)", line.published[protocol].ways(), True))
            rows.append(Row(protocol, f"{title} (here, {found.motions:,} motions)", ways))
        extra += [f"- {title}: {reason}." for reason in found.missing.values()]
    order = list(RETRIEVAL)
    table_text = markdown_table(sorted(rows, key=lambda r: order.index(r.protocol))) if rows else ""
    return "\n".join(part for part in (f"# {table}, preset {settings.preset}\n", table_text, *extra) if part) + "\n"


def _classified(folder: Path, library: Library) -> Job[list[str]]:
    clips = [c for c in library.in_split(SPLITS["BABEL"]) if c.labels]
    truth = truth_of(clips, BABEL_60)
    clips = [clip for clip, right in zip(clips, truth, strict=True) if right]
    model, note = fitted(load_model(folder), library)
    embedded = yield from embed_clips(model, library, clips)
    clips = list(embedded.clips)
    found = classify(embedded.motions, embed_texts(model, prompts(BABEL_60)), truth_of(clips, BABEL_60), BABEL_60)
    lines = ["| method | top-1 | top-5 |", "| --- | ---: | ---: |"]
    lines += [f"| {name} (published) | {a:.2f} | {b:.2f} |" for name, (a, b) in CLASSIFICATION.items()]
    lines += [
        f"| {folder.parent.name}, zero-shot (here, {len(clips):,} motions) | {found.top1:.2f} | {found.top5:.2f} |",
        f"| the same, mean over labels | {found.balanced1:.2f} | {found.balanced5:.2f} |",
    ]
    return [*lines, *([note] if note else [])]


def _trained(run: Run, settings: Settings) -> Job[Path]:
    """Return the folder of a run's best model. With several data sets, each stage starts from the one before."""
    start = ""
    for stage in range(1, len(run.trained_on) + 1):
        part = replace(run, trained_on=run.trained_on[:stage])
        folder = settings.runs / settings.preset / part.name
        config = _config(part, settings, start)
        earlier = _earlier(folder)
        if earlier is None or earlier.config != config:
            if (folder / runs.CONFIG).is_file():
                runs.delete_run(folder)
            runs.write_config(folder, config)
            earlier = None
        if earlier is None or not _is_trained(earlier):
            yield from _progress(part.name, runs.events_of(folder, Control()))
        start = str(folder / "best")
    return Path(start)


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
    changes = dict(settings.changes)
    model = dict(changes.pop("model", {}))
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
