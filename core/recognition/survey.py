"""Many takes at once: those of one rig in one folder are read alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

from motionpatches.core.recognition.decide import Recognition, decide
from motionpatches.core.recognition.evidence import Evidence

K = TypeVar("K", bound=Hashable)
# A folder that is less sure than this asks the same rig in the other folders.
SURE = 0.9


def survey(evidence: Mapping[K, Evidence], folders: Mapping[K, str]) -> dict[K, Recognition]:
    """A reading for each take, by its folder's takes of the rig; by those of all folders where these are surer."""
    found: dict[K, Recognition] = {}
    for keys in _grouped(evidence, {key: "" for key in evidence}).values():
        by_folder = _grouped({k: evidence[k] for k in keys}, folders)
        everywhere = dict(zip(keys, decide([evidence[k] for k in keys]), strict=True))
        for own in by_folder.values():
            here = decide([evidence[k] for k in own]) if len(by_folder) > 1 else [everywhere[k] for k in own]
            for key, reading in zip(own, here, strict=True):
                wider = everywhere[key]
                unsure = min(reading.up.confidence, reading.unit.confidence) < SURE
                surer = wider.up.confidence + wider.unit.confidence > reading.up.confidence + reading.unit.confidence
                found[key] = wider if unsure and surer else reading
    return found


def _grouped(evidence: Mapping[K, Evidence], folders: Mapping[K, str]) -> dict[tuple[str, str], list[K]]:
    groups: dict[tuple[str, str], list[K]] = defaultdict(list)
    for key, one in evidence.items():
        groups[folders[key], one.rig].append(key)
    return groups
