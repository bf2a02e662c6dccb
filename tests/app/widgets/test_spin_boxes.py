"""Fields for numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from motionpatches.app.widgets.spin_boxes import DoubleSpinBox, SpinBox

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("make", [SpinBox, DoubleSpinBox])
def test_the_text_of_a_number_keeps_its_distance_from_the_edge(app, make):
    box = make(prefix="M", value=1)
    box.show()
    app.processEvents()
    picture = box.grab().toImage()
    middle = range(picture.height() // 4, 3 * picture.height() // 4)
    empty = [len({picture.pixelColor(x, y).name() for y in middle}) == 1 for x in range(3, 9)]
    box.close()
    assert all(empty)


def test_every_field_for_a_number_has_it():
    """Nothing but this module makes Qt's own."""
    made = [
        f"{file.name}: {line.strip()}"
        for file in (ROOT / "app" / "widgets").rglob("*.py")
        if file.name != "spin_boxes.py"
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bQ(Double)?SpinBox\(", line)
    ]
    assert made == []
