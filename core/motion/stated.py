"""What a source states about itself, with the reason and how often that is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Stated(Generic[T]):
    """What a format states about itself, for what reason, and in what share of files (0 to 1) that is true."""

    value: T
    reason: str
    confidence: float = 1.0
