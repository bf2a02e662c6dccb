"""State of the export sheet: what is exported, as what, where to; a preview; the size before; the export itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal

from motionpatches.app.export.estimate import estimated_bytes, size_text
from motionpatches.app.export.jobs import as_written, motion_of
from motionpatches.app.export.plan import KINDS, PURPOSES, Item, Plan, Request, Way, can_be_together, suggested_name
from motionpatches.app.export.running import run_export
from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.joint_map import JointMapping
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.export.choices import OWN
from motionpatches.core.export.write import exporters, free_name
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

# Tiles of a preview, which are read for it; seconds of data that it shows.
PREVIEWED, LONG_S = 25, 30.0


@dataclass(frozen=True)
class Source:
    """What can be exported: its name, its clips, and what they were found by or belong to."""

    title: str
    items: tuple[Item, ...]
    name: str = ""
    query: str = ""


class ExportSheet(QObject):
    """`changed`: what, how or where to; `previewed`: other motions in `shown`; `estimated`: another `size`.

    Args:
        workspace: Holds the library; tells what was exported.
        sources: What can be exported; at least one.
        plan: How, at first.
        settings: Keep purpose and folder for the next time.
        surface: What pictures are drawn on; None where they cannot be.
    """

    changed = Signal()
    previewed = Signal()
    estimated = Signal()

    def __init__(
        self,
        workspace: Workspace,
        sources: Sequence[Source],
        plan: Plan,
        settings: QSettings,
        surface: QOffscreenSurface | None = None,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.workspace, self.sources, self.settings, self.surface = workspace, list(sources), settings, surface
        self.library = workspace.library
        self.history = History(self)
        self.source = self.sources[0]
        self.plan, self.purpose = plan, ""
        self.folder = Path(str(settings.value("export/folder", "", str)) or _documents())
        self.typed: Path | None = None
        self.together = False
        self.shown: list[tuple[str, Motion]] = []
        self.problem = ""
        self.size: int | None = None
        self._plain: tuple[Source, list[tuple[Item, Motion]]] | None = None
        self._version = 0

    # What, how, where to ---------------------------------------------------------------------------------------------------

    def choose(self, source: Source) -> None:
        """Export something else."""
        self.source, self.typed = source, None
        self._change()

    def set_purpose(self, name: str) -> None:
        """Make a plan for a purpose of PURPOSES; the clean-up stays."""
        if name in PURPOSES:
            self.purpose = name
            self._do(PURPOSES[name].title, PURPOSES[name].apply(self.plan))

    def set(self, **fields: Any) -> None:
        """Change fields of the plan; can be undone."""
        self._do("Export", replace(self.plan, **fields).fitting())

    def set_style(self, **fields: Any) -> None:
        self.set(style=replace(self.plan.style, **fields))

    def set_choices(self, **fields: Any) -> None:
        self.set(choices=replace(self.plan.choices, **fields))

    def set_clean_up(self, **fields: Any) -> None:
        """Change the clean-up; can be undone."""
        self.set(clean_up=replace(self.plan.clean_up, **fields))

    def set_together(self, on: bool) -> None:
        """Put several clips into one file, where the format can."""
        self.together, self.typed = on, None
        self._change()

    def set_path(self, path: Path) -> None:
        """Write to this file, or into this folder where each clip is a file."""
        self.typed = path
        self.folder = path if self.way == "each" else path.parent
        self.changed.emit()

    def _do(self, name: str, plan: Plan) -> None:
        before, kind = self.plan, self.plan.kind
        if plan == before:
            return

        def go_to(to: Plan) -> None:
            self.plan = to
            if to.kind != kind and self.typed is not None and self.way != "each":
                self.typed = self.typed.with_suffix(to.format.suffix)
            self._change()

        self.history.push(Change(name, lambda: go_to(plan), lambda: go_to(before)))

    def _change(self) -> None:
        self.changed.emit()
        self.refresh()

    @property
    def way(self) -> Way:
        """Whether one file, a file of each clip, or all clips in a file are written."""
        if len(self.source.items) == 1:
            return "file"
        return "together" if self.together and can_be_together(self.plan.kind) else "each"

    @property
    def path(self) -> Path:
        """Where to: what was typed, else a name that is free."""
        if self.typed is not None:
            return self.typed
        name = suggested_name(self.source.items, self.plan, self.way, self.source.name)
        return free_name(self.folder / name)

    @property
    def request(self) -> Request:
        """Return what is asked for now."""
        return Request(self.source.items, self.plan, self.path, self.way, self.source.query, self.workspace.model_label)

    @property
    def duration_s(self) -> float:
        """Return the seconds of what is written: together those of the longest, else of all."""
        lengths = [self._seconds(item) for item in self.source.items]
        return max(lengths) if self.way == "together" and self.plan.format.picture else sum(lengths)

    def _seconds(self, item: Item) -> float:
        clip = self.library.by_id.get(item.clip_id) if self.library is not None else None
        whole, clean_up = clip.duration_s if clip is not None else 0.0, self.plan.clean_up
        length = (item.end_s or whole) - item.start_s - clean_up.trim_start_s - clean_up.trim_end_s
        return max(length - min(clean_up.loop_s, length / 2), 0.0)

    @property
    def facts(self) -> str:
        """Return what is written in a line: files, seconds, frames, size."""
        count, kind = len(self.source.items), self.plan.format
        files = f"{count} files and a list of them" if self.way == "each" else "1 file"
        parts = [files, f"{self.duration_s:.1f} s"]
        if kind.picture:
            parts.append("{} × {}".format(*self.plan.style.size))
        parts.append("size…" if self.size is None else f"about {size_text(self.size)}")
        return ", ".join(parts)

    @property
    def warning(self) -> str:
        """Return why nothing can be written as it is, or what is wrong with the place; '' where all is well."""
        if self.problem:
            return self.problem
        there = next(p for p in (self.path, *self.path.parents) if p.is_dir())
        if not _can_write(there):
            return f"You have no permission to write in {there}. Choose another folder."
        free = shutil.disk_usage(there).free
        if self.size is not None and self.size > free:
            return f"The files take about {size_text(self.size)}; the disk has {size_text(free)} left. Choose another place."
        return ""

    # Preview and size -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read, clean up and retarget what is shown in the preview, in the background, then estimate the size."""
        library, source, plan = self.library, self.source, self.plan
        if library is None:
            return
        self._version, self.size = self._version + 1, None
        version = self._version
        together = self.way == "together" and plan.format.picture
        items = source.items[: PREVIEWED if together else 1]

        def work() -> tuple[list[tuple[str, Motion]], list[tuple[str, Motion]]]:
            clean = [(item.caption, motion_of(library, item, plan)) for item in items]
            if plan.format.picture:
                return clean, clean
            return clean, [(caption, as_written(motion.cut(0, LONG_S), plan.choices)) for caption, motion in clean]

        def done(found: tuple[list[tuple[str, Motion]], list[tuple[str, Motion]]]) -> None:
            self.problem, self.shown = "", found[1]
            self.previewed.emit()
            self._estimate(found[0], version)

        def failed(message: str) -> None:
            self.problem, self.shown, self.size = message, [], None
            self.previewed.emit()
            self.estimated.emit()

        self.workspace.lanes.files.submit("export preview", work, done, failed)

    def _estimate(self, motions: list[tuple[str, Motion]], version: int) -> None:
        plan, count = self.plan, 1 if self.way == "together" else len(self.source.items)
        if plan.format.picture and self.surface is None:
            return
        rate = plan.style.fps if plan.format.picture else plan.choices.fps or motions[0][1].fps
        frames = self.duration_s * rate / count

        def job() -> Job[int]:
            return (yield from estimated_bytes(motions, frames, plan, self.surface))

        def done(found: int) -> None:
            if version == self._version:
                self.size = found * count
                self.estimated.emit()

        self.workspace.lanes.exports.submit_job("export size", job, lambda _: None, done, lambda _: None)

    @property
    def mappable(self) -> bool:
        """Return whether motions go onto another rig."""
        return self.library is not None and not self.plan.format.picture and self.plan.choices.rig != OWN

    def joint_mapping(self) -> JointMapping:
        """Make the state of the dialog on joints, for the first motion and the chosen rig."""
        library, item, plan = self.library, self.source.items[0], self.plan
        assert library is not None
        return JointMapping(
            lambda: motion_of(library, item, plan).cut(0, LONG_S).people[0], plan.choices.rig, self.workspace.lanes.files, self
        )

    def close(self) -> None:
        """Stop what goes on for the preview alone."""
        self._version += 1
        self.workspace.lanes.exports.cancel("export size")

    def start(self, replaces: bool = False) -> None:
        """Write in the background; a notice says when it is done and shows the files."""
        if self.library is None:
            return
        self.close()
        request = replace(self.request, replaces=replaces)
        if self.purpose:
            self.settings.setValue("export/purpose", self.purpose)
        self.settings.setValue("export/folder", str(self.folder))
        run_export(self.workspace, self.library, request, self.surface)


def available(kind: str) -> bool:
    """Return whether a kind of KINDS can be written on this computer."""
    exporter = exporters().get(KINDS[kind].suffix)
    return exporter is None or exporter.works()


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())


def _can_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK)
