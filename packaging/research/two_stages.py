"""A search in two stages as one matrix of scores."""

from __future__ import annotations

import numpy as np

from motionpatches.core.search.retriever import CANDIDATES


def in_two_stages(cosines: np.ndarray, late: np.ndarray, candidates: int = CANDIDATES) -> np.ndarray:
    """Return scores (N, M) in the order of a search: of each row the items with the highest cosines first, by MaxSim.

    Args:
        cosines: (N, M) of embeddings.
        late: (N, M) MaxSim, from -1 to 1.
        candidates: how many items of a row MaxSim orders; those that tie with the last one, too.
    """
    least = np.sort(cosines, axis=1)[:, -min(candidates, cosines.shape[1])][:, None]
    return np.where(cosines >= least, late + 4, cosines)
