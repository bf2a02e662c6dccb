"""A shared gallery in Qdrant: one collection of records, and one of vectors for each model.

Its server has no transactions, and no order of writes: each record carries when it was sent, by the clock of the sender, and what
was sent in the last hour is received again. A record is written only over an earlier one (`update_filter`, since version 1.16).
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np
from qdrant_client import QdrantClient
from qdrant_client import models as q
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from motionpatches.core.errors import StudioError
from motionpatches.core.hashing import place_digest
from motionpatches.core.search.gallery import Hit
from motionpatches.core.shared_gallery.address import LOCAL_QDRANT, SECURE_QDRANT, Address
from motionpatches.core.shared_gallery.qdrant_filter import Filtered, alive, equal, one_of
from motionpatches.core.shared_gallery.records import CLIP, ClipFacts, Place, Record, Vectors, Window, chunks
from motionpatches.core.shared_gallery.store import Terms, Unreachable

PORT, SILENT_S, OLDEST = 6333, 10, (1, 16)
# Points of one request; contents that one filter names; vectors that are asked for per clip wanted; µs that are received again.
MANY, NAMED, WINDOWS, AGAIN = 500, 2_000, 8, 3_600_000_000
WORDS = ("kind", "item", "content", "take", "low")
_SPACE = uuid.UUID("3f6d0d0e-6f3a-4a53-9c5b-0a6f7f1c9b7e")
_GALLERY = str(uuid.uuid5(_SPACE, "gallery"))
# What is there stays: no point has an empty kind.
_NEVER = q.Filter(must=[equal("kind", "")])


class QdrantStore:
    """A client of a server, or the engine itself on a folder, which one process at a time may open."""

    def __init__(self, address: Address):
        self._address, self._local = address, address.kind == LOCAL_QDRANT
        self._records = f"{address.name}-records"
        with self._said():
            self._client = self._opened()
        try:
            with self._said():
                self._identity = self._prepare()
        except BaseException:
            self._client.close()
            raise

    def _opened(self) -> QdrantClient:
        parts = self._address.split
        if self._local:
            return QdrantClient(path=parts.path)
        return QdrantClient(
            host=parts.hostname,
            port=parts.port or PORT,
            https=self._address.kind == SECURE_QDRANT,
            api_key=self._address.password or os.environ.get("QDRANT_API_KEY") or None,
            timeout=SILENT_S,
            check_compatibility=False,
        )

    def _prepare(self) -> str:
        if not self._local:
            version = self._client.info().version
            if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
                raise StudioError(f"The server at {self._address} is Qdrant {version}. Version 1.16 or later is needed.")
        self._make(self._records, None)
        point = q.PointStruct(id=_GALLERY, vector={}, payload={"kind": "gallery", "id": uuid.uuid4().hex})
        self._client.upsert(self._records, [point], wait=True, update_filter=_NEVER)
        return str((self._client.retrieve(self._records, [_GALLERY])[0].payload or {})["id"])

    def _make(self, name: str, dim: int | None) -> None:
        """Make a collection where there is none; another program may do it at the same moment."""
        if self._client.collection_exists(name):
            return
        size = q.VectorParams(size=dim, distance=q.Distance.DOT) if dim is not None else dict[str, q.VectorParams]()
        try:
            self._client.create_collection(name, vectors_config=size)
        except (ApiException, ValueError):
            if not self._client.collection_exists(name):
                raise
        if not self._local:  # without a server there are no indexes
            for field in WORDS:
                self._client.create_payload_index(name, field, q.PayloadSchemaType.KEYWORD)
            self._client.create_payload_index(name, "sent", q.PayloadSchemaType.INTEGER)

    def identity(self) -> str:
        return self._identity

    def put(self, records: Sequence[Record]) -> None:
        with self._said():
            for part in chunks(records, MANY):
                sent = time.time_ns() // 1000
                by_time: dict[int, list[q.PointStruct]] = {}
                for record in part:
                    by_time.setdefault(record.written, []).append(_point(record, sent))
                operations = [_over_earlier(written, points) for written, points in by_time.items()]
                self._client.batch_update_points(self._records, operations, wait=True)

    def now_us(self) -> int | None:
        return None

    def since(self, revision: int) -> tuple[list[Record], int]:
        with self._said():
            from_then = q.Filter(must=[q.FieldCondition(key="sent", range=q.Range(gt=revision - AGAIN))])
            points = self._all(self._records, from_then if revision else None)
            found = [(_record(one), one["sent"]) for one in points if "written" in one]
            latest = min(max((sent for _, sent in found), default=0), time.time_ns() // 1000)
            return [record for record, _ in found], max(revision, latest)

    def about(self, items: Collection[str]) -> list[Record]:
        with self._said():
            parts = (self._all(self._records, q.Filter(must=[one_of("item", part)])) for part in chunks(items, NAMED))
            return [_record(one) for part in parts for one in part]

    def put_vectors(self, fingerprint: str, vectors: Vectors) -> None:
        if not vectors.windows:
            return
        name = self._collection(fingerprint)
        with self._said():
            self._make(name, vectors.rows.shape[1])
            for part in vectors.parts(MANY):
                points = [
                    q.PointStruct(
                        id=str(uuid.uuid5(_SPACE, "\0".join(map(str, window)))),
                        vector=row.tolist(),
                        payload={"content": window.content, "start_s": window.start_s, "end_s": window.end_s},
                    )
                    for window, row in zip(part.windows, part.rows, strict=True)
                ]
                self._client.upsert(name, points, wait=True, update_filter=_NEVER)

    def lacking(self, fingerprint: str, contents: Collection[str]) -> set[str]:
        with self._said():
            return set(contents) - {one["content"] for one in self._of(fingerprint, contents)}

    def vectors(self, fingerprint: str, contents: Collection[str]) -> Vectors:
        with self._said():
            found = list(self._of(fingerprint, contents, with_vectors=True))
        windows = tuple(Window(one["content"], one["start_s"], one["end_s"]) for one in found)
        return Vectors(windows, np.array([one["vector"] for one in found], np.float32).reshape(len(found), -1 if found else 0))

    def count(self, fingerprint: str) -> int:
        name = self._collection(fingerprint)
        with self._said():
            return self._client.count(name).count if self._client.collection_exists(name) else 0

    def nearest(self, fingerprint: str, row: np.ndarray, k: int, terms: Terms = (), exact: bool = False) -> list[Hit]:
        name = self._collection(fingerprint)
        with self._said():
            if k < 1 or not self._client.collection_exists(name):
                return []
            clips = Filtered(lambda conditions: self._all(self._records, conditions)).clips(terms)
            contents = None if clips is None else sorted({facts.content for facts in clips.values()})
            best: dict[str, Hit] = {}
            for part in [None] if contents is None else chunks(contents, NAMED):
                for hit in self._nearest(name, row, k, part, clips, exact):
                    best[hit.clip_id] = hit  # each content is in one part
        ordered = sorted(best.values(), key=lambda hit: (-hit.score, hit.clip_id))[:k]
        return [Hit(rank, hit.clip_id, hit.score, hit.start_s, hit.end_s) for rank, hit in enumerate(ordered, 1)]

    def _nearest(
        self, name: str, row: np.ndarray, k: int, contents: Sequence[str] | None, clips: dict[str, ClipFacts] | None, exact: bool
    ) -> list[Hit]:
        """The best window of each of k clips or more; more windows are asked for until there are so many, or no more."""
        limit = WINDOWS * k
        while True:
            points = self._client.query_points(
                name,
                query=row.tolist(),
                query_filter=None if contents is None else q.Filter(must=[one_of("content", contents)]),
                search_params=None if self._local else q.SearchParams(exact=exact),  # without a server always exact
                limit=limit,
            ).points
            known = clips if clips is not None else self._clips_of({(point.payload or {})["content"] for point in points})
            items: dict[str, list[str]] = {}
            for item, facts in known.items():
                items.setdefault(facts.content, []).append(item)
            found: dict[str, Hit] = {}
            for point in points:
                window = point.payload or {}
                for item in items.get(window["content"], []):
                    found.setdefault(item, Hit(0, item, point.score, window["start_s"], window["end_s"]))
            # One more than k: what scores the same as the last one is ordered by its id.
            if len(found) > k or len(points) < limit:
                return list(found.values())
            limit *= 4

    def _clips_of(self, contents: Collection[str]) -> dict[str, ClipFacts]:
        found: dict[str, ClipFacts] = {}
        for part in chunks(sorted(contents), NAMED):
            conditions = q.Filter(must=[equal("kind", CLIP), alive(), one_of("content", part)])
            found |= {one["item"]: ClipFacts.of(one["value"]) for one in self._all(self._records, conditions)}
        return found

    def _of(self, fingerprint: str, contents: Collection[str], with_vectors: bool = False) -> Iterator[dict[str, Any]]:
        name = self._collection(fingerprint)
        if self._client.collection_exists(name):
            for part in chunks(sorted(contents), NAMED):
                yield from self._all(name, q.Filter(must=[one_of("content", part)]), with_vectors)

    def _all(self, name: str, conditions: q.Filter | None, with_vectors: bool = False) -> Iterator[dict[str, Any]]:
        """The payloads of all points that meet conditions, with their vectors."""
        at: Any = None
        while True:
            points, at = self._client.scroll(name, conditions, limit=MANY * 4, offset=at, with_vectors=with_vectors)
            yield from ({**(point.payload or {}), "vector": point.vector} for point in points)
            if at is None:
                return

    def _collection(self, fingerprint: str) -> str:
        return f"{self._address.name}-vectors-{place_digest(fingerprint, 16)}"

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What the server refuses, or that it is away, in a sentence."""
        try:
            yield
        except (ResponseHandlingException, httpx.TransportError, OSError) as error:
            said = self._address.scrubbed(str(error) or type(error).__name__)
            raise Unreachable(f"The shared gallery at {self._address} cannot be reached ({said}).") from None
        except (ApiException, RuntimeError, ValueError) as error:
            said = self._address.scrubbed(str(error))
            if "already accessed" in said:
                raise Unreachable(
                    f"The shared gallery at {self._address} is open in another program, and waits for it."
                ) from None
            raise StudioError(f"The shared gallery at {self._address} refused: {said}.") from None


def _point(record: Record, sent: int) -> q.PointStruct:
    kind, item, name = record.place
    payload: dict[str, Any] = {"kind": kind, "item": item, "name": name, "value": record.value, "low": record.low}
    payload |= {"written": record.written, "sent": sent, "alive": bool(record.value)}
    if kind == CLIP and record.value:
        payload |= ClipFacts.of(record.value)._asdict()
    return q.PointStruct(id=str(uuid.UUID(record.place.digest)), vector={}, payload=payload)


def _record(payload: dict[str, Any]) -> Record:
    place = Place(payload["kind"], payload["item"], payload["name"])
    return Record(place, payload["value"], payload["written"])


def _over_earlier(written: int, points: list[q.PointStruct]) -> q.UpsertOperation:
    earlier = q.Filter(must=[q.FieldCondition(key="written", range=q.Range(lt=written))])
    return q.UpsertOperation(upsert=q.PointsList(points=points, update_filter=earlier))
