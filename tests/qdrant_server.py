"""A server of Qdrant's own engine for tests: `python -m tests.qdrant_server FOLDER PORT`.

Qdrant's server is in no package that can be installed by pip or apt. This one answers the requests that the shared gallery
makes, in the server's own format, from the engine of `qdrant_client`, which keeps what it has acknowledged in FOLDER. It has no
index: every search is exact.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

VERSION = "1.16.0"


class Engine:
    """Answers a request: method, path without the collection, its name, and the body."""

    def __init__(self, folder: Path):
        from qdrant_client import QdrantClient

        self._client, self._lock = QdrantClient(path=str(folder)), threading.Lock()
        self._answers: dict[tuple[str, str], Callable[[str, dict[str, Any]], Any]] = {
            ("GET", "exists"): lambda name, _: {"exists": self._client.collection_exists(name)},
            ("PUT", ""): self._make,
            ("PUT", "index"): lambda name, _: {"operation_id": 0, "status": "completed"},
            ("PUT", "points"): self._upsert,
            ("POST", "points/batch"): self._batch,
            ("POST", "points"): lambda name, asked: self._client.retrieve(name, asked["ids"]),
            ("POST", "points/count"): lambda name, _: self._client.count(name),
            ("POST", "points/scroll"): self._scroll,
            ("POST", "points/query"): self._query,
        }

    def answer(self, method: str, path: str, asked: dict[str, Any]) -> Any:
        """Raise KeyError for a request that is not known, and ValueError for one that the engine refuses."""
        _, _, name, *rest = path.split("?")[0].split("/")
        with self._lock:
            return self._answers[method, "/".join(rest)](name, asked)

    def _make(self, name: str, asked: dict[str, Any]) -> bool:
        from qdrant_client import models as q

        size = q.VectorParams(**asked["vectors"]) if asked["vectors"] else {}
        return self._client.create_collection(name, vectors_config=size)

    def _upsert(self, name: str, asked: dict[str, Any]) -> Any:
        from qdrant_client import models as q

        found = q.PointsList(**asked)
        return self._client.upsert(name, found.points, wait=True, update_filter=found.update_filter)

    def _batch(self, name: str, asked: dict[str, Any]) -> Any:
        from qdrant_client import models as q

        return self._client.batch_update_points(name, [q.UpsertOperation(**one) for one in asked["operations"]])

    def _scroll(self, name: str, asked: dict[str, Any]) -> Any:
        from qdrant_client import models as q

        found = q.ScrollRequest(**asked)
        points, at = self._client.scroll(
            name, found.filter, limit=found.limit or 10, offset=found.offset, with_vectors=found.with_vector or False
        )
        return {"points": points, "next_page_offset": at}

    def _query(self, name: str, asked: dict[str, Any]) -> Any:
        from qdrant_client import models as q

        found = q.QueryRequest(**asked)
        return self._client.query_points(name, query=found.query, query_filter=found.filter, limit=found.limit or 10)


class Answer(BaseHTTPRequestHandler):
    """Requests and answers as Qdrant's server has them."""

    protocol_version = "HTTP/1.1"
    engine: Engine

    def handle(self) -> None:
        """Answer until the client leaves, or is killed."""
        with suppress(ConnectionError):
            super().handle()

    def _do(self) -> None:
        from pydantic_core import to_json

        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if self.path == "/":
                return self._send(200, to_json({"title": "qdrant - vector search engine", "version": VERSION}))
            result = self.engine.answer(self.command, self.path, json.loads(body or b"{}"))
            self._send(200, to_json({"result": result, "status": "ok", "time": 0.0}))
        except (KeyError, ValueError) as error:
            self._send(400, to_json({"status": {"error": f"{type(error).__name__}: {error}"}, "time": 0.0}))

    do_GET = do_PUT = do_POST = _do

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class QdrantServer:
    """The server in a process of its own, at a port of its own, with its data in a temporary folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="qdrant-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"qdrant://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "tests.qdrant_server", str(self.folder), str(self.port)]
        self.process, end = subprocess.Popen(command), time.monotonic() + 60
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Stop it, and remove its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    Answer.engine = Engine(Path(sys.argv[1]))
    ThreadingHTTPServer.allow_reuse_address = True
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Answer).serve_forever()
