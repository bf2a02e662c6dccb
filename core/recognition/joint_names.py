"""What a joint's name says: which side, which segment, and whether it is only a helper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from motionpatches.core.recognition.naming_schemes import (
    EAST_HELPERS,
    EAST_ROOTS,
    EAST_SEGMENTS,
    HELPERS,
    HELPERS_THAT_NECKS_HAVE,
    MMM,
    SEGMENTS,
    SIDES,
    WEAK_FINGERS,
)

_SEGMENT_OF = {word: segment for segment, words in reversed(SEGMENTS.items()) for word in words.split()}
_RANK = {segment: rank for rank, segment in enumerate(SEGMENTS)}
_TRUNK = frozenset({"head", "neck", "spine", "hips", "tail"})
# Vertebrae: L5, T12 of Xsens; vl5, vt12, vc4 of H-Anim.
_VERTEBRA = re.compile(r"v?([ltc])(\d{1,2})")
_VERTEBRAE = {"l": 5, "t": 12, "c": 7}
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
LONGEST = 200


@dataclass(frozen=True)
class NameReading:
    """`side` is 'left', 'right' or ''; `segment` a key of SEGMENTS, 'helper' or ''."""

    side: str
    segment: str

    @property
    def helper(self) -> bool:
        return self.segment == "helper"


def read_names(names: Sequence[str]) -> list[NameReading]:
    """Readings of all joints of a skeleton: some schemes are known only by their company."""
    if sum(name.upper().removesuffix("_JOINT").endswith(("BP", "BT")) for name in names) >= 2:
        codes = [_own_name(name).upper().removesuffix("_JOINT") for name in names]
        return [NameReading(*MMM[code]) if code in MMM else read_name(name) for code, name in zip(codes, names, strict=True)]
    return [read_name(name) for name in names]


@lru_cache(maxsize=20_000)
def read_name(name: str) -> NameReading:
    """Side and segment in a name; '' where it has none."""
    own = _own_name(name)
    if _EAST.search(own):
        return _read_east(own)
    words = words_of(own)
    spine = [w for w in words if (m := _VERTEBRA.fullmatch(w)) and 1 <= int(m.group(2)) <= _VERTEBRAE[m.group(1)]]
    side, rest = _take_side(words)
    found = {segment for word in rest if (segment := _segment(word))}
    if not found and spine:
        return NameReading("", "neck" if "c" in spine[0] else "spine")
    if not side and spine and spine[0][0] in "l":
        side = "left"
    if {word for word in rest if word in HELPERS or word.rstrip("s") in HELPERS} - (
        HELPERS_THAT_NECKS_HAVE if "neck" in found else set()
    ):
        return NameReading(side, "helper")
    if WEAK_FINGERS & set(rest) and not found & {*_TRUNK, "toe", "foot", "leg", "thigh", "shin"}:
        found.add("finger")
    if "foot" in found and "index" in rest:
        found.add("toe")
    segment = min(found, key=_RANK.__getitem__, default="")
    return NameReading(side, "thigh" if side and segment == "hips" else segment)


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """Words in lower case, two that are one joined: 'mixamorig:LeftUpLeg' -> left, upleg; 'CC_Base_L_Foot' ->
    cc, base, l, foot; 'Bip01 L Toe0' -> bip, l, toe. Vertebrae keep their number."""
    name = _own_name(name)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = []
    for word in re.split(r"[^A-Za-z0-9]+", name):
        low = word.lower()
        words += [low] if _VERTEBRA.fullmatch(low) else [w for w in re.split(r"\d+", low) if w]
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] not in SIDES and _known(joined[-1] + word):
            joined[-1] += word
        elif len(joined) > 1 and joined[-1] in SIDES and joined[-2] + word in _SEGMENT_OF:
            joined[-2] += word
        else:
            joined.append(word)
    return tuple(joined)


def _own_name(name: str) -> str:
    """Without namespace and node path, full-width letters and accents plain, cut to LONGEST characters."""
    name = unicodedata.normalize("NFKC", name[-LONGEST:])
    parts = [part for part in re.split(r"[:|]", name) if part.strip()]
    own = re.sub(r"(?<=\S)\s*\[[^\]]{2,}\]\s*$", "", parts[-1] if parts else name)
    if _EAST.search(own):
        return own
    return "".join(c for c in unicodedata.normalize("NFKD", own.replace("ß", "ss")) if not unicodedata.combining(c))


def _known(word: str) -> bool:
    """A word of SEGMENTS, also with a side letter glued to it ('lu', 'arm' -> 'luarm')."""
    return word in _SEGMENT_OF or word in HELPERS or word[:1] in "lr" and len(word) < 7 and word[1:] in _SEGMENT_OF


def _take_side(words: Sequence[str]) -> tuple[str, list[str]]:
    """The side, and the words without it. A word of a side counts before a letter glued to another word."""
    rest = [word for word in words if word not in SIDES]
    side = next((SIDES[word] for word in words if word in SIDES), "")
    for k, word in enumerate(rest):
        if _segment(word) or word in HELPERS:
            continue
        glued, bare = _glued(word)
        if glued:
            side, rest[k] = side or glued, bare
    return side, rest


def _glued(word: str) -> tuple[str, str]:
    """'lfemur' -> left, femur; 'rightfoot' -> right, foot; 'footl' -> left, foot."""
    for text in ("left", "right", "l", "r"):
        for bare in (word[len(text) :] if word.startswith(text) else "", word[: -len(text)] if word.endswith(text) else ""):
            if _segment(bare) or bare in HELPERS or bare in WEAK_FINGERS and len(text) > 1:
                return SIDES[text], bare
    return "", word


def _segment(word: str) -> str:
    return _SEGMENT_OF.get(word, "")


def _read_east(name: str) -> NameReading:
    side = "left" if "左" in name else "right" if "右" in name else ""
    if not side and (ends := re.search(r"[._\- (]([LRlr])\)?$", name)):
        side = SIDES[ends.group(1).lower()]
    # 'D', 'P', 'C', 'W' and 'S' at the end: copies that follow or cancel the joint without it.
    if any(word in name for word in EAST_HELPERS) or re.search(r"[^\x00-\x7f][DPCWS][+\-]?$", name):
        return NameReading(side, "helper")
    if any(word in name for word in EAST_ROOTS):
        return NameReading("", "")
    segment = next((segment for word, segment in EAST_SEGMENTS if word in name), "")
    if side and segment == "hips":
        segment = "thigh"
    return NameReading(side, segment)
