"""Names of joints in files: each once."""

from __future__ import annotations

from motionpatches.core.motion.skeleton import Skeleton


def unique_names(skeleton: Skeleton, blanks: bool) -> list[str]:
    """Number names that occur again; without `blanks`, blanks become '_'."""
    found: list[str] = []
    seen: set[str] = set()
    for name in skeleton.joint_names:
        words = "".join(ch if ch.isprintable() else " " for ch in name).split()
        clean = plain = (" " if blanks else "_").join(words) or "joint"
        number = 2
        while clean in seen:
            clean, number = f"{plain}_{number}", number + 1
        seen.add(clean)
        found.append(clean)
    return found
