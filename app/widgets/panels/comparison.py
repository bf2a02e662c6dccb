"""The takes that are kept for comparison, A, B and C, in a row over the stage; the row is there while there are any."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.stage import COMPARED, LETTERS, Stage
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.widgets.plain import Label, shown, tip, title
from motionpatches.app.widgets.theme import icon_button, of_kind, px, sized
from motionpatches.app.widgets.views.tile_labels import paint_letter, two_lines
from motionpatches.core.library.library import Clip

# Height of a picture, and the most and the least width of a caption; width of the row below which it has icons alone; in pixels.
PICTURE, WORDS, LEAST, NARROW = 36, 128, 28, 760


class ComparisonRow(QWidget):
    """A click on a take shows it, the cross beside it lets it go."""

    def __init__(self, stage: Stage, thumbnails: Thumbnails, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("page")
        self.stage, self.thumbnails = stage, thumbnails
        self.slots = [_Slot(stage, letter) for letter in LETTERS]
        self.hint = of_kind(Label(), "secondary")
        self.compare = icon_button("side by side", "Show the kept motions together", stage.toggle_comparing)
        self.compare.setCheckable(True)
        self.clear = icon_button("close", "Clear Comparison", stage.alone)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(tokens.GAP), 0, px(tokens.GAP), px(tokens.UNIT))
        row.setSpacing(px(tokens.UNIT))
        for slot in self.slots:
            row.addWidget(slot, 4)
        row.addWidget(self.hint)
        row.addStretch()
        row.addWidget(self.compare)
        row.addWidget(self.clear)
        stage.changed.connect(self._changed)
        stage.workspace.shown.connect(self._changed)
        thumbnails.ready.connect(self._ready)
        self._changed()

    def _changed(self) -> None:
        kept = self.stage.kept
        self.setVisible(bool(kept))
        for at, slot in enumerate(self.slots):
            slot.setVisible(at < len(kept))
            if at < len(kept):
                slot.show_clip(kept[at][0], self.thumbnails.picture(kept[at][0]))
        self.compare.setChecked(self.stage.comparing)
        self.hint.setText("Keep another one (K) to compare both." if len(kept) == 1 else "")
        self.hint.setVisible(len(kept) == 1)

    def _ready(self, clip_id: str) -> None:
        if any(clip.id == clip_id for clip, _ in self.stage.kept[:COMPARED]):
            self._changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give little room to the captions."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        self.compare.setText("Compare" if self.width() >= px(NARROW) else "")
        self.compare.setToolButtonStyle(style.ToolButtonTextBesideIcon if self.compare.text() else style.ToolButtonIconOnly)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "clear"):
            self._changed()


class _Slot(QWidget):
    """One kept take: its letter, picture and caption, and a cross."""

    def __init__(self, stage: Stage, letter: str):
        super().__init__()
        self.stage, self.letter = stage, letter
        self.clip: Clip | None = None
        self.button = QToolButton()
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setCheckable(True)
        self.button.setFont(sized(self.button.font(), tokens.SECONDARY))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button.setMinimumWidth(px(PICTURE + tokens.ICON + 3 * tokens.UNIT))
        self.button.setMaximumWidth(px(PICTURE + tokens.ICON + 5 * tokens.UNIT + WORDS))
        self.button.clicked.connect(self._show)
        self.cross = icon_button("close", "Keep it no longer", self._remove)
        self.cross.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.button)
        row.addWidget(self.cross)
        self.setMaximumWidth(self.button.maximumWidth() + self.cross.sizeHint().width())  # the cross stays beside what it removes

    def show_clip(self, clip: Clip, picture: QImage | None) -> None:
        """Show a clip with its picture, None where it is not there yet."""
        self.clip = clip
        on_stage = self.stage.workspace.clip
        self.button.setIconSize(QSize(px(PICTURE) + px(tokens.ICON) + px(tokens.UNIT), px(PICTURE)))
        self.button.setIcon(self._icon(picture))
        self._write()
        self.button.setToolTip(tip(f"{self.letter}: {clip.caption}"))
        self.button.setAccessibleName(shown(f"{self.letter}: {clip.caption}"))
        self.button.setChecked(on_stage is not None and on_stage.id == clip.id)

    def _write(self) -> None:
        """Write as much of the caption as two lines hold; nothing where that is hardly a word."""
        room = self.button.width() - self.button.iconSize().width() - px(4 * tokens.UNIT)
        caption = shown(self.clip.caption) if self.clip is not None and room > px(LEAST) else ""
        metrics = self.button.fontMetrics()
        lines = two_lines(metrics, caption, room).split("\n")
        self.button.setText("\n".join(title(metrics.elidedText(line, Qt.TextElideMode.ElideRight, room)) for line in lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()

    def _icon(self, picture: QImage | None) -> QIcon:
        ratio, size = self.devicePixelRatioF(), self.button.iconSize()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        mark = px(tokens.ICON + 2)
        paint_letter(painter, self, QRect(0, (size.height() - mark) // 2, mark, mark), self.letter)
        if picture is not None:
            painter.drawImage(QRect(QPoint(mark + px(tokens.UNIT) // 2, 0), QSize(size.height(), size.height())), picture)
        painter.end()
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Active, QIcon.State.On)
        return icon

    def _show(self) -> None:
        pair = next((pair for pair in self.stage.kept if self.clip is not None and pair[0].id == self.clip.id), None)
        if pair is not None:
            self.stage.workspace.show(*pair)
        self.button.setChecked(True)

    def _remove(self) -> None:
        if self.clip is not None:
            self.stage.remove(self.clip)
