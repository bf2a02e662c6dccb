"""What a source says of itself, with the ground for it and how often that is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Stated(Generic[T]):
    """What a format says of itself, on what ground, and in what share of files (0 to 1) that is true."""

    value: T
    reason: str
    confidence: float = 1.0
