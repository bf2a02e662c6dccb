"""The map's mathematics against obvious twins."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.search.latent_map import FEWEST, clusters, inside, pca, tsne, umap


def test_pca_keeps_the_plane_that_points_lie_in():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(60, 2)) * [5, 2]
    turn = np.linalg.qr(rng.normal(size=(10, 10)))[0][:2]
    found = pca((plane @ turn + 3).astype(np.float32))
    away = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    np.testing.assert_allclose(np.linalg.norm(found[:, None] - found[None], axis=2), away, atol=1e-3)
    assert found[:, 0].std() > found[:, 1].std() and pca(np.ones((1, 4), np.float32)).shape == (1, 2)


@pytest.mark.parametrize(("layout", "package"), [(tsne, "sklearn"), (umap, "umap")])
def test_neighbours_stay_neighbours_and_few_points_are_refused(layout, package):
    pytest.importorskip(package, reason=f"{package} is not installed")
    rng = np.random.default_rng(2)
    bunch = np.repeat(np.arange(3), 12)
    rows = (np.eye(8)[bunch] + rng.normal(0, 0.05, (36, 8))).astype(np.float32)
    places = layout(rows)
    assert places.shape == (36, 2) and np.isfinite(places).all()
    away = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(36) * 1e9
    assert (bunch[away.argmin(axis=1)] == bunch).all()
    assert layout(rows[:FEWEST]).shape == (FEWEST, 2)
    with pytest.raises(StudioError, match=f"needs {FEWEST} motions, and there are 2. PCA draws them"):
        layout(rows[:2])


def test_bunches_are_found():
    rng = np.random.default_rng(1)
    middles = np.eye(6, dtype=np.float32)[:4]
    truth = rng.integers(0, 4, 200)
    rows = middles[truth] + rng.normal(0, 0.1, (200, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = clusters(rows, 4)
    pairs = {(int(t), int(f)) for t, f in zip(truth, found, strict=True)}
    assert len(pairs) == 4, "each bunch is one cluster"


def test_inside_a_polygon_that_is_not_convex():
    hook = np.array([[0, 0], [4, 0], [4, 4], [3, 4], [3, 1], [0, 1]], float)
    points = np.array([[1, 0.5], [1, 2], [3.5, 3], [2.9, 3], [5, 0.5]])
    assert inside(hook, points).tolist() == [True, False, True, False, False]
