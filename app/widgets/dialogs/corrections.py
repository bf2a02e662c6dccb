"""The page of the settings that lists the import corrections."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from motionpatches.app.viewmodels.import_corrections import ImportCorrections, rig, where, words
from motionpatches.app.widgets.dialogs.list_page import ListPage

COLUMNS = ("What", "Rig", "Where", "When")
ABOUT = "Corrections made in Check Import. Undo (Ctrl+Z) in the main window restores removed ones."


class CorrectionsPage(ListPage):
    """List of import corrections. Undo in the window's Edit menu restores removed ones."""

    def __init__(self, corrections: ImportCorrections, parent: QWidget | None = None):
        super().__init__(ABOUT, "Import corrections", COLUMNS, narrow=(2, 3), parent=parent)
        self.corrections = corrections
        self.remove_all = QPushButton("Remove &All")
        self.remove.clicked.connect(lambda: self.corrections.remove(self.chosen))
        self.remove_all.clicked.connect(self.corrections.remove_all)
        self.add_buttons(self.remove, self.remove_all)
        corrections.changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Fill the list anew."""
        found = self.corrections.listed()
        self.show_entries(
            (entry, (words(entry.correction), rig(entry), where(entry), entry.when), {2: entry.place or "This rig everywhere"})
            for entry in found
        )
        unread = self.corrections.unread()
        nothing = "" if found else "There are no corrections."
        self.note.setText(f"{unread} cannot be read and {'is' if unread == 1 else 'are'} not used." if unread else nothing)
        self.remove_all.setEnabled(bool(found or unread))
