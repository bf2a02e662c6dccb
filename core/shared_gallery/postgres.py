"""A shared gallery in PostgreSQL with the extension pgvector: one schema, three tables."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.conninfo import make_conninfo

from motionpatches.core.errors import StudioError
from motionpatches.core.search.gallery import Hit
from motionpatches.core.shared_gallery.address import Address
from motionpatches.core.shared_gallery.postgres_filter import condition
from motionpatches.core.shared_gallery.records import Place, Record, Vectors, Window, chunks
from motionpatches.core.shared_gallery.store import Terms, Unreachable

CONNECT_S, SILENT_MS = 5, 10_000
# Rows of one statement; vectors of a model from which on they have an index; rows that it is asked for per clip wanted.
MANY, INDEXED_FROM, WINDOWS = 5_000, 20_000, 8
MOST_CANDIDATES = 1_000
_TABLES = """
CREATE TABLE IF NOT EXISTS {s}.gallery (id text, revision bigint);
CREATE TABLE IF NOT EXISTS {s}.records (
    digest text PRIMARY KEY, kind text NOT NULL, item text NOT NULL, name text NOT NULL, value text NOT NULL,
    low text NOT NULL, written bigint NOT NULL, revision bigint NOT NULL,
    content text GENERATED ALWAYS AS (CASE WHEN kind = 'clip' AND value <> '' THEN value::json ->> 0 END) STORED,
    take text GENERATED ALWAYS AS (CASE WHEN kind = 'clip' AND value <> '' THEN value::json ->> 1 END) STORED,
    duration_s float8 GENERATED ALWAYS AS (CASE WHEN kind = 'clip' AND value <> '' THEN (value::json ->> 2)::float8 END) STORED,
    split text GENERATED ALWAYS AS (CASE WHEN kind = 'clip' AND value <> '' THEN value::json ->> 3 END) STORED,
    start_s float8 GENERATED ALWAYS AS (CASE WHEN kind = 'clip' AND value <> '' THEN (value::json ->> 4)::float8
                                             WHEN kind = 'caption' THEN (name::json ->> 1)::float8 END) STORED,
    end_s float8 GENERATED ALWAYS AS (CASE WHEN kind = 'clip' AND value <> '' THEN (value::json ->> 5)::float8
                                           WHEN kind = 'caption' THEN (name::json ->> 2)::float8 END) STORED
);
CREATE INDEX IF NOT EXISTS records_item ON {s}.records USING hash (item);
CREATE INDEX IF NOT EXISTS records_content ON {s}.records USING hash (content);
CREATE INDEX IF NOT EXISTS records_revision ON {s}.records (revision);
CREATE TABLE IF NOT EXISTS {s}.vectors (
    fingerprint text, content text, start_s float8, end_s float8, vector vector NOT NULL,
    PRIMARY KEY (fingerprint, content, start_s, end_s)
);
"""


class PostgresStore:
    """One connection. Who writes records takes the row of `gallery` first, so that revisions are seen in their order."""

    def __init__(self, address: Address):
        self._address = address
        with self._said():
            options: dict[str, int | str] = {"connect_timeout": CONNECT_S, "tcp_user_timeout": SILENT_MS}
            options |= {"application_name": "Motion Patches Studio"}
            options |= {"password": address.password} if address.password else {}
            self._base = psycopg.connect(make_conninfo(address.url.partition("#")[0], **options), autocommit=True)
        try:
            with self._said():
                self._identity = self._prepare()
        except BaseException:
            self._base.close()
            raise

    def _prepare(self) -> str:
        """Make the tables where there are none; one program at a time."""
        schema = sql.Identifier(self._address.name)
        known = self._base.execute("SELECT to_regclass(%s)", (f'"{self._address.name}".vectors',)).fetchone()
        if known is None or known[0] is None:
            with self._base.transaction():
                self._base.execute("SELECT pg_advisory_xact_lock(hashtext('motionpatches'))")
                try:
                    with self._base.transaction():
                        self._base.execute("CREATE EXTENSION IF NOT EXISTS vector")
                except psycopg.Error as error:
                    raise StudioError(
                        f"The database of {self._address} has no extension vector ({self._address.scrubbed(str(error))}). "
                        "Its administrator installs pgvector and says: CREATE EXTENSION vector."
                    ) from None
                # Whoever is the first makes it for the owner of the database, as which all the others are let in.
                owner = self._base.execute(
                    "SELECT rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba "
                    "WHERE datname = current_database() AND pg_has_role(r.oid, 'MEMBER')"
                ).fetchone()
                if owner is not None:
                    self._base.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner[0])))
                self._base.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
                self._base.execute(sql.SQL(_TABLES).format(s=schema))
                self._base.execute(
                    sql.SQL("INSERT INTO {s}.gallery SELECT %s, 0 WHERE NOT EXISTS (SELECT 1 FROM {s}.gallery)").format(s=schema),
                    (uuid.uuid4().hex,),
                )
        register_vector(self._base)
        self._base.execute(sql.SQL("SET search_path TO {}, public").format(schema))
        found = self._base.execute("SELECT id FROM gallery").fetchone()
        assert found is not None
        return str(found[0])

    def identity(self) -> str:
        return self._identity

    def now_us(self) -> int | None:
        with self._said():
            found = self._base.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchone()
            return int(found[0]) if found else None

    def put(self, records: Sequence[Record]) -> None:
        if not records:
            return
        with self._said(), self._base.transaction():
            at = self._base.execute("UPDATE gallery SET revision = revision + 1 RETURNING revision").fetchone()
            assert at is not None
            for part in chunks(records, MANY):
                rows = [(one.place.digest, *one.place, one.value, one.low, one.written) for one in part]
                self._base.execute(
                    "INSERT INTO records (digest, kind, item, name, value, low, written, revision) "
                    "SELECT d, k, i, n, v, l, w, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], "
                    "%s::text[], %s::bigint[]) AS r (d, k, i, n, v, l, w) ON CONFLICT (digest) DO UPDATE SET "
                    "value = excluded.value, low = excluded.low, written = excluded.written, revision = excluded.revision "
                    "WHERE excluded.written > records.written",
                    (at[0], *map(list, zip(*rows, strict=True))),
                )

    def since(self, revision: int) -> tuple[list[Record], int]:
        with self._said():
            at = self._base.execute("SELECT revision FROM gallery").fetchone()
            assert at is not None
            rows = self._base.execute(
                "SELECT kind, item, name, value, written FROM records WHERE revision > %s AND revision <= %s", (revision, at[0])
            )
            return [_record(*row) for row in rows], int(at[0])

    def about(self, items: Collection[str]) -> list[Record]:
        with self._said():
            rows = self._base.execute("SELECT kind, item, name, value, written FROM records WHERE item = ANY(%s)", (list(items),))
            return [_record(*row) for row in rows]

    def put_vectors(self, fingerprint: str, vectors: Vectors) -> None:
        with self._said():
            for part in vectors.parts(MANY):
                with self._base.transaction(), self._base.cursor() as cursor:
                    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS new_vectors (LIKE vectors) ON COMMIT DELETE ROWS")
                    with cursor.copy("COPY new_vectors FROM STDIN WITH (FORMAT BINARY)") as copy:
                        copy.set_types(["text", "text", "float8", "float8", "vector"])
                        for window, row in zip(part.windows, part.rows.astype(np.float32), strict=True):
                            copy.write_row((fingerprint, *window, row))
                    cursor.execute("INSERT INTO vectors SELECT * FROM new_vectors ORDER BY content ON CONFLICT DO NOTHING")
            if len(vectors.windows) and self.count(fingerprint) >= INDEXED_FROM:
                self._index(fingerprint, vectors.rows.shape[1])

    def _index(self, fingerprint: str, dim: int) -> None:
        """Make the approximate index of a model's vectors where there is none."""
        name = "hnsw_" + hashlib.sha256(fingerprint.encode()).hexdigest()[:16]
        command = (
            "CREATE INDEX IF NOT EXISTS {} ON vectors USING hnsw ((vector::vector({})) vector_ip_ops) WHERE fingerprint = {}"
        )
        self._base.execute(sql.SQL(command).format(sql.Identifier(name), sql.Literal(dim), sql.Literal(fingerprint)))

    def lacking(self, fingerprint: str, contents: Collection[str]) -> set[str]:
        with self._said():
            found: set[str] = set()
            for part in chunks(contents, MANY):
                command = "SELECT DISTINCT content FROM vectors WHERE fingerprint = %s AND content = ANY(%s)"
                found |= {content for (content,) in self._base.execute(command, (fingerprint, list(part)))}
            return set(contents) - found

    def vectors(self, fingerprint: str, contents: Collection[str]) -> Vectors:
        windows, rows = [], []
        with self._said():
            for part in chunks(contents, MANY):
                command = "SELECT content, start_s, end_s, vector FROM vectors WHERE fingerprint = %s AND content = ANY(%s)"
                for content, start_s, end_s, vector in self._base.execute(command, (fingerprint, list(part)), binary=True):
                    windows.append(Window(content, start_s, end_s))
                    rows.append(_array(vector))
        return Vectors(tuple(windows), np.stack(rows) if rows else np.zeros((0, 0), np.float32))

    def count(self, fingerprint: str) -> int:
        with self._said():
            found = self._base.execute("SELECT count(*) FROM vectors WHERE fingerprint = %s", (fingerprint,)).fetchone()
            return int(found[0]) if found else 0

    def nearest(self, fingerprint: str, row: np.ndarray, k: int, terms: Terms = (), exact: bool = False) -> list[Hit]:
        if k < 1:
            return []
        where, values = condition(terms)
        given = {"q": row.astype(np.float32), "f": fingerprint, "k": k, **values}
        clips = "JOIN records c ON c.content = v.content AND c.kind = 'clip' AND " + where
        with self._said():
            found = [] if exact else self._candidates(given, clips, len(row), k)
            if len(found) < k:
                command = (
                    "SELECT item, start_s, end_s, score FROM (SELECT DISTINCT ON (c.item) c.item, v.start_s, v.end_s, "
                    f"-(v.vector <#> %(q)s) AS score FROM vectors v {clips} WHERE v.fingerprint = %(f)s "
                    "ORDER BY c.item, score DESC, v.start_s, v.end_s) AS best ORDER BY score DESC, item LIMIT %(k)s"
                )
                found = self._base.execute(command, given).fetchall()
        return [Hit(rank, item, float(score), start_s, end_s) for rank, (item, start_s, end_s, score) in enumerate(found[:k], 1)]

    def _candidates(self, given: dict[str, Any], clips: str, dim: int, k: int) -> list[Any]:
        """What the index finds, each clip by its best window; fewer than k where filters or windows leave fewer."""
        wanted = min(MOST_CANDIDATES, WINDOWS * k)
        command = (
            "SELECT item, start_s, end_s, score FROM (SELECT DISTINCT ON (c.item) c.item, v.start_s, v.end_s, v.score FROM "
            f"(SELECT content, start_s, end_s, -((vector::vector({dim})) <#> %(q)s::vector({dim})) AS score FROM vectors "
            f"WHERE fingerprint = %(f)s ORDER BY (vector::vector({dim})) <#> %(q)s::vector({dim}) LIMIT {wanted}) AS v {clips} "
            "ORDER BY c.item, v.score DESC) AS best ORDER BY score DESC, item"
        )
        quoted = sql.quote(given["f"])
        with self._base.transaction():
            self._base.execute(f"SET LOCAL hnsw.ef_search = {max(40, wanted)}")
            # The index is of one model, so that its name has to be a part of the query.
            return self._base.execute(command.replace("%(f)s", quoted.replace("%", "%%")), given).fetchall()

    def close(self) -> None:
        self._base.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What the server refuses, or that it is away, in a sentence."""
        try:
            yield
        except psycopg.OperationalError as error:
            lines = str(error).removeprefix("connection failed: ").splitlines() or [type(error).__name__]  # then hints of libpq
            said = self._address.scrubbed(lines[0]).rstrip(".")
            raise Unreachable(f"The shared gallery at {self._address} cannot be reached ({said}).") from None
        except psycopg.Error as error:
            raise StudioError(f"The shared gallery at {self._address} refused: {self._address.scrubbed(str(error))}.") from None


def _record(kind: str, item: str, name: str, value: str, written: int) -> Record:
    return Record(Place(kind, item, name), value, written)


def _array(vector: Any) -> np.ndarray:
    return np.asarray(vector.to_numpy() if hasattr(vector, "to_numpy") else vector, np.float32)
