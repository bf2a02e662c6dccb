"""Curves of training runs, live and laid over each other."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget

from motionpatches.app.widgets.theme import muted
from motionpatches.core.training.history import History
from motionpatches.core.training.runs import Run

# Okabe and Ito's colours, which colour-blind people tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
PLOTS = {
    "loss": ("Loss", "step"),
    "recall": ("Validation recall, %", "epoch"),
    "rates": ("Learning rates", "step"),
    "speed": ("Motions per second", "step"),
}
LINES = {"solid": Qt.PenStyle.SolidLine, "dash": Qt.PenStyle.DashLine, "dot": Qt.PenStyle.DotLine}


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
            plot.getAxis("bottom").enableAutoSIPrefix(False)
            plot.setLimits(minXRange=1)
            self.plots[name] = plot
            grid.addWidget(plot, at // 2, at % 2)
        self.plots["recall"].setYRange(0, 100, padding=0.04)
        self._shown: list[tuple[str, str]] = []
        self._lines: dict[tuple[str, str], pg.PlotDataItem] = {}
        self._colour()

    def show_runs(self, runs: list[Run]) -> None:
        """Draws them; only what has changed is set again."""
        wanted: dict[tuple[str, str], tuple] = {}
        for at, run in enumerate(runs):
            wanted |= _curves(run, COLOURS[at % len(COLOURS)] if len(runs) > 1 else "", f"{run.name}: " if len(runs) > 1 else "")
        if list(wanted) != self._shown:
            for plot in self.plots.values():
                plot.clear()
            self._lines = {}
            for key, (_, _, colour, style, marked) in wanted.items():
                pen = pg.mkPen(colour, width=2, style=LINES[style])
                more = {"symbol": "o", "symbolSize": 5, "symbolBrush": colour, "symbolPen": None} if marked else {}
                self._lines[key] = self.plots[key[0]].plot([], [], pen=pen, name=key[1], **more)
            self._shown = list(wanted)
        for key, (x, y, *_) in wanted.items():
            self._lines[key].setData(np.asarray(x, float), np.asarray(y, float))

    def changeEvent(self, event) -> None:
        if event.type() == event.Type.PaletteChange and hasattr(self, "plots"):
            self._colour()

    def _colour(self) -> None:
        base, text = self.palette().color(QPalette.ColorRole.Base), muted(self)
        for plot in self.plots.values():
            plot.setBackground(base)
            plot.setTitle(plot.getPlotItem().titleLabel.text, color=QColor(text))
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(text)
                plot.getAxis(side).setTextPen(text)
            plot.getPlotItem().legend.setLabelTextColor(text)


def _curves(run: Run, colour: str, prefix: str) -> dict[tuple[str, str], tuple]:
    """(plot, label) -> (x, y, colour, style, marked) of a run."""
    h, found = run.history, {}
    steps, loss = h.loss()
    found["loss", f"{prefix}loss"] = (steps, _smooth(loss), colour or COLOURS[0], "solid", False)
    for at, (way, label) in enumerate((("t2m", "text to motion"), ("m2t", "motion to text"))):
        for name, style in (("R@1", "solid"), ("R@5", "dash")) if not prefix else (("R@1", "solid"),):
            epochs, figures = h.recall(way, name)
            line = "dash" if prefix and at else style
            found["recall", f"{prefix}{name} {label}"] = (epochs, figures, colour or COLOURS[at], line, name == "R@1")
    for at, part in enumerate(("text", "motion", "heads")):
        x, rates = h.rates(part)
        if x:
            found["rates", f"{prefix}{part}"] = (x, rates, colour or COLOURS[at], list(LINES)[at] if prefix else "solid", False)
    found["speed", f"{prefix}motions/s"] = (steps, _speeds(h), colour or COLOURS[2], "solid", False)
    return found


def _speeds(history: History) -> list[float]:
    return [step.motions_per_s for step in history.steps.values()]


def _smooth(values: list[float]) -> np.ndarray:
    """The mean of up to nine steps around each, so that the trend is seen."""
    if len(values) < 20:
        return np.asarray(values)
    ones = np.ones(9)
    return np.convolve(values, ones, "same") / np.convolve(np.ones(len(values)), ones, "same")
