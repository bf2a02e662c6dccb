"""Project the embeddings of a gallery to two dimensions, and cluster them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motionpatches.core.errors import StudioError

# Fewest points whose neighbours UMAP and t-SNE can compare.
FEWEST = 5


def pca(rows: np.ndarray) -> np.ndarray:
    """Project rows (N, D) to the two directions in which they vary most; (N, 2). The largest loading is positive."""
    centred = rows - rows.mean(axis=0)
    if len(rows) < 3:
        return np.pad(centred, ((0, 0), (0, 2)))[:, :2].astype(np.float32)
    # Eigenvectors of the covariance, in ascending order of their eigenvalues.
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, [-1, -2]]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return (centred @ axes).astype(np.float32)


def umap(rows: np.ndarray) -> np.ndarray:
    """Project rows (N, D) to (N, 2) by UMAP (McInnes, Healy and Melville, 2018).

    Raises:
        StudioError: fewer than FEWEST points, or without the package umap-learn.
    """
    _enough(rows, "UMAP")
    try:
        from umap import UMAP
    except ImportError:
        raise StudioError("UMAP needs the package umap-learn: pip install umap-learn.") from None
    few = len(rows) <= 15  # of which the package's own neighbours and start would be too many
    chosen = {"n_neighbors": len(rows) - 1, "init": "random"} if few else {}
    return UMAP(metric="cosine", random_state=0, **chosen).fit_transform(rows).astype(np.float32)


def tsne(rows: np.ndarray) -> np.ndarray:
    """Project rows (N, D) to (N, 2) by t-SNE (van der Maaten and Hinton, 2008).

    Raises:
        StudioError: fewer than FEWEST points, or without the package scikit-learn.
    """
    _enough(rows, "t-SNE")
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        raise StudioError("t-SNE needs the package scikit-learn: pip install scikit-learn.") from None
    return TSNE(metric="cosine", init="pca", perplexity=min(30, max(len(rows) // 4, 2)), random_state=0).fit_transform(rows)


def _enough(rows: np.ndarray, name: str) -> None:
    if len(rows) < FEWEST:
        raise StudioError(f"{name} needs {FEWEST} motions, and there are {len(rows)}. PCA draws them.")


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"PCA": pca, "UMAP": umap, "t-SNE": tsne}


def clusters(rows: np.ndarray, count: int, seed: int = 0, rounds: int = 30) -> np.ndarray:
    """Cluster unit rows by spherical k-means from starts far from each other (k-means++; Arthur and Vassilvitskii, 2007).

    Args:
        rows: (N, D) unit rows.
        count: Number of clusters, at most N.
        seed: Seed of the starts.
        rounds: Largest number of rounds.

    Returns:
        The cluster (N,) of each row.
    """
    count, rng = min(count, len(rows)), np.random.default_rng(seed)
    # Starts: the first at random, each further one with a chance that grows with its distance to the nearest start.
    middles = rows[[int(rng.integers(len(rows)))]]
    for _ in range(count - 1):
        away = np.maximum(1 - (rows @ middles.T).max(axis=1), 0) + 1e-9
        middles = np.concatenate([middles, rows[[int(rng.choice(len(rows), p=away / away.sum()))]]])
    # Assign each row to the nearest mean direction, and average again, until nothing changes.
    found = np.full(len(rows), -1)
    for _ in range(rounds):
        nearest = (rows @ middles.T).argmax(axis=1)
        if (nearest == found).all():
            break
        found = nearest
        for i in range(count):
            mean = rows[found == i].sum(axis=0)
            if (length := np.linalg.norm(mean)) > 1e-9:
                middles[i] = mean / length
    return found


def inside(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return whether (N,) points (N, 2) are in a polygon (P, 2), by the even-odd rule."""
    # Count the edges that a ray from the point to the right crosses; an odd number means inside.
    x, y = points[:, :1], points[:, 1:]
    a, b = polygon, np.roll(polygon, -1, axis=0)
    across = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) / (b[:, 1] - a[:, 1]) + a[:, 0]
    return (across & (x < at)).sum(axis=1) % 2 == 1
