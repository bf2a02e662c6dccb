"""The user's list of corrections on disk: one JSON file, read when it changes, written whole under a lock.

An entry with impossible values is skipped and counted; a file that is no such list is put aside. Neither ever stops an import.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple, get_args

from motionpatches.core import notices, paths, restore
from motionpatches.core.atomic import ASIDE, locked, put_aside, write_atomically
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.skeleton import Chains
from motionpatches.core.regular_file import read_regular
from motionpatches.core.restore import Before

Scope = Literal["file", "folder", "rig"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
IN_WORDS = {"file": "this file", "folder": "this folder", "rig": "this rig everywhere"}

FORMAT = 2
MAX_BYTES = 16 * 2**20
MAX_LABEL = 60
MAX_JOINTS = 10**6
SEE_LIST = "See the list in the settings"


@dataclass(frozen=True)
class Correction:
    """None (or, for chains, empty) leaves what is recognised. `unit_m`: metres per unit of the file; `up`: its up axis;
    `root_offset`: whether the root's OFFSET is added to its position channels. `by`: which scope each field is from."""

    unit_m: float | None = None
    up: str | None = None
    fps: float | None = None
    chains: Chains = ()
    root_offset: bool | None = None
    by: tuple[tuple[str, Scope], ...] = field(default=(), compare=False, repr=False)

    @property
    def token(self) -> str:
        """Changes with the correction; '' where there is none."""
        return "" if self == Correction() else hashlib.sha256(repr(self).encode()).hexdigest()[:8]

    def said(self) -> dict[str, Any]:
        """The fields that say something."""
        return {name: value for name in FIELDS if (value := getattr(self, name)) not in (None, ())}

    def over(self, other: Correction) -> Correction:
        """This correction, and the other's fields where this one says nothing."""
        mine = self.said()
        by = {name: scope for name, scope in other.by if name not in mine} | dict(self.by)
        return replace(other, **mine, by=tuple(by.items()))

    def reason(self, name: str) -> str:
        """Why a field of this name holds: 'said by you for this folder'."""
        scope = dict(self.by).get(name)
        return f"said by you for {IN_WORDS[scope]}" if scope else "said by you"


FIELDS = tuple(f.name for f in fields(Correction) if f.compare)


@dataclass(frozen=True)
class Remembered:
    """A correction as it is kept. `rig`: hierarchy_key; `place`: the file or folder, '' for the rig everywhere; `joints` (0 where
    it is not known) and `name` tell a person which rig; `when`: ISO date."""

    scope: Scope
    rig: str
    place: str
    joints: int
    name: str
    correction: Correction
    when: str

    @property
    def key(self) -> tuple[str, str, str]:
        """There is one correction at most for each."""
        return self.scope, self.rig, os.path.normcase(self.place)


class Kept(NamedTuple):
    """The list as read: its entries, how many could not be read, a hash of the file, and the corrections of each rig by scope
    and place."""

    entries: tuple[Remembered, ...] = ()
    unread: int = 0
    version: str = ""
    by_rig: dict[str, dict[tuple[str, str], Correction]] = {}


_seen: tuple[tuple[Any, ...], Kept] = ((), Kept())


