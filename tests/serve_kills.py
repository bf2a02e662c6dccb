"""`python -m tests.serve_kills [KILLS]`: a served library is killed while clients write; what it had acknowledged stays.

The server is a forked process, killed (SIGKILL) at a random moment; clients add tags, write fields of the take sheet and add
captions in two libraries that are open together. After each kill every edit that was answered has to be on the disk.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.library import kept
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_paths
from motionpatches.core.progress import run
from motionpatches.core.serve.service import Service
from tests.served import TOKEN

CLIENTS, LONGEST_S = 4, 1.5


class Written:
    """What the server has acknowledged: by clip its tags and captions, and of each field the number that was written last."""

    def __init__(self) -> None:
        self.tags: set[tuple[str, str]] = set()
        self.captions: set[tuple[str, str]] = set()
        self.fields: dict[tuple[str, str], int] = {}

    def note(self, clip: str, wanted: dict) -> None:
        """Note an edit that was answered."""
        self.tags |= {(clip, tag) for tag in wanted.get("add_tags", ())}
        self.captions |= {(clip, line["text"]) for line in wanted.get("add_captions", ())}
        self.fields |= {(clip, field): int(value) for field, value in wanted.get("fields", {}).items()}

    @property
    def count(self) -> int:
        return len(self.tags) + len(self.captions) + sum(self.fields.values())

    def lost(self, library: Library) -> list[object]:
        """Return what is not on the disk."""
        marks, sheet, captions = kept.marks_of(library), kept.sheet_of(library), kept.captions_of(library)
        said = {clip: {line.text for line in lines} for clip, lines in captions.items()}
        return [
            *((clip, tag) for clip, tag in self.tags if clip not in marks or tag not in marks[clip].tags),
            *((clip, text) for clip, text in self.captions if text not in said.get(clip, ())),
            *((place, n) for place, n in self.fields.items() if int(sheet.get(place[0], {}).get(place[1], "0")) < n),
        ]


def kill_at_random(service: Service, roots: list[Path], kills: int, seed: int = 0, tell: Callable[[str], object] = print) -> int:
    """Serve, write, kill; as often as asked. Raises AssertionError where an edit is lost.

    Returns:
        How many edits were acknowledged.
    """
    draw, written = random.Random(seed), Written()
    numbers = [0] * CLIENTS
    for kill in range(kills):
        before = written.count
        with serving(service) as (port, process):
            ended = threading.Event()
            own = (port, service.library, written, numbers, ended)
            clients = [threading.Thread(target=client, args=(at, *own)) for at in range(CLIENTS)]
            for one in clients:
                one.start()
            answered(written, before)
            time.sleep(draw.uniform(0, LONGEST_S))
            os.kill(process, signal.SIGKILL)
            ended.set()
            for one in clients:
                one.join()
        lost = written.lost(run(open_paths(roots)))
        assert not lost, f"lost after kill {kill + 1}: {lost[:5]}"
        tell(f"kill {kill + 1}: {written.count - before} edits acknowledged, none lost")
    return written.count


def answered(written: Written, before: int) -> None:
    """Wait until the server has acknowledged something."""
    until = time.monotonic() + 60
    while written.count == before:
        assert time.monotonic() < until, "the server does not answer"
        time.sleep(0.01)


def client(at: int, port: int, library: Library, written: Written, numbers: list[int], ended: threading.Event) -> None:
    """Edit clips until the server is gone."""
    clips = [clip.id for clip in library.clips]
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        write(connection, at, clips, written, numbers, ended)


def write(
    connection: HTTPConnection, at: int, clips: list[str], written: Written, numbers: list[int], ended: threading.Event
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    while not ended.is_set():
        numbers[at] = number = numbers[at] + 1
        # Everyone writes into few clips, so that edits meet; a field belongs to one client.
        clip = clips[number % 3 - 1]
        wanted: dict = (
            {"add_tags": [f"t{at}-{number}"]},
            {"fields": {f"client-{at}": str(number)}},
            {"add_captions": [{"text": f"client {at} says {number}"}]},
        )[(number // 3) % 3]
        try:
            connection.request("POST", f"/edit?{urllib.parse.urlencode({'clip': clip})}", json.dumps(wanted), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            return
        assert answer.status == 200, content
        written.note(clip, wanted)


@contextmanager
def serving(service: Service) -> Iterator[tuple[int, int]]:
    """Answer for a service in a forked process; gives the port and the number of the process, which the caller kills."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        process = os.fork()
        if process == 0:
            try:
                serve(service, listening)
            finally:
                os._exit(1)
        port = listening.getsockname()[1]
    try:
        yield port, process
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def serve(service: Service, listening: socket.socket) -> None:
    import uvicorn

    from motionpatches.core.serve.web import web_app

    read_again = run(open_paths([part.library.root for part in service.library.sources]))
    app = web_app(Service(read_again, service.retriever, "m"), TOKEN, editable=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


def libraries(folder: Path) -> list[Path]:
    """Two small folders of takes."""
    positions = np.random.default_rng(0).normal(0, 1, (30, 22, 3)).astype(np.float32)
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
        for take in ("a", "b", "c"):
            np.save(folder / name / f"{take}.npy", positions)
    return [folder / "one", folder / "two"]


def served_libraries(roots: list[Path]) -> Service:
    """A service that edits go through; it is asked no question that needs a model."""
    return Service(run(open_paths(roots)), None, "m")  # type: ignore[arg-type]


def main(kills: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ[paths.HOME_VARIABLE] = str(Path(folder) / "home")
        roots = libraries(Path(folder))
        count = kill_at_random(served_libraries(roots), roots, kills)
    print(f"{kills} kills, {count:,} edits acknowledged, none lost")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
