"""What a run reports, one JSON line an event."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class TrainingEvent:
    """`kind` is 'prepare', 'start', 'step', 'epoch', 'end' or 'error'; `values` are plain JSON values."""

    kind: str
    values: dict[str, Any]

    def to_line(self) -> str:
        return json.dumps({"event": self.kind, **asdict(self)["values"]})


def from_line(line: str) -> TrainingEvent:
    values = json.loads(line)
    return TrainingEvent(values.pop("event"), values)
