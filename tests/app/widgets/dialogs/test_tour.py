"""The tour: *Next* stays where it is, and the card hides nothing that it explains."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from motionpatches.app.widgets.dialogs.tour import STEPS, Tour
from tests.window import wait


def test_next_stays_and_no_part_is_covered(app):
    window = QWidget()
    window.resize(1200, 800)
    # As in the window: library, query, stage, patches, captions.
    boxes = ((4, 30, 160, 30), (170, 30, 800, 30), (400, 90, 480, 480), (900, 90, 290, 500), (900, 90, 290, 500))
    parts = [QWidget(window) for _ in boxes]
    for part, box in zip(parts, boxes, strict=True):
        part.setGeometry(*box)
    window.show()
    wait(window.isVisible)
    tour, ended = Tour(window, parts, {}), []
    tour.destroyed.connect(lambda: ended.append(True))
    places = []
    assert STEPS[0][0] == "Open" and len(STEPS) == len(parts)
    for step in range(len(STEPS)):
        assert not tour.bubble.geometry().intersects(parts[step].geometry())
        wait(lambda: tour.text.height() >= tour.text.heightForWidth(tour.text.width()))
        places.append(tour.on.mapTo(window, QPoint(0, 0)))
        QTest.mouseClick(tour.on, Qt.MouseButton.LeftButton)
    assert len({(p.x(), p.y()) for p in places}) == 1
    wait(lambda: ended)
    window.close()
    window.deleteLater()
