"""Clips with their labels: by label, sorted, opened."""

from pathlib import Path

from PySide6.QtCore import Qt

from motionpatches.app.viewmodels.classified import Labelled
from motionpatches.app.widgets.evaluation.labelled import LabelledList
from motionpatches.core.library.library import Clip


def test_clips_are_grouped_sorted_and_opened(app):
    opened, tagged = [], []
    found = LabelledList(opened.append, tagged.append)
    assert not found.save.isEnabled() and not found.tag.isEnabled() and "appear here" in found.head.text()
    given = [("a", "walk", 0.9), ("b", "walk", 0.1), ("c", "wave", 0.5), ("d", "walk", 0.03), ("e", "wave", 0.7)]
    rows = [Labelled(Clip(i, Path(i), (f"caption {i}",)), label, score, "") for i, label, score in given]
    found.fill(rows, "5 motions.")
    tops = [found.tree.topLevelItem(i) for i in range(2)]
    assert [top.text(0) for top in tops] == ["walk (3)", "wave (2)"]
    assert [tops[0].child(i).text(3) for i in range(3)] == ["a", "b", "d"]
    found.tree.sortItems(1, Qt.SortOrder.AscendingOrder)
    top = next(found.tree.topLevelItem(i) for i in range(2) if found.tree.topLevelItem(i).text(0) == "walk (3)")
    assert [top.child(i).text(1) for i in range(3)] == ["0.03", "0.10", "0.90"], "as numbers"
    found.tree.itemClicked.emit(top, 0)
    found.tree.itemClicked.emit(top.child(0), 0)
    assert [clip.id for clip in opened] == ["d"]
    found.tag.click()
    assert tagged == [rows]
    found.deleteLater()
