"""The paper's Tables 2 to 7: each row of this method trained and measured, printed beside the published figures."""

from __future__ import annotations

from collections.abc import Mapping

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.embed import embed_clips, embed_texts, fitted
from motionpatches.core.evaluation.evaluate import Evaluation, evaluate
from motionpatches.core.evaluation.labels import BABEL_60, prompts, truth_of
from motionpatches.core.evaluation.paper_data import SOURCES, find_data
from motionpatches.core.evaluation.paper_tables import RETRIEVAL, TABLES, Line
from motionpatches.core.evaluation.protocols import PROTOCOLS
from motionpatches.core.evaluation.published import CLASSIFICATION, DAGGER, NAMES, OURS, SCRATCH, Published
from motionpatches.core.evaluation.report import WAYS
from motionpatches.core.evaluation.reproduced import NOT_STATED, Reproduced
from motionpatches.core.evaluation.reproduced import Line as Measured
from motionpatches.core.evaluation.training_facts import training_facts
from motionpatches.core.evaluation.zero_shot import Classification, classify
from motionpatches.core.library.items import FIRST_LINES, ITEMS, RANGES, choose_items
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job
from motionpatches.core.training.paper_runs import Settings, check, seeds_of, trained

# What the epoch of published figures was chosen on: the authors' published code measures the test split after each epoch.
THEIRS = "test (published code)"
FIGURES = tuple((way, name) for way in WAYS for name in NAMES)
ACCURACIES = ("top-1", "top-5")


def reproduce(table: str, settings: Settings) -> Job[Reproduced]:
    """Train and measure the rows of a table. Raises StudioError for an unknown table or data that is not there, before anything
    is trained."""
    if table not in TABLES:
        raise StudioError(f"There is no {table!r}. Choose one of {', '.join(TABLES)}.")
    rows = TABLES[table].lines
    find_data(table, (name for line in rows for name in (*line.run.trained_on, line.tested_on)), settings.data)
    check(settings)
    libraries: dict[str, Library] = {}
    for name in dict.fromkeys(line.tested_on for line in rows):
        libraries[name] = yield from open_library(settings.data / name)
        if len(choose_items(libraries[name].in_split(SOURCES[name].split), RANGES)) < 2:
            raise StudioError(f"{name} has no two captioned motions in the split {SOURCES[name].split}.")
    lines = [_published(protocol, dataset, p) for (dataset, protocol), others in TABLES[table].others.items() for p in others]
    told: list[str] = []
    for line in rows:
        measure = _classified if table == "table6" else _measured
        found = yield from measure(line, settings, libraries[line.tested_on])
        lines += found[0]
        told += found[1]
    title = f"{table}, preset {settings.preset}"
    if table == "table6":
        lines = [*_published_classification(), *lines]
        return Reproduced(title, ("method", "trained on", "zero-shot"), ACCURACIES, tuple(lines), _once(told))
    order = [protocol.title for protocol in PROTOCOLS.values()]
    lines.sort(key=lambda one: order.index(one.texts[0]))
    if any("†" in one.texts[1] for one in lines):
        told.append(DAGGER)
    names = tuple(f"{WAYS[way]} {name}" for way, name in FIGURES)
    return Reproduced(title, ("protocol", "method"), names, tuple(lines), _once(told))


def _once(told: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(told))


