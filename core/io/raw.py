"""Raw takes, as readers import them."""

from core.motion.raw import RawTake, Stated

__all__ = ["RawTake", "Stated"]
