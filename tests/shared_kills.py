"""`python -m tests.shared_kills [COUNT] [ENGINE]`: a shared gallery whose server or client is killed at random moments.

The engine is postgresql, qdrant (its engine behind a server, `tests/qdrant_server.py`) or local: the client has Qdrant's engine
in itself, and is killed alone.

A client writes captions, tags, fields and vectors into a library and sends them, again and again, and prints each step that is
kept. After every kill it is begun anew. At the end the library, a second one and the server have every step that was printed,
whichever of both was killed.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library import caption_store, marks, sheet
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.library import Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.open import open_library
from motionpatches.core.library.takes import clips_of, lines_of, with_lines
from motionpatches.core.progress import run
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.records import Vectors, Window
from motionpatches.core.shared_gallery.store import Unreachable, opened
from motionpatches.core.shared_gallery.sync import synchronised
from tests.qdrant_server import QdrantServer
from tests.shared_galleries import PostgresServer, postgres_programs

DIM, TAKE = 8, "walk"
BVH = (
    "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\nEnd Site\n{\nOFFSET 0 1 0\n}\n}\n"
    "MOTION\nFrames: 2\nFrame Time: 0.04\n0 0 0\n0 0 1\n"
)


def row_of(step: int) -> np.ndarray:
    return np.random.default_rng(step).normal(size=(1, DIM)).astype(np.float32)


def client(root: Path, url: str, step: int) -> None:
    """Work on from a step until it is killed."""
    library, address = run(open_library(root)), address_of(url)
    while True:
        lines = (*lines_of(clips_of(library, {TAKE})[TAKE]), CaptionLine(f"caption {step}"))
        library = with_lines(library, caption_store.save(library, {TAKE: lines}, False).lines)
        was = marks.read_marks(root).get(TAKE, Mark())
        marks.change_marks(root, {TAKE: was}, {TAKE: Mark(False, (*was.tags, f"tag {step}"))})
        sheet.change_sheet(root, {(TAKE, f"field{step}"): str(step)})
        print(f"edited {step}", flush=True)  # on the disk: it has to reach the server some time
        try:
            with opened(address) as store:
                library, _ = synchronised(library, address, store)
                store.put_vectors("model", Vectors((Window(f"content {step}", 0.0, 1.0),), row_of(step)))
                print(f"vector {step}", flush=True)
        except Unreachable:
            pass
        step += 1


def said(root: Path, library: Library) -> tuple[set[str], set[str], dict[str, str]]:
    texts = {line.text for line in lines_of(clips_of(library, {TAKE})[TAKE])}
    return texts, set(marks.read_marks(root).get(TAKE, Mark()).tags), sheet.read_sheet(root).get(TAKE, {})


def main(count: int, seed: int = 1, engine: str = "postgresql") -> str:
    """Kill the server or the client `count` times. Raises AssertionError where something is lost. Returns what was done."""
    rng, place = random.Random(seed), Path(tempfile.mkdtemp())
    roots = [place / "anna", place / "ben"]
    for root in roots:
        root.mkdir()
        (root / f"{TAKE}.bvh").write_text(BVH)
    try:
        with ExitStack() as ends:
            if engine == "local":
                return _killed(count, rng, roots, f"qdrant+local://{place / 'engine'}", None)
            if engine == "qdrant":
                qdrant = ends.enter_context(closing(QdrantServer()))
                return _killed(count, rng, roots, f"{qdrant.url}/kills", qdrant)
            programs = postgres_programs()
            assert programs is not None, "no PostgreSQL with pgvector on this machine"
            server = ends.enter_context(closing(PostgresServer(programs)))
            return _killed(count, rng, roots, server.url, server)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _killed(count: int, rng: random.Random, roots: list[Path], url: str, server: PostgresServer | QdrantServer | None) -> str:
    killed, step, file = {"server": 0, "client": 0}, 0, roots[0].parent / "said"
    acknowledged: set[str] = set()
    for _ in range(count):
        command = [sys.executable, "-m", "tests.shared_kills", "client", str(roots[0]), url, str(step)]
        with file.open("w+") as out:
            worker = subprocess.Popen(command, stdout=out)
            try:
                _wait_for_lines(file, worker, rng.randint(1, 7))
                time.sleep(rng.random() * 0.5)
                what = rng.choice(("server", "client")) if server is not None else "client"
                if server is not None and what == "server":
                    server.kill()
                    time.sleep(rng.random() * 0.3)  # edits without a server
                    server.start()
                    time.sleep(rng.random() * 0.3)
                killed[what] += 1
            finally:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
        lines = file.read_text().split("\n")[:-1]
        acknowledged |= set(lines)
        step = max(int(line.split()[1]) for line in lines) + 1
    return _checked(roots, url, acknowledged, killed)


def _wait_for_lines(file: Path, worker: subprocess.Popen, count: int) -> None:
    end = time.monotonic() + 120
    while file.read_text().count("\n") < count:
        assert worker.poll() is None and time.monotonic() < end, "the client does not work"
        time.sleep(0.02)


def _checked(roots: list[Path], url: str, acknowledged: set[str], killed: dict[str, int]) -> str:
    edited = sorted(int(line.split()[1]) for line in acknowledged if line.startswith("edited"))
    vectors = [int(line.split()[1]) for line in acknowledged if line.startswith("vector")]
    address = address_of(url)
    with opened(address) as store:
        for root in roots:
            library, _ = synchronised(run(open_library(root)), address, store)
            texts, tags, fields = said(root, library)
            lost = [
                n for n in edited if f"caption {n}" not in texts or f"tag {n}" not in tags or fields.get(f"field{n}") != str(n)
            ]
            assert not lost, f"{root.name} has lost {lost}"
        found = store.vectors("model", [f"content {n}" for n in vectors])
        rows = {window.content: row for window, row in zip(found.windows, found.rows, strict=True)}
        for n in vectors:
            np.testing.assert_array_equal(rows[f"content {n}"], row_of(n)[0])
    kills = " and ".join(f"{times} of the {what}" for what, times in killed.items() if times)
    return f"{kills}: {len(edited)} captions, tags and fields each and {len(vectors)} vectors were acknowledged, none is lost"


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        try:
            client(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
        except StudioError as error:
            sys.exit(str(error))
    else:
        home = tempfile.mkdtemp()
        os.environ[paths.HOME_VARIABLE] = home
        try:
            print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, engine="".join(sys.argv[2:3]) or "postgresql"))
        finally:
            shutil.rmtree(home, ignore_errors=True)
