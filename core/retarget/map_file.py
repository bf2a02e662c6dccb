"""Joint maps on disk: one JSON file, one map for each pair of rigs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from motionpatches.core import notices, paths
from motionpatches.core.atomic import locked, write_atomically
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.own_file import read_own
from motionpatches.core.recognition.corrections import hierarchy_key, label
from motionpatches.core.retarget.joint_map import ROLES, JointMap, joints_of, problem
from motionpatches.core.retarget.rig import Rig

FORMAT = 1
WHAT = "the list of joints that you set for pairs of rigs"


@dataclass(frozen=True)
class Kept:
    """A map as it is kept. `source`, `target`: hierarchy_key of the rigs; `names`: labels of both; `when`: ISO date."""

    source: str
    target: str
    names: tuple[str, str]
    said: JointMap
    when: str

    @property
    def key(self) -> tuple[str, str]:
        """There is one map at most for each."""
        return self.source, self.target


def find(source: Rig, target: Rig) -> JointMap:
    """What was set for a pair of rigs; empty where nothing was, and, with a notice, where no rig can move by it.

    Raises:
        FileProblem: The system refuses to read the list.
    """
    keys = hierarchy_key(source.skeleton), hierarchy_key(target.skeleton)
    entry = next((entry for entry in listed() if entry.key == keys), None)
    if entry is None:
        return JointMap()
    for rig, joints, which in ((source, entry.said.source, "source"), (target, entry.said.target, "target")):
        wrong = problem(rig.skeleton, joints_of(rig, joints), which) if joints else ""
        if wrong:
            one, two = entry.names
            notices.tell(f"The joints that were set for {one} onto {two} are not used: {wrong} Set them again in Export, Joints.")
            return JointMap()
    return entry.said


def listed() -> list[Kept]:
    """All maps, the newest last. Raises FileProblem."""
    return _read(held=False)


def remember(source: Skeleton, target: Skeleton, said: JointMap) -> None:
    """Keep a map; an empty one is forgotten. Raises FileProblem where the list cannot be written."""
    entry = Kept(hierarchy_key(source), hierarchy_key(target), (label(source), label(target)), said, date.today().isoformat())
    _put([entry.key], [entry] if said else [])


def exchange(gone: Sequence[Kept], added: Sequence[Kept]) -> None:
    """Put maps in the place of others; all that neither names stays. Raises FileProblem."""
    _put([entry.key for entry in (*gone, *added)], added)


def _put(gone: Sequence[tuple[str, str]], added: Sequence[Kept]) -> None:
    file = paths.joint_maps()
    with locked(file):
        kept = [entry for entry in _read(held=True) if entry.key not in gone]
        rows = [
            {**asdict(entry), "said": {"source": dict(entry.said.source), "target": dict(entry.said.target)}}
            for entry in (*kept, *added)
        ]
        write_atomically(file, json.dumps({"format": FORMAT, "maps": rows}, indent=1) + "\n")


def _read(held: bool) -> list[Kept]:
    return read_own(paths.joint_maps(), WHAT, _parsed, held) or []


def _parsed(values: Any) -> list[Kept]:
    """Raises an exception for what is no list of maps; single entries that cannot be read are skipped and counted."""
    rows = values["maps"]
    if not isinstance(rows, list):
        raise ValueError("no list")
    entries = [_entry(row) for row in rows]
    if None in entries:
        notices.tell(f"{entries.count(None)} of {len(entries)} joint maps of pairs of rigs cannot be read and are skipped.")
    return list({entry.key: entry for entry in entries if entry is not None}.values())


def _entry(row: Any) -> Kept | None:
    try:
        texts = row["source"], row["target"], row["when"], *row["names"]
        said = JointMap(*(_joints(row["said"][rig]) for rig in ("source", "target")))
        if len(texts) != 5 or not all(isinstance(text, str) for text in texts) or not said:
            return None
        return Kept(texts[0], texts[1], (texts[3][:60], texts[4][:60]), said, texts[2][:60])
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def _joints(values: Any) -> dict[str, int | None]:
    """Raises ValueError for what are no joints of roles."""
    if any(role not in ROLES or not (joint is None or (type(joint) is int and joint >= 0)) for role, joint in values.items()):
        raise ValueError("no joints of roles")
    return dict(values)
