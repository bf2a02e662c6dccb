"""The commands on the chosen takes: mark, caption, keep, search like, show in folder, copy."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from motionpatches.app.background.reveal import reveal
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.collection_menus import ask_new
from motionpatches.app.widgets.dialogs.caption_batch import ask_caption, ask_replacement
from motionpatches.app.widgets.dialogs.tags import ask_tags
from motionpatches.app.widgets.dialogs.take_sheet import ask_sheet
from motionpatches.app.widgets.plain import ask_text
from motionpatches.app.widgets.verbs import Verb
from motionpatches.core.library.library import Clip

NOTHING = "Choose a take first."
ONE = "Choose one take alone."


class TakeCommands:
    """Each method is one command; `why_not_…` say why one is not possible now, '' where it is."""

    def __init__(self, view_models: ViewModels, parent: QWidget):
        self.view_models, self.parent = view_models, parent
        self.workspace, self.selection = view_models.workspace, view_models.selection

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The chosen takes."""
        return self.selection.clips

    @property
    def files(self) -> list[Path]:
        """The files of the chosen takes, each once."""
        return list(dict.fromkeys(clip.path for clip in self.clips))

    @property
    def what(self) -> str:
        """What the chosen takes are called in a title."""
        return self.clips[0].id if len(self.clips) == 1 else f"{len(self.clips):,} takes"

    def on_shown(self, do: Verb) -> None:
        """Do a command on the shown take, whatever else is chosen."""
        if self.workspace.clip is not None:
            before = self.clips
            self.selection.choose([self.workspace.clip])
            do()
            self.selection.choose(before)

    def why_not(self) -> str:
        """Any command on takes."""
        return "" if self.clips else NOTHING

    def why_not_one(self) -> str:
        """A command on one take."""
        return ONE if len(self.clips) > 1 else self.why_not()

    def why_not_compare(self) -> str:
        return "" if self.view_models.stage.kept or len(self.clips) > 1 else "Keep takes for comparison, or choose several."

    def why_not_more_like(self) -> str:
        if self.why_not_one() or self.workspace.retriever is not None:
            return self.why_not_one()
        return "The model is not loaded yet." if self.workspace.model is None else "The library is being indexed."

    def why_not_captions(self) -> str:
        """A command that needs captions."""
        return self.why_not() or ("" if any(clip.captions for clip in self.clips) else "The chosen takes have no captions.")

    def why_not_take_out(self) -> str:
        """A command that takes takes out of a collection."""
        in_one = self.view_models.collections.is_any_in(self.clips)
        return self.why_not() or ("" if in_one else "The chosen takes are in no collection.")

    def why_not_range(self) -> str:
        return "" if self.view_models.playback.range_s else "Mark a range on the timeline first (I, O)."

    def why_not_refresh(self) -> str:
        return "" if self.workspace.library is not None else "Nothing is open."

    def toggle_favourite(self) -> None:
        """Make the chosen takes favourites; where all are, none."""
        if self.clips:
            self.view_models.marks.toggle_favourite(*self.clips)

    def edit_tags(self) -> None:
        """Ask for the tags that all chosen takes share."""
        clips, marks = self.clips, self.view_models.marks
        if clips:
            text = ask_tags(self.parent, self.what, marks.shared_tags(clips), marks.tags)
            if text is not None:
                marks.tag(clips, text)

    def edit_sheet(self) -> None:
        """Ask for the fields of the chosen takes in the take sheet."""
        clips, sheet = self.clips, self.view_models.sheet
        if clips:
            values = ask_sheet(sheet, clips, self.what, self.parent)
            if values:
                sheet.edit(clips, values)

    def new_collection(self) -> None:
        """Ask for the name of a collection that the chosen takes are put into."""
        ask_new(self.view_models.collections, self.clips, self.parent)

    def add_caption(self) -> None:
        """Ask for a caption, and add it to the chosen takes."""
        clips = self.clips
        if clips:
            text = ask_text(self.parent, f"Add a caption to {self.what}", "Caption:", "")
            if text is not None and text.strip():
                self.view_models.captions.add_to(clips, text)

    def remove_caption(self) -> None:
        """Ask for one of the captions of the chosen takes, and remove it from them."""
        clips, captions = self.clips, self.view_models.captions
        if not self.why_not_captions():
            text = ask_caption(self.parent, self.what, captions.of(clips))
            if text:
                captions.remove_from(clips, text)

    def replace_in_captions(self) -> None:
        """Ask for a text, and replace it in all captions of the chosen takes."""
        clips, captions = self.clips, self.view_models.captions
        if not self.why_not_captions():
            old, new = ask_replacement(self.parent, self.what, captions.of(clips))
            if old:
                captions.replace_in(clips, old, new)

    def keep(self) -> None:
        """Keep the chosen takes for comparison; twice takes them away again."""
        shown = self.workspace.clip
        if shown is not None and [clip.id for clip in self.clips] == [shown.id]:
            self.view_models.stage.keep()
        elif self.clips:
            self.view_models.stage.keep_all(self.clips)

    def compare(self) -> None:
        """Compare the chosen takes; where one is chosen, the kept ones, or no longer."""
        if len(self.clips) > 1:
            self.view_models.stage.compare(self.clips)
        else:
            self.view_models.stage.toggle_comparing()

    def more_like_this(self, part: int = -1) -> None:
        """Search for motions like the chosen take, or like the marked range where it is shown; by one body part alone."""
        if self.why_not_more_like():
            return
        (clip,) = self.clips
        shown = self.workspace.clip is not None and self.workspace.clip.id == clip.id
        start, end = (self.view_models.playback.range_s if shown else None) or (0.0, 0.0)
        self.view_models.search.more_like(clip, start, end, part)

    def reveal(self) -> None:
        """Show the files of the chosen takes in the system's file manager."""
        if self.clips:
            reveal(self.files, self.workspace.lanes.files, self.workspace.failed.emit)

    def copy_path(self) -> None:
        """Put the paths of the chosen takes' files on the clipboard, one per line."""
        files = self.files
        if files:
            QApplication.clipboard().setText("\n".join(map(str, files)))
            self.workspace.notices.say("Copied the path." if len(files) == 1 else f"Copied {len(files):,} paths.")

    def refresh(self) -> None:
        """Look for files of the library that are new, changed or gone."""
        self.workspace.rescan()

    def show(self) -> None:
        """Show the first chosen take on the stage."""
        if self.clips:
            self.workspace.show_clip(self.clips[0])
