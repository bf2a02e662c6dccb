"""BABEL: train/val.json with labels of whole sequences and of frames, over a folder of AMASS .npz files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.facts import Facts
from motionpatches.core.library.library import Clip, Library, Reader, Skipped, file_key, left_out
from motionpatches.core.library.scan import raw_take
from motionpatches.core.library.text_file import read_text
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.motion.stated import Stated
from motionpatches.core.progress import Job, Meter
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import hierarchy_key

if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition

MOST_TABLE, MOST_VALUES = 128 * 2**20, 5_000_000
FILES = (
    ("train.json", "train"),
    ("val.json", "val"),
    ("test.json", "test"),
    ("extra_train.json", "train"),
    ("extra_val.json", "val"),
)


def is_babel(root: Path) -> bool:
    """One of BABEL's tables, known by what its entries hold."""
    for name, _ in FILES:
        if (root / name).is_file():
            with open(root / name, encoding="utf-8", errors="replace") as stream:
                return '"feat_p"' in stream.read(200_000)
    return False


def open_babel(root: Path) -> Job[Library]:
    """A clip for every labelled stretch of frames, and one for every sequence with labels of its own."""
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    for name, split in FILES:
        if (root / name).is_file():
            entries = _entries(root / name)
            meter = Meter(f"Reading {name}", len(entries))
            for count, (sid, entry) in enumerate(entries.items()):
                if count % 200 == 0:
                    yield meter.at(count)
                try:
                    _add(root, str(sid), entry, split, clips, skipped)
                except Exception as error:  # a fault with one sequence must not take the others down
                    skipped.append(left_out(root / str(sid)[:60], error))
    if not clips:
        reason = f" {skipped[0].reason}" if skipped else ""
        raise FileProblem(root, f"none of its sequences could be used.{reason}", "Put the AMASS folders beside the tables")
    return Library(
        root, root.name, "BABEL folder", tuple(clips), babel_reader(root), tuple(skipped), ("22 SMPL joints from AMASS",)
    )


def babel_reader(_: Path) -> Reader:
    """AMASS files, Z up by definition, whatever a person does in them."""

    def read(clip: Clip) -> Motion:
        from motionpatches.core.io.assemble import assemble

        return assemble(clip.path, raw(clip), amass(clip))

    def raw(clip: Clip) -> RawTake:
        return raw_take(clip.path, "")

    def amass(_: Clip) -> Recognition:
        from motionpatches.core.recognition.body_parts import PartFinding
        from motionpatches.core.recognition.decide import Recognition

        return Recognition(Stated(1.0, "AMASS"), Stated("Z", "AMASS"), PartFinding(SMPL22.chains, 1.0, "SMPL's joints"))

    amass_facts = Facts(hierarchy_key(SMPL22), SMPL22.joint_count, quality="good")
    return Reader(read, raw, amass, facts=lambda *_: amass_facts)


def _entries(file: Path) -> dict[str, Any]:
    try:
        text = read_text(file, MOST_TABLE)
        if sum(map(text.count, ",[{")) > MOST_VALUES:
            raise FileProblem(file, f"it holds more than {MOST_VALUES:,} values", "Divide it")
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileProblem(file, f"it is not JSON ({str(error)[:80]})", "Copy it again") from None
    if not isinstance(values, dict):
        raise FileProblem(file, "it holds no table of sequences", "Copy it again")
    return values


def _add(root: Path, sid: str, entry: Any, split: str, clips: list[Clip], skipped: list[Skipped]) -> None:
    if not isinstance(entry, dict) or not isinstance(entry.get("feat_p"), str):
        skipped.append(Skipped(root / sid, f"sequence {sid} names no motion (feat_p)"))
        return
    file = _amass_file(root, entry["feat_p"])
    if file is None:
        skipped.append(Skipped(root / entry["feat_p"], f"{entry['feat_p']} of sequence {sid} is not there"))
        return
    duration = _number(entry.get("dur"))
    sequence = _labels(entry.get("seq_ann") or _first(entry.get("seq_anns")))
    frames = _labels(entry.get("frame_ann") or _first(entry.get("frame_anns")))
    said = corrections.find(SMPL22, file).token
    seen = set()
    for label in frames:
        start, end = _number(label.get("start_t")), _number(label.get("end_t"))
        caption = label.get("raw_label") or label.get("proc_label")
        if not isinstance(caption, str) or end <= start or caption == "transition" or (start, end, caption) in seen:
            continue
        seen.add((start, end, caption))
        clips.append(
            Clip(
                _unique(f"{sid}@{start:g}-{end:g}", clips),
                file,
                (caption,),
                split,
                end - start,
                start,
                end,
                file_key(file, start, end) + said,
                tuple(_categories(label)),
            )
        )
    captions = tuple(
        dict.fromkeys(t for t in (label.get("raw_label") or label.get("proc_label") for label in sequence) if isinstance(t, str))
    )
    if captions and not seen:
        kinds = tuple(dict.fromkeys(c for label in sequence for c in _categories(label)))
        clips.append(Clip(_unique(sid, clips), file, captions, split, duration, key=file_key(file) + said, labels=kinds))


def _unique(wanted: str, clips: list[Clip]) -> str:
    """Two labels may lie over the same frames."""
    number, name = 2, wanted
    while clips and any(c.id == name for c in clips[-40:]):
        name, number = f"{wanted} ({number})", number + 1
    return name


def _first(annotations: Any) -> Any:
    return annotations[0] if isinstance(annotations, list) and annotations else None


def _labels(annotation: Any) -> list[dict[str, Any]]:
    labels = annotation.get("labels") if isinstance(annotation, dict) else None
    return [label for label in labels if isinstance(label, dict)] if isinstance(labels, list) else []


def _categories(label: dict[str, Any]) -> list[str]:
    kinds = label.get("act_cat")
    return [k for k in kinds if isinstance(k, str)] if isinstance(kinds, list) else []


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _amass_file(root: Path, named: str) -> Path | None:
    """`feat_p` says Set/Set/subject/take.npz; the folder may lie beside the tables or in amass/, with or without the
    doubled set."""
    parts = Path(named).parts
    if ".." in parts or Path(named).is_absolute():
        return None
    for base in (root, root / "amass", root / "AMASS", root.parent / "amass", root.parent / "AMASS"):
        for tail in (Path(*parts), Path(*parts[1:])) if len(parts) > 1 else (Path(*parts),):
            try:
                if (base / tail).is_file():
                    return base / tail
            except (OSError, ValueError):  # a name that no file can have
                return None
    return None