def read(strict: bool = False) -> Kept:
    """The list, parsed again only where the file has changed. `strict` raises FileProblem where the file is there but cannot
    be read, so that it is not written over; else that counts as empty."""
    global _seen
    file = paths.corrections()
    try:
        stat = os.stat(file)
        stamp = (str(file), stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if _seen[0] != stamp:
            _seen = (stamp, _parsed(read_regular(file)))
        return _seen[1]
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        if strict:
            raise os_problem(file, error) from error
        return Kept()
    except (ValueError, FileProblem):
        kept = put_aside(file)
        if kept is not None:
            notices.tell(f"The list of import corrections could not be read. It was put aside as {kept.name}.")
        elif strict:
            raise FileProblem(file, "it is no list of import corrections", "Remove the file or bring back a copy") from None
        return Kept()


def change(gone: Iterable[Remembered], added: Iterable[Remembered], back: Before | None = None) -> Before:
    """Take entries out and put others in; all that is not named stays, also what another program wrote meanwhile.

    Args:
        gone: entries that go.
        added: entries that come.
        back: of the change that this one takes back, byte for byte where the file is as that one left it.

    Returns:
        What takes this change back.

    Raises:
        FileProblem: it cannot be written, or something else has changed the entries that are to be taken back.
    """
    gone, added, file = tuple(gone), tuple(added), paths.corrections()
    keys = {entry.key for entry in (*gone, *added)}
    with locked(file):
        undone = restore.take_back(back) if back is not None else None
        if undone is not None:
            _forget()
            return undone
        kept = read(strict=True)
        standing = {entry.key: entry for entry in kept.entries if entry.key in keys}
        if back is not None and standing != {entry.key: entry for entry in gone}:
            raise FileProblem(
                file, "another window or program has changed these corrections since, so they were left as they are", SEE_LIST
            )
        return _write((*(e for e in kept.entries if e.key not in keys), *added), kept.unread)


def clear() -> None:
    """Take every entry out, those that cannot be read too."""
    with locked(paths.corrections()):
        _write((), read(strict=True).unread)


def wrong(correction: Correction, joint_count: int) -> Iterable[tuple[str, str, str]]:
    """What cannot be, of a correction of any content: the field in words, what is wrong, and advice."""
    unit, fps = correction.unit_m, correction.fps
    if unit is not None and not (_number(unit) and 1e-6 < unit < 1e4):
        yield "unit", f"{unit!s:.20} m is no length of a unit", "Enter metres per unit, 0.01 for centimetres"
    if correction.up is not None and correction.up not in UP_AXES:
        yield "up axis", f"{correction.up!s:.20} is no axis", f"Choose one of {', '.join(UP_AXES)}"
    if fps is not None and not (_number(fps) and 1 <= fps <= 1000):
        yield "rate", f"{fps!s:.20} frames per second are not possible", "Enter 1 to 1000"
    if len(correction.chains) not in (0, 5):
        yield "body parts", f"five chains are needed, not {len(correction.chains)}", ""
    for part, chain in enumerate(correction.chains):
        if not all(type(j) is int and 0 <= j < joint_count for j in chain) or len(set(chain)) < 2:
            yield "body parts", f"chain {part + 1} needs two joints or more", "Choose another end"
    if not (correction.root_offset is None or isinstance(correction.root_offset, bool)):
        yield "root OFFSET", "it is added or it is not", ""


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parsed(content: bytes) -> Kept:
    """Raises ValueError for what is no list of corrections. A file of before format 2 has a dictionary by rig."""
    if len(content) > MAX_BYTES:
        raise ValueError("too long")
    try:
        values = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(values, dict):
        raise ValueError("no dictionary")
    items = values.get("corrections")
    if not isinstance(items, list):
        old = {"scope": "rig", "place": "", "joints": 0, "name": "", "when": ""}
        items = [{**old, **said, "rig": rig} if isinstance(said, dict) else said for rig, said in values.items()]
    read_ones = [_entry(item) for item in items]
    entries = {entry.key: entry for entry in read_ones if entry is not None}
    by_rig: dict[str, dict[tuple[str, str], Correction]] = {}
    for entry in entries.values():
        said = replace(entry.correction, by=tuple((name, entry.scope) for name in entry.correction.said()))
        by_rig.setdefault(entry.rig, {})[entry.scope, os.path.normcase(entry.place)] = said
    unread = read_ones.count(None)
    if unread:
        notices.tell(f"{unread} of {len(items)} remembered import corrections cannot be read and are skipped.")
    return Kept(tuple(entries.values()), unread, hashlib.sha256(content).hexdigest()[:8], by_rig)


def _entry(values: Any) -> Remembered | None:
    """An entry of the list; None where it cannot be."""
    try:
        scope, rig, place, name, when = texts = [values[name] for name in ("scope", "rig", "place", "name", "when")]
        joints = values["joints"]
        said = {name: values[name] for name in FIELDS if values.get(name) is not None}
        said["chains"] = tuple(tuple(chain) for chain in said.get("chains", ()))
        correction = Correction(**said)
        if not all(isinstance(text, str) for text in texts) or type(joints) is not int or scope not in SCOPES:
            return None
        if (scope == "rig") == bool(place) or not correction.said() or any(wrong(correction, joints or MAX_JOINTS)):
            return None
        return Remembered(scope, rig, place, joints, name[:MAX_LABEL], correction, when[:MAX_LABEL])
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        return None


def _write(entries: Iterable[Remembered], unread: int) -> Before:
    """Entries that could not be read are not written again; the file that held them is kept beside."""
    file = paths.corrections()
    rows = [{**{n: v for n, v in asdict(entry).items() if n != "correction"}, **entry.correction.said()} for entry in entries]
    if unread:
        with suppress(OSError, FileProblem):
            write_atomically(file.with_name(file.name + ASIDE), read_regular(file))
    content = json.dumps({"format": FORMAT, "corrections": rows}, indent=1) + "\n"
    before = restore.write(file, content.encode(), restore.content_of(file))
    _forget()
    return before


def _forget() -> None:
    """Read the file again when it is asked for next."""
    global _seen
    _seen = ((), Kept())
