"""Storage of edited captions: the library's own text files, or a file of the user's that overrides them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.captions import CaptionLine, format_humanml3d, read_captions_csv, read_text
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import FOLDER, Lines, clips_of, take_id, with_lines

TEXT_LAYOUTS = ("HumanML3D folder", "KIT-ML folder")


def sidecar_file(root: Path) -> Path:
    return paths.user_captions() / f"{hashlib.sha256(str(root).encode()).hexdigest()[:16]}.json"


def read_sidecar(root: Path) -> dict[str, Lines]:
    """By take. Raises FileProblem where the file is damaged."""
    file = sidecar_file(root)
    if not file.exists():
        return {}
    try:
        takes = json.loads(read_text(file))["takes"]
        return {take: tuple(CaptionLine(str(t), float(a), float(b)) for t, a, b in lines) for take, lines in takes.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FileProblem(
            file, "your captions for this library could not be read", "Remove the file or bring back a copy"
        ) from None


def over(library: Library) -> Library:
    """Return the library with the user's captions in place of its own."""
    try:
        captions = read_sidecar(library.root)
        return with_lines(library, captions) if captions else library
    except StudioError as error:
        return replace(library, notes=(str(error), *library.notes))


@dataclass(frozen=True)
class Saved:
    """Where captions went; `problem`: why some went into the user's file instead of the library's own, or ''."""

    files: frozenset[Path]
    problem: str = ""


def own_file(library: Library, clip: Clip) -> Path | None:
    """The text file of the library's own format that holds the captions of a clip's take; None where the format has none of
    a kind that is written here. A take of a file of several has a row in captions.csv, if any."""
    path = clip.path
    if library.layout in TEXT_LAYOUTS:
        return library.root / "texts" / f"{path.stem}.txt"
    if library.layout == FOLDER:
        table = path.parent / "captions.csv"
        if table.exists() and (clip.take or _file_name(clip) in read_captions_csv(table)):
            return table
        return None if clip.take else path.with_suffix(".txt")
    return None


def _file_name(clip: Clip) -> str:
    """How captions.csv names a take: its file, or 'file#take' in a file of several."""
    return f"{clip.path.name}#{clip.take}" if clip.take else clip.path.name


def save(library: Library, wanted: Mapping[str, Lines], own: bool) -> Saved:
    """Keeps the captions of takes. `own`: in the library's own files where its format has them and they can be written;
    else in the user's. Raises FileProblem where that cannot be written either."""
    written, mine, kept, problem = set(), {}, read_sidecar(library.root), ""
    for take, clips in clips_of(library, wanted).items():
        try:
            file = own_file(library, clips[0]) if own else None
            if file is not None:
                write_atomically(file, _own_text(file, _file_name(clips[0]), wanted[take]))
                written.add(file)
                continue
        except FileProblem as refused:
            problem = f"{refused} The captions are kept in your own file instead."
        mine[take] = wanted[take]
    left = {take: lines for take, lines in (kept | mine).items() if take in mine or take not in wanted}
    if left != kept:
        file = sidecar_file(library.root)
        rows = {take: [[line.text, line.start_s, line.end_s] for line in lines] for take, lines in left.items()}
        write_atomically(file, json.dumps({"root": str(library.root), "takes": rows}, ensure_ascii=False, indent=1))
        written |= {file} if mine else set()
    return Saved(frozenset(written), problem)


def _own_text(file: Path, name: str, lines: Lines) -> str:
    if file.suffix == ".txt":
        return format_humanml3d(lines, read_text(file) if file.exists() else "")
    reader = csv.DictReader(io.StringIO(read_text(file)))
    columns = list(reader.fieldnames or [])
    rows = list(reader)
    at = next((i for i, row in enumerate(rows) if row["file"] == name), len(rows))
    if any(line.start_s or line.end_s for line in lines):
        columns += [c for c in ("start", "end") if c not in columns]
    mine = [
        {"file": name, "caption": line.text, "start": _seconds(line.start_s), "end": _seconds(line.end_s)} for line in lines
    ] or [{"file": name, "caption": ""}]
    before = {row["caption"]: row for row in rows if row["file"] == name}
    mine = [{**before.get(row["caption"], {}), **row} for row in mine]
    others = [row for row in rows[at:] if row["file"] != name]
    return _table(columns, [*rows[:at], *mine, *others])


def export_csv(library: Library) -> str:
    """A table of every caption: file, start, end (seconds; empty: the whole take), split, caption. A take without captions
    has a row with an empty one, to be filled in."""
    rows = [
        {"file": _name(library, c), "start": _seconds(c.start_s), "end": _seconds(c.end_s), "split": c.split, "caption": text}
        for c in library.clips
        for text in (c.captions or ("",))
    ]
    return _table(["file", "start", "end", "split", "caption"], rows)


def import_csv(library: Library, path: Path) -> tuple[dict[str, Lines], list[str]]:
    """Captions by take from a table with the columns file and caption (and start, end), and the names that the library
    does not have. A file is named as in an exported table, by its own name, or by its take. Raises FileProblem."""
    names: dict[str, str] = {}
    for clip in library.clips:
        own = (_file_name(clip),) if clip.take else (clip.path.stem, clip.path.name)
        for name in (*own, _name(library, clip), take_id(clip)):
            names[name] = take_id(clip)
    found: dict[str, list[CaptionLine]] = {}
    unknown = []
    for name, lines in read_captions_csv(path).items():
        if name in names:
            found.setdefault(names[name], []).extend(lines)
        else:
            unknown.append(name)
    return {take: tuple(lines) for take, lines in found.items()}, unknown


def _name(library: Library, clip: Clip) -> str:
    inside = clip.path != library.root and clip.path.is_relative_to(library.root)
    if not inside:
        return take_id(clip)
    return clip.path.relative_to(library.root).as_posix() + (f"#{clip.take}" if clip.take else "")


def _seconds(value: float) -> str:
    return f"{value:g}" if value else ""


def _table(columns: list[str], rows: list[dict[str, Any]]) -> str:
    stream = io.StringIO()
    table = csv.DictWriter(stream, columns, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return stream.getvalue()
