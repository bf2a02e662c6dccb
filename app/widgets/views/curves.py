"""Curves of training runs, live and laid over each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget

from motionpatches.app.widgets.plain import NAME, html, shown
from motionpatches.app.widgets.theme import muted
from motionpatches.core.models.catalogue import COUNT, FIRST
from motionpatches.core.training.history import History
from motionpatches.core.training.holdout import states_percentage
from motionpatches.core.training.runs import Run

# Okabe and Ito's colours, which colour-blind people tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
PLOTS = {
    "loss": ("Loss", "step"),
    "recall": ("Validation recall, %", "epoch"),
    "rates": ("Learning rates", "step"),
    "speed": ("Motions per second", "step"),
}
# In place of the recall, where a percentage would say nothing, and where a count would say nothing either.
FOUND = "found first"
COUNTED, FEW = "Held-out clips found first, of {}", "Too few clips are held out to measure"
LINES = {"solid": Qt.PenStyle.SolidLine, "dash": Qt.PenStyle.DashLine, "dot": Qt.PenStyle.DotLine}


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of one line; `style` is a key of LINES; `marked`: with a dot at each point."""

    x: Sequence[float]
    y: Sequence[float] | np.ndarray
    colour: str
    style: str = "solid"
    marked: bool = False


def _whole(spacing: Callable[..., list[tuple[float, float]]], *of: float) -> list[tuple[float, float]]:
    """Return distances of ticks with their offsets: no tick between two steps or epochs."""
    return [(max(round(distance), 1), offset) for distance, offset in spacing(*of)]


class Curves(QWidget):
    """Four plots. One run has a colour for each measure; several have a colour each."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        self.plots: dict[str, pg.PlotWidget] = {}
        for at, (name, (title, below)) in enumerate(PLOTS.items()):
            plot = pg.PlotWidget()
            plot.setTitle(title, size="10pt")
            plot.setLabel("bottom", below)
            plot.showGrid(x=True, y=True, alpha=0.25)
            plot.addLegend(offset=(-8, 8), labelTextSize="8pt")
            plot.setMenuEnabled(False)
            plot.getPlotItem().hideButtons()
            plot.setAccessibleName(title)
            axis = plot.getAxis("bottom")
            axis.enableAutoSIPrefix(False)
            axis.tickSpacing = partial(_whole, axis.tickSpacing)
            plot.setLimits(minXRange=1)
            self.plots[name] = plot
            grid.addWidget(plot, at // 2, at % 2)
        self.plots["recall"].setYRange(0, 100, padding=0.04)
        self._counted = 0
        self._shown: list[tuple[str, str]] = []
        self._lines: dict[tuple[str, str], pg.PlotDataItem] = {}
        self._colour()

    def show_runs(self, runs: list[Run]) -> None:
        """Draw the curves of runs; lines are made anew only where others are shown."""
        wanted: dict[tuple[str, str], Curve] = {}
        several = len(runs) > 1
        for at, run in enumerate(runs):
            prefix = f"{shown(run.name, NAME)}: " if several else ""
            wanted |= _curves(run, COLOURS[at % len(COLOURS)] if several else "", prefix)
        counted = 0 if not runs or any(_states_percentage(run) for run in runs) else max(map(_clips, runs))
        if not counted:  # counts and percentages do not share an axis
            wanted = {key: curve for key, curve in wanted.items() if not key[1].endswith(FOUND)}
        if list(wanted) != self._shown:
            self._make(wanted)
        if counted != self._counted:
            self._counted = counted
            self.plots["recall"].setYRange(0, counted or 100, padding=0.04)
            self._colour()
        for key, curve in wanted.items():
            self._lines[key].setData(np.asarray(curve.x, float), np.asarray(curve.y, float))

    def _make(self, wanted: dict[tuple[str, str], Curve]) -> None:
        """Replace all lines. A legend takes its names as HTML."""
        for plot in self.plots.values():
            plot.clear()
        self._lines, self._shown = {}, list(wanted)
        for (plot_name, name), curve in wanted.items():
            pen = pg.mkPen(curve.colour, width=2, style=LINES[curve.style])
            dots = {"symbol": "o", "symbolSize": 5, "symbolBrush": curve.colour, "symbolPen": None} if curve.marked else {}
            self._lines[plot_name, name] = self.plots[plot_name].plot([], [], pen=pen, name=html("{}", name), **dots)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == event.Type.PaletteChange and hasattr(self, "plots"):
            self._colour()

    def _title(self, name: str) -> str:
        if name == "recall" and self._counted:
            return COUNTED.format(self._counted) if self._counted >= COUNT else FEW
        return PLOTS[name][0]

    def _colour(self) -> None:
        base, text = self.palette().color(QPalette.ColorRole.Base), muted(self)
        for name, plot in self.plots.items():
            plot.setBackground(base)
            plot.setTitle(self._title(name), color=QColor(text))
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(text)
                plot.getAxis(side).setTextPen(text)
            plot.getPlotItem().legend.setLabelTextColor(text)


def _recall_curves(run: Run, colour: str, prefix: str) -> dict[tuple[str, str], Curve]:
    """Return the recall in percent, or the count of held-out clips found first, as their number allows."""
    found: dict[tuple[str, str], Curve] = {}
    h = run.history
    if not _states_percentage(run):
        epochs, shares = h.recall("t2m", FIRST)
        if _clips(run) >= COUNT:
            counts = [round(share * _clips(run) / 100) for share in shares]
            found["recall", f"{prefix}{FOUND}"] = Curve(epochs, counts, colour or COLOURS[0], marked=True)
        return found
    for at, (way, label) in enumerate((("t2m", "text to motion"), ("m2t", "motion to text"))):
        for name, style in (("R@1", "solid"), ("R@5", "dash")) if not prefix else (("R@1", "solid"),):
            epochs, figures = h.recall(way, name)
            line = "dash" if prefix and at else style
            found["recall", f"{prefix}{name} {label}"] = Curve(epochs, figures, colour or COLOURS[at], line, name == "R@1")
    return found


def _curves(run: Run, colour: str, prefix: str) -> dict[tuple[str, str], Curve]:
    """Return the curves of a run by plot and name.

    Args:
        run: Whose history is drawn.
        colour: Of all its curves; '' for a colour of each measure.
        prefix: Begins the names, where several runs are shown.
    """
    h = run.history
    found: dict[tuple[str, str], Curve] = {}
    steps, loss = h.loss()
    found["loss", f"{prefix}loss"] = Curve(steps, _smooth(loss), colour or COLOURS[0])
    found |= _recall_curves(run, colour, prefix)
    for at, part in enumerate(("text", "motion", "heads")):
        x, rates = h.rates(part)
        if x:
            found["rates", f"{prefix}{part}"] = Curve(x, rates, colour or COLOURS[at], list(LINES)[at] if prefix else "solid")
    found["speed", f"{prefix}motions/s"] = Curve(steps, _speeds(h), colour or COLOURS[2])
    return found


def _states_percentage(run: Run) -> bool:
    start = run.history.start
    return start is None or states_percentage(start.val, start.phrases)


def _clips(run: Run) -> int:
    return run.history.start.val if run.history.start else 0


def _speeds(history: History) -> list[float]:
    return [step.motions_per_s for step in history.steps.values()]


def _smooth(values: list[float]) -> np.ndarray:
    """Return the mean of up to nine steps around each, so that the trend is seen."""
    if len(values) < 20:
        return np.asarray(values)
    ones = np.ones(9)
    return np.convolve(values, ones, "same") / np.convolve(np.ones(len(values)), ones, "same")
