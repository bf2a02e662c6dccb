"""Captions in a library's own files: where they lie, and the few bytes that an edit changes in them."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.text import read_bytes
from motionpatches.core.library.caption_table import CaptionTable, caption_table, read_captions_csv
from motionpatches.core.library.caption_text import CaptionText
from motionpatches.core.library.changes import merged
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import FOLDER, Lines
from motionpatches.core.library.text_file import MOST, Splice, TextFile, spliced, text_file

TEXT_LAYOUTS = ("HumanML3D folder", "KIT-ML folder")
TABLE = "captions.csv"
# Edits that can be taken back byte for byte.
REMEMBERED = 1000


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


def file_name(clip: Clip) -> str:
    """How captions.csv names a take: its file, or 'file#take' in a file of several."""
    return f"{clip.path.name}#{clip.take}" if clip.take else clip.path.name


class _Back(NamedTuple):
    """How a file becomes again what it was. `created`: there was none."""

    splices: Sequence[Splice]
    created: bool


# By file, digest of what it holds, and the captions that are wanted again.
_Key = tuple[Path, str, tuple[tuple[str, Lines], ...]]
_back: OrderedDict[_Key, _Back] = OrderedDict()


def edit_file(root: Path, file: Path, edits: Mapping[str, Edit]) -> dict[str, Lines]:
    """Change the captions of takes in an own file of the library at `root`, and nothing else in it.

    The file is read again, and what was changed in it since `before` stays. An edit that takes the last one back restores every
    byte.

    Returns:
        What stands there now, by take.

    Raises:
        FileProblem: the file cannot be written, has an encoding without the letters, or is reached through a link.
    """
    _check_place(root, file)
    data = read_bytes(file, MOST) if os.path.lexists(file) else None
    source = TextFile(file) if data is None else text_file(file, data)
    content = caption_table(source) if file.name == TABLE else CaptionText(source)
    standing = {take: None if data is None else _standing(content, edit.name) for take, edit in edits.items()}
    lines = {take: _wanted(edit, standing[take]) for take, edit in edits.items()}
    known = _back.get(_key(file, data, lines))
    if known is not None:
        text, back = spliced(source.text, known.splices)
        new = None if known.created else source.encoded(text)
    else:
        text, back = spliced(source.text, _splices(content, {edit.name: lines[take] for take, edit in edits.items()}))
        new = source.encoded(text)
    if new != data:
        _write(file, new)
        before = {take: (edit.before or ()) if (now := standing[take]) is None else now for take, edit in edits.items()}
        _remember(_key(file, new, before), _Back(back, data is None))
    return lines


def _check_place(root: Path, file: Path) -> None:
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


def _wanted(edit: Edit, standing: Lines | None) -> Lines:
    return edit.wanted if edit.before is None or standing is None else merged(edit.before, edit.wanted, standing)


def _splices(content: CaptionTable | CaptionText, wanted: Mapping[str, Lines]) -> list[Splice]:
    return content.splices(list(wanted.values())[-1]) if isinstance(content, CaptionText) else content.splices(wanted)


def _write(file: Path, data: bytes | None) -> None:
    if data is not None:
        return write_atomically(file, data)
    try:
        file.unlink()
    except OSError as error:
        raise os_problem(file, error) from error


def _key(file: Path, data: bytes | None, lines: Mapping[str, Lines]) -> _Key:
    return file, "" if data is None else hashlib.sha256(data).hexdigest(), tuple(sorted(lines.items(), key=itemgetter(0)))


def _remember(key: _Key, back: _Back) -> None:
    _back[key] = back
    _back.move_to_end(key)
    if len(_back) > REMEMBERED:
        _back.popitem(last=False)
