"""Every engine that is there, under one fixture: a twin in memory, PostgreSQL, Qdrant in the program and behind a server."""

from contextlib import closing, contextmanager

import numpy as np
import pytest

from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.records import CLIP, ClipFacts, Place, Record, Vectors, Window
from motionpatches.core.shared_gallery.store import opened
from tests.qdrant_server import QdrantServer
from tests.shared_galleries import PostgresServer, Twin, postgres_programs

DIM = 6


@pytest.fixture(scope="session")
def postgres():
    """A server for all tests."""
    pytest.importorskip("psycopg", reason="the extra 'postgresql' is not installed")
    pytest.importorskip("pgvector", reason="the extra 'postgresql' is not installed")
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL with pgvector on this machine")
    with closing(PostgresServer(programs)) as server:
        yield server


@pytest.fixture(scope="session")
def qdrant_server():
    """A server for all tests, on Qdrant's engine."""
    pytest.importorskip("qdrant_client", reason="the extra 'qdrant' is not installed")
    with closing(QdrantServer()) as server:
        yield server


@pytest.fixture(params=["twin", "postgresql", "qdrant", "qdrant server"])
def gallery(request, tmp_path):
    """Opens one gallery, as often as it is asked to."""
    name = "g" + "".join(c for c in request.node.name if c.isalnum()).lower()[-30:]
    if request.param == "twin":
        twin = Twin()

        @contextmanager
        def one():
            yield twin

        return one
    if request.param == "qdrant":
        pytest.importorskip("qdrant_client", reason="the extra 'qdrant' is not installed")
        url = f"qdrant+local://{tmp_path / 'qdrant'}#{name}"
    elif request.param == "qdrant server":
        url = f"{request.getfixturevalue('qdrant_server').url}/{name}"
    else:
        url = f"{request.getfixturevalue('postgres').url}#{name}"
    return lambda: opened(address_of(url))


@pytest.fixture
def store(gallery):
    with gallery() as one:
        yield one


def unit(rng, count=None):
    rows = rng.normal(size=(count or 1, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows if count else rows[0]


def clip(item, content, duration_s=2.0, split="", take="", start_s=0.0, end_s=0.0, written=1):
    facts = ClipFacts(content, take or item, duration_s, split, start_s, end_s)
    return Record(Place(CLIP, item, ""), facts.text(), written)


def vectors_of(windows):
    """Windows by (content, start, end) and row."""
    return Vectors(tuple(Window(*window) for window, _ in windows), np.array([row for _, row in windows], np.float32))
