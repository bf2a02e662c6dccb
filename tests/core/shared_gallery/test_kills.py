"""A few kills of server and client; `python -m tests.shared_kills` does fifty."""

import pytest

from tests import shared_kills
from tests.shared_galleries import postgres_programs


def test_a_kill_of_server_or_client_loses_nothing():
    pytest.importorskip("psycopg", reason="the extra 'postgresql' is not installed")
    pytest.importorskip("pgvector", reason="the extra 'postgresql' is not installed")
    if postgres_programs() is None:
        pytest.skip("no PostgreSQL with pgvector on this machine")
    assert "none is lost" in shared_kills.main(2, seed=5)


def test_a_kill_of_a_qdrant_server_or_client_loses_nothing():
    pytest.importorskip("qdrant_client", reason="the extra 'qdrant' is not installed")
    assert "none is lost" in shared_kills.main(2, seed=5, engine="qdrant")


def test_a_lost_edit_would_be_noticed(tmp_path, postgres):
    """The check itself: an edit that was acknowledged and is nowhere, and a vector that is another one."""
    from motionpatches.core.shared_gallery.address import address_of
    from motionpatches.core.shared_gallery.records import Vectors, Window
    from motionpatches.core.shared_gallery.store import opened

    roots = [tmp_path / "anna", tmp_path / "ben"]
    for root in roots:
        root.mkdir()
        (root / f"{shared_kills.TAKE}.bvh").write_text(shared_kills.BVH)
    url = f"{postgres.url}#noticed"
    with pytest.raises(AssertionError, match="anna has lost \\[3\\]"):
        shared_kills._checked(roots, url, {"edited 3"}, {"client": 1})
    with opened(address_of(url)) as store:
        store.put_vectors("model", Vectors((Window("content 4", 0.0, 1.0),), shared_kills.row_of(5)))
    with pytest.raises(AssertionError):
        shared_kills._checked(roots, url, {"vector 4"}, {"client": 1})
