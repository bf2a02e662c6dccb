"""The paper's Tables 2 to 7 (Yu, Tanaka and Fujiwara, CVPR 2024): its rows, and the models that ours are measured with."""

from __future__ import annotations

from dataclasses import dataclass, field

from motionpatches.core.evaluation.published import ABLATION, CROSS_SKELETON, OURS, PUBLISHED, SCRATCH, Published

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
    """A row of ours: a model measured on a data set, and what is published for it by protocol."""

    run: Run
    tested_on: str
    published: dict[str, Published] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Our rows, and the rows of other methods that the paper has beside them: data set and protocol -> figures."""

    lines: tuple[Line, ...]
    others: dict[tuple[str, str], tuple[Published, ...]] = field(default_factory=dict)


def _others(dataset: str, *protocols: str) -> dict[tuple[str, str], tuple[Published, ...]]:
    """The published rows of other methods."""
    return {
        (dataset, protocol): tuple(p for p in PUBLISHED[dataset, protocol] if p.method not in (OURS, SCRATCH))
        for protocol in protocols
    }


def _benchmark(dataset: str) -> Table:
    def published(method: str) -> dict[str, Published]:
        return {protocol: next(p for p in PUBLISHED[dataset, protocol] if p.method == method) for protocol in RETRIEVAL}

    scratch, ours = Run((dataset,), pretrained=False), Run((dataset,))
    lines = Line(scratch, dataset, published(SCRATCH)), Line(ours, dataset, published(OURS))
    return Table(lines, _others(dataset, *RETRIEVAL))


def _ablation(dataset: str) -> tuple[Line, ...]:
    return tuple(Line(Run((dataset,), *key), dataset, {"exact_caption": figures}) for key, figures in ABLATION[dataset].items())


TABLES: dict[str, Table] = {
    "table2": _benchmark("HumanML3D"),
    "table3": _benchmark("KIT-ML"),
    "table4": Table((*_ablation("HumanML3D"), *_ablation("KIT-ML"))),
    "table5": Table(
        (
            Line(Run(("KIT-ML",)), "KIT-ML", {"exact_caption": CROSS_SKELETON["KIT-ML"]}),
            Line(Run(("HumanML3D",)), "KIT-ML", {"exact_caption": CROSS_SKELETON["HumanML3D"]}),
            Line(Run(("HumanML3D", "KIT-ML")), "KIT-ML", {"exact_caption": CROSS_SKELETON["Transferred"]}),
        ),
        {key: tuple(p.short() for p in others) for key, others in _others("KIT-ML", "exact_caption").items()},
    ),
    "table6": Table((Line(Run(("HumanML3D",)), "BABEL"),)),
    "table7": Table(
        (Line(Run(("InterHuman",), people=2), "InterHuman", {"exact_caption": PUBLISHED["InterHuman", "exact_caption"][1]}),),
        _others("InterHuman", "exact_caption"),
    ),
}
