"""Fields for numbers whose text has the padding of other fields, which Qt leaves out of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from motionpatches.app import tokens
from motionpatches.app.widgets.theme import px


class SpinBox(QSpinBox):
    """A field for a whole number."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        _pad(self)


class DoubleSpinBox(QDoubleSpinBox):
    """A field for a number with decimals."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        _pad(self)


def _pad(box: QAbstractSpinBox) -> None:
    box.lineEdit().setTextMargins(px(tokens.GAP), 0, 0, 0)
    box.setMinimumWidth(box.minimumSizeHint().width() + px(tokens.GAP))
