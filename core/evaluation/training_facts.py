"""How a model was trained, in a sentence for reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a model folder keeps: how it is told, and how it is called where it is missing.
FACTS = {
    "preset": ("preset {}", "preset"),
    "epochs": ("epochs {}", "epochs"),
    "seed": ("seed {}", "seed"),
    "overrides": ("set otherwise: {}", "what was set otherwise"),
    "epoch": ("saved after epoch {}", "the epoch it was saved after"),
    "chosen_on": ("chosen on {}", "what that was chosen on"),
}


def training_facts(provenance: Mapping[str, Any]) -> str:
    """Name data, preset, epochs, seed, what was set otherwise than in the preset, and the split that the epoch was chosen on.

    Args:
        provenance: as a model folder keeps it; what an older or imported model lacks is listed as not recorded.
    """
    origin = str(provenance.get("origin", ""))
    told = [f"imported from {origin}"] if origin else [f"trained on {provenance['library']}"] if "library" in provenance else []
    told += [title.format(provenance[name]) for name, (title, _) in FACTS.items() if name in provenance]
    missing = ", ".join(called for name, (_, called) in FACTS.items() if name not in provenance)
    return "; ".join(filter(None, (", ".join(told), f"not recorded: {missing}" if missing else "")))
