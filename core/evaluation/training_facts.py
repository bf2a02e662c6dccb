"""How a model was trained, in a sentence for reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_RECORDED = "not recorded"


def training_facts(provenance: Mapping[str, Any]) -> str:
    """Name data, preset, epochs, seed, what was set otherwise than in the preset, and the split that the epoch was chosen on.

    Args:
        provenance: as a model folder keeps it; what an older or imported model lacks is called "not recorded".
    """
    if "origin" in provenance:
        return f"imported from {provenance['origin']}; epochs, seed and split {NOT_RECORDED}"
    names = ("library", "preset", "epochs", "seed", "overrides", "epoch", "chosen_on")
    library, preset, epochs, seed, overrides, epoch, split = (provenance.get(name, NOT_RECORDED) for name in names)
    return (
        f"trained on {library}, preset {preset}, epochs {epochs}, seed {seed}, set otherwise: {overrides}; "
        f"of epoch {epoch}, chosen on: {split}"
    )
