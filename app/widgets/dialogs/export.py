"""The export sheet: a purpose, a preview that moves, what can be changed, where to and how large, before anything is written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.export.plan import PURPOSES, can_be_together, with_plug_ins
from motionpatches.app.export.sheet import ExportSheet, available
from motionpatches.app.widgets.dialogs.export_fields import Fields
from motionpatches.app.widgets.drag_out import DragOut, HandOff
from motionpatches.app.widgets.plain import ItemList, Label, ask, title
from motionpatches.app.widgets.theme import of_kind, px, set_kind
from motionpatches.app.widgets.views.export_preview import ExportPreview

# Widths of the list of purposes and of the fields.
PURPOSE_WIDTH, FIELD_WIDTH = 150, 280


class ExportDialog(QDialog):
    """Asks what to export, as what, and where to; nothing is written before *Export*, and nothing is replaced unasked."""

    def __init__(self, export: ExportSheet, parent: QWidget | None = None):
        super().__init__(parent)
        self.export = export
        self.setWindowTitle("Export")
        self.purposes = ItemList()
        self.purposes.setAccessibleName("Purpose")
        self.purposes.setFixedWidth(px(PURPOSE_WIDTH))
        self.names = [name for name, purpose in with_plug_ins().items() if available(purpose.kind)]
        for name in self.names:
            entry = QListWidgetItem(PURPOSES[name].title, self.purposes)
            entry.setSizeHint(QSize(0, px(tokens.CONTROL)))
        self.what = QComboBox()
        self.what.setAccessibleName("What is exported")
        self.what.addItems([title(source.title) for source in export.sources])
        self.together = QCheckBox("All in one file")
        self.preview = ExportPreview(export)
        self.facts, self.warning = of_kind(Label(wrap=True), "secondary"), of_kind(Label(wrap=True), "warning")
        self.fields = Fields(export)
        self.line = QLineEdit()
        self.line.setAccessibleName("Where to")
        self.browse = QPushButton("Browse…")
        self.undo = QPushButton("Undo")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText("Export")
        hand_off = HandOff(export.workspace, lambda: export.plan)
        DragOut(self.preview, hand_off, lambda *_: export.source.items if export.plan.kind != "mp4" else ())
        self._lay_out()
        self._connect()
        self.show_plan()
        export.refresh()

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        for widget in (self.what, self.together, self.preview, self.facts):
            middle.addWidget(widget, 1 if widget is self.preview else 0)
        scroll = QScrollArea()
        scroll.setWidget(self.fields)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(px(FIELD_WIDTH))
        columns = QHBoxLayout()
        columns.setSpacing(px(tokens.PADDING))
        columns.addWidget(self.purposes)
        columns.addLayout(middle, 1)
        columns.addWidget(scroll)
        place = QHBoxLayout()
        place.addWidget(Label("To"))
        place.addWidget(self.line, 1)
        place.addWidget(self.browse)
        below = QHBoxLayout()
        below.addWidget(self.undo)
        below.addWidget(self.warning, 1)
        below.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setSpacing(px(tokens.PADDING))
        column.addLayout(columns, 1)
        column.addLayout(place)
        column.addLayout(below)
        self.resize(px(880), px(620))

    def _connect(self) -> None:
        export = self.export
        self.purposes.currentRowChanged.connect(lambda row: export.set_purpose(self.names[row]) if row >= 0 else None)
        self.what.activated.connect(lambda index: export.choose(export.sources[index]))
        self.together.clicked.connect(export.set_together)
        self.line.editingFinished.connect(self._typed)
        self.browse.clicked.connect(self._browse)
        self.undo.clicked.connect(export.history.undo)
        QShortcut(QKeySequence.StandardKey.Undo, self, export.history.undo)
        QShortcut(QKeySequence.StandardKey.Redo, self, export.history.redo)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        export.changed.connect(self.show_plan)
        export.history.changed.connect(self.show_plan)
        export.previewed.connect(self._tell)
        export.estimated.connect(self._tell)

    def show_plan(self) -> None:
        """Show the state of the sheet."""
        export = self.export
        if export.purpose in self.names:
            self.purposes.blockSignals(True)
            self.purposes.setCurrentRow(self.names.index(export.purpose))
            self.purposes.blockSignals(False)
        self.what.setCurrentIndex(export.sources.index(export.source))
        self.together.setVisible(len(export.source.items) > 1 and can_be_together(export.plan.kind))
        self.together.setChecked(export.way == "together")
        if not self.line.hasFocus() or not self.line.isModified():
            self.line.setText(str(export.path))
        self.undo.setEnabled(bool(export.history.undo_name))
        self._tell()

    def _tell(self) -> None:
        """Show what will be written, or why it cannot be."""
        self.facts.setText(self.export.facts)
        warning = self.export.warning
        self.warning.setText(warning)
        set_kind(self.warning, "warning")
        self.save.setEnabled(not warning)

    def _typed(self) -> None:
        text = self.line.text().strip()
        if text and self.line.isModified():
            self.line.setModified(False)
            self._set_path(Path(text).expanduser())

    def _set_path(self, path: Path) -> None:
        """Take a path; a file gets the suffix of its kind where it has another."""
        suffix = self.export.plan.format.suffix
        if self.export.way != "each" and path.suffix.lower() != suffix:
            path = path.with_name(path.name + suffix)
        self.export.set_path(path if path.is_absolute() else self.export.folder / path)
        self.line.setText(str(self.export.path))

    def _browse(self) -> None:
        export = self.export
        if export.way == "each":
            name = QFileDialog.getExistingDirectory(self, "Folder for the files and their list", str(export.folder))
        else:
            pattern = f"{export.plan.format.title} (*{export.plan.format.suffix})"
            # What is there already is asked about once, when it is about to be replaced.
            options = QFileDialog.Option.DontConfirmOverwrite
            name, _ = QFileDialog.getSaveFileName(self, "Export", str(export.path), pattern, options=options)
        if name:
            self._set_path(Path(name))

    def accept(self) -> None:
        """Begin the export, unless something would be replaced that should not be."""
        self._typed()
        if self.export.warning:
            return
        existing = self.export.request.existing()
        if existing:
            one = len(existing) == 1
            text = f"{existing[0].name} exists already" if one else f"{len(existing)} of the files exist already"
            if not ask(self, "Replace", f"{text} in {existing[0].parent}. Replace {'it' if one else 'them'}?"):
                return
        self.export.start(replaces=bool(existing))
        super().accept()

    def done(self, result: int) -> None:
        """End the preview with the dialog."""
        self.export.close()
        self.preview.close_pictures()
        super().done(result)
