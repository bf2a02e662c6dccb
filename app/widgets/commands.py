"""The commands of the menus that ask in a dialog: open, check, export, import, set, tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget

from motionpatches.app.background.reveal import reveal, reveal_own
from motionpatches.app.export.window_picture import save_picture
from motionpatches.app.gl.camera import Camera
from motionpatches.app.viewmodels.examples import search_elsewhere, search_like_file
from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.ask_path import ask_file, ask_files, ask_folder, ask_new_file
from motionpatches.app.widgets.dialogs.report import ReportDialog
from motionpatches.app.widgets.dialogs.settings import SettingsDialog
from motionpatches.app.widgets.plain import shown, tell, warn
from motionpatches.app.widgets.theme import set_appearance
from motionpatches.core import paths as app_paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.caption_import import CaptionImport
    from motionpatches.app.viewmodels.import_check import ImportCheck
    from motionpatches.core.library.sheet_exchange import SheetPlan


# Characters of a caption in a list of captions.
CAPTION = 120


class Commands:
    """Each method is one command."""

    def __init__(self, view_models: ViewModels, settings: QSettings, parent: QWidget, camera: Callable[[], Camera]):
        """
        Args:
            view_models: What the commands act on.
            settings: Keep the choices of the dialogs.
            parent: The window that dialogs belong to, and that screenshots show.
            camera: Returns the camera of the stage.
        """
        self.view_models, self.settings, self.parent, self.camera = view_models, settings, parent, camera
        self.workspace, self.search, self.playback = view_models.workspace, view_models.search, view_models.playback

    # Files --------------------------------------------------------------------------------------------------------------

    def open_files(self) -> None:
        """Ask for files, and open them as one library."""
        from motionpatches.core.io.load import suffixes  # the readers take a while to import

        kinds = " ".join(f"*{suffix}" for suffix in sorted(suffixes()))
        files = ask_files(self.parent, "motions", "Open motions", f"Motions ({kinds});;All files (*)")
        if files:
            self.take(files)

    def take(self, paths: list[Path]) -> None:
        """Open files or folders; while a library is open, ask whether to add them, open them instead, or find similar motions."""
        from motionpatches.app.widgets.dialogs.dropped import ADD, CHARACTER, OPEN, SIMILAR, DroppedDialog

        library = self.workspace.library
        if library is None:
            self.workspace.open(paths)
            return
        dialog = DroppedDialog(paths, library.name, self.parent)
        dialog.exec()
        dialog.deleteLater()
        if dialog.chosen == ADD:
            self.workspace.add(paths)
        elif dialog.chosen == OPEN:
            self.workspace.open(paths)
        elif dialog.chosen == CHARACTER:
            self.view_models.characters.choose(str(paths[0]))
        elif dialog.chosen == SIMILAR:
            search_like_file(self.search, paths[0])

    def choose_character(self) -> None:
        """Ask for the file of a character, and show it instead of the figure."""
        from motionpatches.core.figure.character import SUFFIXES

        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        file = ask_file(self.parent, "characters", "Show motions on a character", f"Characters ({kinds});;All files (*)")
        if file:
            self.view_models.characters.choose(str(file))

    def add_folder(self) -> None:
        """Ask for a folder, and open it together with what is open."""
        folder = ask_folder(self.parent, "motions", "Add a folder of motions")
        if folder:
            self.workspace.add([folder])

    def search_elsewhere(self) -> None:
        """Ask for another library, open it, and search it for motions like the shown one, or the marked range of it."""
        folder = ask_folder(self.parent, "motions", "Open the library to search")
        if folder:
            search_elsewhere(self.search, [folder], *(self.playback.range_s or (0.0, 0.0)))

    def open_folder(self, layout: str = "") -> None:
        """Ask for a folder, and open it; as a layout by name where one is given."""
        folder = ask_folder(self.parent, "motions", f"Open a {layout or 'folder of motions'}")
        if folder:
            self.workspace.open([folder], layout)

    def open_model(self) -> None:
        """Ask for a model folder, and load it."""
        folder = ask_folder(self.parent, "models", "Open a model folder")
        if folder:
            self.workspace.load_model(folder)

    def check_import(self) -> None:
        """Open Check Import for the clip on the stage."""
        from motionpatches.app.viewmodels.import_check import check_shown

        refused = check_shown(self.workspace, self._check, lambda reason: tell(self.parent, "Check Import", reason))
        if refused:
            tell(self.parent, "Check Import", refused)

    def _check(self, check: ImportCheck) -> None:
        from motionpatches.app.widgets.dialogs.import_check import ImportCheckDialog

        dialog = ImportCheckDialog(check, self.playback, self.parent)
        if dialog.exec():
            check.apply(self.view_models.corrections)
        dialog.deleteLater()

    def show_left_out(self) -> None:
        """Name the files of the open library's folder that are not in it."""
        from motionpatches.core.library.left_out import other_files, report

        library = self.workspace.library
        if library is None:
            tell(self.parent, "Files Left Out", "Open a library first.")
            return

        def show(text: str) -> None:
            if not text:
                tell(self.parent, "Files Left Out", f"Every file of {library.name} is in the library.")
                return
            dialog = ReportDialog(f"Not in the library {library.name}:", text, parent=self.parent, title="Files Left Out")
            dialog.exec()
            dialog.deleteLater()

        self.workspace.lanes.files.submit(
            "left out", lambda: report(library, other_files(library)), show, self.workspace.failed.emit
        )

    def export(self) -> None:
        """Ask what to export and where, and begin."""
        from motionpatches.app.widgets.dialogs.export import ExportDialog
        from motionpatches.app.widgets.export_sources import can_export, sheet_of

        wrong = can_export(self.workspace)
        if wrong:
            tell(self.parent, "Export", wrong)
            return
        dialog = ExportDialog(sheet_of(self.view_models, self.settings, self.camera(), self.parent), self.parent)
        dialog.exec()
        dialog.deleteLater()

    def save_screenshot(self) -> None:
        """Ask for a file, and save a picture of the window."""
        picture = self.parent.grab()
        file = ask_new_file(self.parent, "pictures", "Save screenshot", "studio.png", "Images (*.png)")
        try:
            if file:
                save_picture(picture, file)
        except StudioError as error:
            warn(self.parent, "Not saved", str(error))

    def copy_screenshot(self) -> None:
        """Put a picture of the window on the clipboard."""
        QApplication.clipboard().setPixmap(self.parent.grab())

    def save_add_on(self) -> None:
        """Ask for a file, and write Blender's add-on, to be installed in Blender."""
        source = app_paths.blender_add_on()
        file = ask_new_file(self.parent, "add-on", "Save Blender add-on", source.name, "Python (*.py)")
        try:
            if file:
                write_atomically(file, source.read_bytes())
                where = "In Blender: Preferences > Add-ons > Install from Disk."
                show = Action("Show in Folder", lambda: reveal([file], self.workspace.lanes.files, self.workspace.failed.emit))
                self.workspace.notices.say(f"Saved {file.name}. {where}", show)
        except (OSError, StudioError) as error:
            warn(self.parent, "Not saved", str(error))

    # Captions and settings ------------------------------------------------------------------------------------------------

    def import_captions(self) -> None:
        """Ask for a table, show what it changes, and take its captions over."""
        from motionpatches.app.viewmodels.caption_import import read_captions

        title = "Import captions: a table with the columns file and caption"
        file = ask_file(self.parent, "captions", title, "Tables (*.csv);;All files (*)")
        if file:
            read_captions(self.view_models.captions, file, self.preview_captions)

    def preview_captions(self, found: CaptionImport) -> None:
        """Show what a table would change, and import it where that is accepted."""
        from motionpatches.app.widgets.dialogs.caption_import import CaptionImportDialog

        dialog = CaptionImportDialog(found, self.parent)
        if dialog.exec():
            found.apply()
        dialog.deleteLater()

    def export_captions(self) -> None:
        """Ask for a file, and write the library's captions as a table."""
        file = ask_new_file(self.parent, "captions", "Export captions", "captions.csv", "Tables (*.csv)")
        if file:
            self.view_models.captions.export_csv(file)

    def import_sheet(self) -> None:
        """Ask for a table, show what it changes in the take sheet, and take it over."""
        file = ask_file(self.parent, "sheets", "Import a take sheet: a table with a column take", "Tables (*.csv);;All files (*)")
        if file:
            self.view_models.sheet.read(file, self.preview_sheet)

    def preview_sheet(self, plan: SheetPlan) -> None:
        """Show what a table would change, and import it where that is accepted."""
        from motionpatches.app.widgets.dialogs.sheet_import import SheetImportDialog

        dialog = SheetImportDialog(self.view_models.sheet, plan, self.parent)
        if dialog.exec():
            self.view_models.sheet.take_over(plan)
        dialog.setParent(None)

    def export_sheet(self) -> None:
        """Ask for a file, and write the take sheet as a table."""
        file = ask_new_file(self.parent, "sheets", "Export the take sheet", "take-sheet.csv", "Tables (*.csv)")
        if file:
            self.view_models.sheet.export(file)

    def show_settings(self) -> None:
        """Show the settings until they are closed."""
        self.settings_dialog().exec()

    def share_library(self) -> None:
        """Show the page of the settings for the shared gallery of the open library."""
        dialog = self.settings_dialog()
        dialog.pages.setCurrentWidget(dialog.shared)
        dialog.exec()

    def settings_dialog(self) -> SettingsDialog:
        """Make the dialog of the settings."""
        v = self.view_models
        return SettingsDialog(self.settings, v.workspace, v.stage, v.playback, v.corrections, v.shared, self.parent)

    def set_appearance(self, name: str) -> None:
        """Use one of APPEARANCES, now and at the next start."""
        self.settings.setValue("appearance", name)
        set_appearance(name)

    # Search ---------------------------------------------------------------------------------------------------------------

    def nearest_captions(self) -> None:
        """Show the captions of the library nearest to the shown motion."""
        clip = self.workspace.clip
        if clip is None:
            return

        def done(found: list[tuple[str, float]]) -> None:
            rows = "\n".join(f"{score:.2f}   {shown(text, CAPTION)}" for text, score in found)
            tell(self.parent, f"Captions nearest to {clip.id}", rows or "This library has no captions.")

        self.search.captions_of(clip, done)

    # Help -----------------------------------------------------------------------------------------------------------------

    def show_about(self) -> None:
        """Show versions and licences."""
        from motionpatches.app.widgets.dialogs.about import AboutDialog  # reads what is known of packages

        AboutDialog(self.workspace.device_label, self.workspace.device_reason, self.parent).exec()

    def show_reports(self) -> None:
        """Show the folder of reports in the system's file manager."""
        reveal_own(app_paths.reports(), self.workspace.lanes.files, self.workspace.failed.emit)
