"""Captions in a library's own files: where they lie, and the few bytes that an edit changes in them."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from motionpatches.core import restore
from motionpatches.core.errors import FileProblem
from motionpatches.core.io.text import read_bytes
from motionpatches.core.library.caption_table import CaptionTable, caption_table, read_captions_csv
from motionpatches.core.library.caption_text import CaptionText
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.changes import changes, merged
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import FOLDER, Lines
from motionpatches.core.library.text_file import MOST, Splice, TextFile, spliced, text_file
from motionpatches.core.restore import Before

TEXT_LAYOUTS = ("HumanML3D folder", "KIT-ML folder")
TABLE = "captions.csv"
# Lines and rows that edits have taken out of files, and that come back as they were.
REMEMBERED = 100_000


class OwnFile(NamedTuple):
    """A text file, and how it names a take where it is a table, else ''."""

    file: Path
    name: str = ""


class Edit(NamedTuple):
    """Captions of a take in an own file: those wanted, and those that were edited (None: whatever stands there is replaced)."""

    name: str
    wanted: Lines
    before: Lines | None


class OwnFiles:
    """Finds the own files of a library's takes; each table is read once."""

    def __init__(self, library: Library):
        self.library = library
        self._tables: dict[Path, CaptionTable | None] = {}

    def of(self, clip: Clip) -> OwnFile | None:
        """The file of the library's own format that holds the captions of a clip's take; None where the format has none of a kind
        that is written here. A take of a file of several has a row in captions.csv, if any. Raises FileProblem."""
        path = clip.path
        if self.library.layout in TEXT_LAYOUTS:
            return OwnFile(self.library.root / "texts" / f"{path.stem}.txt")
        if self.library.layout != FOLDER:
            return None
        file, name = path.parent / TABLE, file_name(clip)
        if file not in self._tables:
            self._tables[file] = read_captions_csv(file) if file.exists() else None
        table = self._tables[file]
        if table is not None and (clip.take or name in table.by_file):
            return OwnFile(file, name)
        return None if clip.take or self._shares_text(path) else OwnFile(path.with_suffix(".txt"))

    def _shares_text(self, path: Path) -> bool:
        """Whether the text beside a file would be that of another format of the same name too."""
        start = str(path).removesuffix(path.suffix) + "."
        return any(str(c.path).startswith(start) and c.path != path and c.path.stem == path.stem for c in self.library.clips)


def own_files(library: Library) -> str:
    """The own files that edits of a library's captions can change, in words; '' where its format has none that are written."""
    if library.layout in TEXT_LAYOUTS:
        return f"the text files in {library.root / 'texts'}"
    if library.layout == FOLDER:
        places = ", ".join(str(part.library.root) for part in library.sources)
        return f"{TABLE}, or the text file beside each motion, in {places}"
    return ""


def file_name(clip: Clip) -> str:
    """How captions.csv names a take: its file, or 'file#take' in a file of several."""
    return f"{clip.path.name}#{clip.take}" if clip.take else clip.path.name


_Form = tuple[Path, str, CaptionLine]
_forms: OrderedDict[_Form, str] = OrderedDict()


def edit_file(root: Path, file: Path, edits: Mapping[str, Edit], again: bool = False) -> tuple[dict[str, Lines], Before | None]:
    """Change the captions of takes in an own file of the library at `root`, and nothing else in it.

    The file is read again, and what was changed in it since `before` stays. A caption that an edit has taken out comes back with
    all that its line or row held.

    Args:
        root: of the library.
        file: an own file of it.
        edits: by take.
        again: an edit is undone or redone: a take whose captions something else has changed at the same place is left alone.

    Returns:
        What stands there now, by take, and what takes the edit back; None where nothing had to be written.

    Raises:
        FileProblem: the file cannot be written, has an encoding without the letters, or is reached through a link.
    """
    check_place(root, file)
    data = read_bytes(file, MOST) if os.path.lexists(file) else None
    source = TextFile(file) if data is None else text_file(file, data)
    content = caption_table(source) if file.name == TABLE else CaptionText(source)
    standing = {take: None if data is None else _standing(content, edit.name) for take, edit in edits.items()}
    lines = {take: combined(edit, standing[take], again) for take, edit in edits.items()}
    _keep_forms(file, content, edits)
    new = source.encoded(spliced(source.text, _splices(content, {edit.name: lines[take] for take, edit in edits.items()}))[0])
    return lines, restore.write(file, new, data) if new != data else None


def check_place(root: Path, file: Path) -> None:
    """Refuse a file that a link in the library leads to, and a library that is gone. Raises FileProblem."""
    if not root.exists():
        raise FileProblem(root, "it is no longer there", "Connect its drive again")
    if file.is_symlink() or file.parent.resolve() != file.parent:
        raise FileProblem(file, "a link leads to it, perhaps out of the library, so it is not written", "Put a copy in its place")


def _standing(content: CaptionTable | CaptionText, name: str) -> Lines | None:
    """The captions of a take as its file has them; None where it says nothing of it."""
    if isinstance(content, CaptionText):
        return tuple(content.lines())
    rows = content.by_file.get(name)
    return None if rows is None else tuple(row.line for row in rows if row.line is not None)


def combined(edit: Edit, standing: Lines | None, again: bool) -> Lines:
    """What stands where `standing` does (None: the file does not name the take) after an edit. `again`: see `edit_file`."""
    if edit.before is None or standing is None:
        return edit.wanted
    if again and any(line not in standing for _, old, _ in changes(edit.before, edit.wanted) for line in old):
        return standing
    return merged(edit.before, edit.wanted, standing)


def _splices(content: CaptionTable | CaptionText, wanted: Mapping[str, Lines]) -> list[Splice]:
    file = content.source.path

    def form(name: str, line: CaptionLine) -> str | None:
        return _forms.get((file, name, line))

    if isinstance(content, CaptionTable):
        return content.splices(wanted, form)
    return content.splices(list(wanted.values())[-1], lambda line: form("", line))


def _keep_forms(file: Path, content: CaptionTable | CaptionText, edits: Mapping[str, Edit]) -> None:
    """Remember the lines or rows of the takes that are edited, as they are."""
    for name in {edit.name for edit in edits.values()}:
        for line, form in content.forms(name) if isinstance(content, CaptionTable) else content.forms():
            _forms[file, name, line] = form
            _forms.move_to_end((file, name, line))
    while len(_forms) > REMEMBERED:
        _forms.popitem(last=False)
