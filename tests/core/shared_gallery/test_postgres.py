"""The set-up of docs/team.md with several people, and what PostgreSQL refuses, in sentences."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.records import TAG, Place, Record, Vectors, Window
from motionpatches.core.shared_gallery.store import Unreachable, opened


@pytest.fixture(scope="module")
def takes(postgres):
    """A database of anna's, which ben is let into; its address for each of them."""
    import psycopg

    with psycopg.connect(postgres.url, autocommit=True) as base:
        for command in (
            "CREATE ROLE anna LOGIN",
            "CREATE ROLE ben LOGIN",
            "CREATE DATABASE takes OWNER anna",
            "GRANT anna TO ben",
        ):
            base.execute(command)
    return lambda who, name="takes": address_of(f"postgresql://{who}:hush@127.0.0.1:{postgres.port}/{name}")


def test_whoever_comes_first_the_others_are_let_in(postgres, takes):
    import psycopg

    with pytest.raises(StudioError, match="CREATE EXTENSION vector") as refused, opened(takes("anna")):
        pass
    assert "hush" not in str(refused.value)
    with psycopg.connect(postgres.url.replace("/postgres", "/takes"), autocommit=True) as base:
        base.execute("CREATE EXTENSION vector")
    for number, who in enumerate(("ben", "anna", "ben"), 1):
        with opened(takes(who)) as store:
            store.put([Record(Place(TAG, "a", str(number)), "1", 1)])
            store.put_vectors("m", Vectors((Window(str(number), 0.0, 1.0),), np.ones((1, 3), np.float32)))
            assert len(store.since(0)[0]) == number == store.count("m")


def test_what_is_refused_is_a_sentence_without_the_password(postgres, takes):
    with pytest.raises(Unreachable, match="nowhere.*does not exist") as refused, opened(takes("anna", "nowhere")):
        pass
    assert "hush" not in str(refused.value)
    with opened(address_of(f"{postgres.url}#refused")) as store, pytest.raises(StudioError, match="refused") as refused:
        store.put([Record(Place(TAG, "a", "with \0"), "1", 1)])
    assert "hush" not in str(refused.value)


def test_a_server_that_ends_in_the_middle_is_unreachable(postgres):
    with opened(address_of(f"{postgres.url}#ended")) as store:
        postgres.kill()
        with pytest.raises(Unreachable, match="cannot be reached"):
            store.put([Record(Place(TAG, "a", "b"), "1", 1)])
        postgres.start()
    with opened(address_of(f"{postgres.url}#ended")) as store:
        assert store.since(0) == ([], 0)
