"""Why the shown motion answers the query: its score, what each body part and each word is worth to it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QGridLayout, QProgressBar, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.widgets.panels.words import Words
from motionpatches.app.widgets.plain import Label, html, tip
from motionpatches.app.widgets.theme import of_kind, px
from motionpatches.core.motion.skeleton import PART_NAMES

ABOUT = "How much the score falls without each patch, body part and word. The patches, the timeline and the body show it as well."


class WhyPanel(QWidget):
    """The explanation in words and bars, while it is on."""

    def __init__(self, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(parent)
        self.explanation = explanation
        self.explain = QCheckBox("Explain result")
        self.explain.setToolTip("How much the score falls without each patch and each word (W)")
        self.explain.toggled.connect(explanation.set_on)
        self.about = of_kind(Label(ABOUT, wrap=True), "secondary")
        self.words = Words(explanation)
        self.bars = QWidget()
        grid = QGridLayout(self.bars)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(px(tokens.GAP))
        self.parts: list[tuple[QProgressBar, Label]] = []
        for part, name in enumerate(PART_NAMES):
            bar, fall = QProgressBar(maximum=100, textVisible=False), of_kind(Label(), "secondary")
            bar.setAccessibleName(f"Share of the {name}")
            grid.addWidget(Label(name), part, 0)
            grid.addWidget(bar, part, 1)
            grid.addWidget(fall, part, 2)
            self.parts.append((bar, fall))
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(tokens.PADDING),) * 4)
        column.setSpacing(px(tokens.GAP))
        for widget in (self.explain, self.about, self.words, self.bars):
            column.addWidget(widget)
        column.addStretch()
        explanation.changed.connect(self._explained)
        self._explained()

    def _explained(self) -> None:
        """Write the score, what it falls without, and the query with each word coloured by its effect."""
        found = self.explanation
        self.explain.blockSignals(True)
        self.explain.setChecked(found.on)
        self.explain.blockSignals(False)
        self.words.setVisible(found.on)
        self.bars.setVisible(found.on and found.occlusion is not None)
        if not found.on:
            return
        linked = " Point at a word: its patches and bones light up." if found.linked else ""
        if found.occlusion is None:
            self.words.say(html("{}", f"{found.message}{linked}" + (" " if linked else "")))
            return
        falls = found.occlusion.by_part
        needed = (
            f", {found.occlusion.score - falls.max():.2f} without the {PART_NAMES[falls.argmax()]}" if falls.max() > 0 else ""
        )
        which = "" if found.window.whole else f" from {found.window.scored[0]:.1f} to {found.window.scored[1]:.1f} s"
        self.words.say(
            html("{}", f"Score{which}: {found.occlusion.score:.2f}{needed}.{linked} Red: words without which it falls: ")
        )
        told = [(f"“{w.text}”", w.fall) for w in found.words] + [(f"the {n}", f) for n, f in zip(PART_NAMES, falls, strict=True)]
        self.words.setToolTip(tip("\n".join(f"without {name}: {-fall:+.3f}" for name, fall in told)))
        most = max(float(falls.max()), 1e-9)
        for (bar, label), fall in zip(self.parts, falls, strict=True):
            bar.setValue(round(100 * max(float(fall), 0) / most))
            label.setText(f"{-fall:+.3f}")