def _measured(line: Line, settings: Settings, library: Library) -> Job[tuple[list[Measured], list[str]]]:
    """Lines of one row: published, on the authors' test items, and on every captioned range where those are others; and what
    is to be told of them."""
    title, split = f"{line.run.name}, on {line.tested_on}", SOURCES[line.tested_on].split
    lines = [_published(protocol, line.tested_on, p) for protocol, p in line.published.items()]
    told: list[str] = []
    first, ranges = (choose_items(library.in_split(split), items) for items in (FIRST_LINES, RANGES))
    both = [clip.id for clip in first] != [clip.id for clip in ranges]
    choices = (FIRST_LINES, RANGES) if both else (FIRST_LINES,)
    found: dict[str, list[Evaluation]] = {items: [] for items in choices}
    chosen = []
    for extra in range(settings.seeds):
        model = load_model((yield from trained(line.run, settings, extra)))
        chosen.append(_chosen_on(model))
        told.append(f"{line.run.name}: {training_facts(model.provenance)}.")
        for items in choices:
            one = yield from evaluate(model, library, split, RETRIEVAL, dataset="", items=items)
            found[items].append(one)
            told += [f"{title}: {reason}." for reason in (*one.missing.values(), *(note.rstrip(".") for note in one.notes))]
            told.append(f"Seed of the small batches: {one.seed}.")
    for items, some in found.items():
        about = f"here, {some[0].motions:,} motions of {split}: {ITEMS[items].title}"
        for protocol in some[0].figures:
            figures = tuple(tuple(one.figures[protocol][way][name] for one in some) for way, name in FIGURES)
            texts = (PROTOCOLS[protocol].title, f"{title} ({about})")
            lines.append(Measured(texts, " / ".join(dict.fromkeys(chosen)), seeds_of(settings), figures))
    return lines, told


def _chosen_on(model: MotionTextModel) -> str:
    return str(model.provenance.get("chosen_on", "not recorded"))


def _published(protocol: str, dataset: str, published: Published) -> Measured:
    """A line of the paper; of *All*, those that it takes from TMR's paper are of the protocol strict."""
    strict = published.by_tmr and protocol == "exact_caption"
    title = PROTOCOLS["strict" if strict else protocol].title
    ways: Mapping[str, Mapping[str, float]] = published.ways()
    figures = tuple((ways[way][name],) if name in ways[way] else () for way, name in FIGURES)
    return Measured((title, f"{published.title}, on {dataset} (published)"), _theirs(published), (), figures)


def _theirs(published: Published) -> str:
    """What the epoch of a published row was chosen on; the rows of Tables 4 and 5 are of the authors' own models, too."""
    own = published.method in (OURS, SCRATCH) or published.method.startswith(("patches", "raw joints", "trained on"))
    return THEIRS if own else NOT_STATED


def _classified(line: Line, settings: Settings, library: Library) -> Job[tuple[list[Measured], list[str]]]:
    """Ours of Table 6, over all clips and as the mean over labels."""
    split = SOURCES[line.tested_on].split
    clips = [c for c in library.in_split(split) if c.labels]
    clips = [clip for clip, right in zip(clips, truth_of(clips, BABEL_60), strict=True) if right]
    found: list[Classification] = []
    told: list[str] = []
    chosen = []
    count = 0
    for extra in range(settings.seeds):
        model = load_model((yield from trained(line.run, settings, extra)))
        fit, note = fitted(model, library)
        embedded = yield from embed_clips(fit, library, clips)
        found.append(
            classify(embedded.motions, embed_texts(fit, prompts(BABEL_60)), truth_of(embedded.clips, BABEL_60), BABEL_60)
        )
        chosen.append(_chosen_on(model))
        count = len(embedded.clips)
        left_out = f"{len(embedded.skipped):,} motions were left out. {embedded.skipped[0].reason}" if embedded.skipped else ""
        told += filter(None, (f"{line.run.name}: {training_facts(model.provenance)}.", note, left_out))
    about = f"here, {count:,} motions of {split}"
    overall = [(one.top1, one.top5) for one in found]
    balanced = [(one.balanced1, one.balanced5) for one in found]
    return [
        Measured(
            (f"{line.run.name} ({how})", "+".join(line.run.trained_on), "yes"),
            " / ".join(dict.fromkeys(chosen)),
            seeds_of(settings),
            tuple(zip(*values, strict=True)),
        )
        for how, values in ((about, overall), (f"{about}, mean over labels", balanced))
    ], told


def _published_classification() -> list[Measured]:
    return [
        Measured(
            (f"{row.method} (published)", row.trained_on, "yes" if row.zero_shot else "no"),
            THEIRS if row.method == OURS else NOT_STATED,
            (),
            ((row.top1,), (row.top5,)),
        )
        for row in CLASSIFICATION
    ]
