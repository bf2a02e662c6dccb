"""The models on this computer, and the ways to get one more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.models.catalogue import Model, models_in
from motionpatches.core.progress import Progress


class Models(QObject):
    """`changed`: the list, or what an import says (`message`)."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.models: list[Model] = []
        self.message, self.working = "", False

    def refresh(self) -> None:
        """Looks again; models opened from elsewhere stay in the list."""
        known = {m.folder: m for m in self.models}
        found = {m.folder: m for m in models_in()}
        opened = self.workspace.model_folder
        if opened and opened not in found and (opened / "config.json").is_file():
            found[opened] = Model.read(opened)
        self.models = list({**found, **{f: m for f, m in known.items() if f.is_dir()}}.values())
        self.changed.emit()

    def is_used(self, model: Model) -> bool:
        return self.workspace.model is not None and model.folder == self.workspace.model_folder

    def use(self, folder: Path) -> None:
        """Loads it and indexes what is open with it."""
        self.workspace.load_model(folder)

    def import_file(self, file: Path, data: Path) -> None:
        """A published state dict with the statistics of its data set's folder."""

        def here() -> Any:
            yield Progress(f"Reading {file.name}", 0, 1)
            return file

        self._get(here, data, f"the file {file.name}", file.stem)

    def pull(self, name: str, dataset: str, data: Path) -> None:
        """A published model from the hub."""
        from motionpatches.core.models.download import pull_checkpoint

        self._get(
            lambda: pull_checkpoint(name, dataset),
            data,
            f"{name} on the Hugging Face hub, {dataset}",
            f"{name.split('/')[-1]} {dataset}",
        )

    def _get(self, fetch: Callable[[], Any], data: Path, origin: str, name: str) -> None:
        out = paths.user_models() / name

        def job() -> Any:
            from motionpatches.core.models.published_checkpoint import install

            file = yield from fetch()
            yield from install(file, data, out, origin)
            return out

        def done(folder: Path) -> None:
            self.working, self.message = False, f"Imported as {folder.name}."
            self.workspace.progressed.emit(None)
            self.refresh()

        def failed(message: str) -> None:
            self.working, self.message = False, message or "Stopped."
            self.workspace.progressed.emit(None)
            self.changed.emit()

        self.working, self.message = True, "Importing…"
        self.changed.emit()
        self.workspace.models.submit_job("import", job, self.workspace.progressed.emit, done, failed)

    def compare(self, one: Model, other: Model) -> list[tuple[str, str, str]]:
        """(what, one, other) of all that differs, and of the scores."""
        rows = [
            (name, a.get(name, "–"), b.get(name, "–"))
            for a, b in [(_facts(one), _facts(other))]
            for name in dict.fromkeys([*a, *b])
        ]
        return [row for row in rows if row[1] != row[2] or row[0].startswith("score")]


def _facts(model: Model) -> dict[str, str]:
    c = model.config
    facts = {
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
        "canonical frame": "yes" if c.patches.canonical else "no",
    }
    facts |= {f"trained: {name}": str(value) for name, value in model.provenance.items() if value != ""}
    for split in ("val", "test"):
        for protocol, ways in model.metrics.get(split, {}).items():
            for way, figures in ways.items():
                facts[f"score: {split}, {protocol}, {way}, R@1"] = f"{figures['R@1']:g}"
    return facts
