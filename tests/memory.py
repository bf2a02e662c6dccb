"""Memory of this process, for tests of what a file may take."""

from __future__ import annotations

import sys

import pytest


def peak_kb() -> int:
    """Return the largest resident memory so far, in KiB; skip the test where the system does not tell (Windows)."""
    resource = pytest.importorskip("resource", reason="the system does not tell the peak of memory")
    peak = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return peak // 1024 if sys.platform == "darwin" else peak
