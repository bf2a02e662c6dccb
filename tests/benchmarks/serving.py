"""Load on `motionpatches serve`: `python -m tests.benchmarks.serving [LIBRARY] [--clients N] [--rate R] [--seconds S]`.

Queries start at their times, R a second, each at the next client that is free; a latency counts from that time, so that waiting
for a client counts too. Every tenth answer's pictures are fetched as the page does. Without a library the demo library is served.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from tests.served import TOKEN

HITS, PICTURES_OF = 10, 10
FIRST = {"Authorization": f"Bearer {TOKEN}"}


class Load:
    """What clients have measured: seconds by kind of request, and what went wrong."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.problems: Counter[str] = Counter()

    def table(self) -> str:
        """A row for each kind of request, in milliseconds."""
        rows = ["| request | count | median, ms | 95th percentile | 99th | longest |", "|---|---|---|---|---|---|"]
        for kind, seconds in self.seconds.items():
            p50, p95, p99 = 1000 * np.percentile(seconds, (50, 95, 99))
            rows.append(f"| {kind} | {len(seconds):,} | {p50:.1f} | {p95:.1f} | {p99:.1f} | {1000 * max(seconds):.0f} |")
        wrong = ", ".join(f"{what}: {count}" for what, count in self.problems.items()) or "none"
        return "\n".join((*rows, "", f"errors: {wrong}"))


def ask(connection: HTTPConnection, path: str, load: Load, kind: str, due: float) -> bytes:
    """Ask once, and note how long it took from the time at which it was due."""
    try:
        connection.request("GET", path, headers=FIRST)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException) as error:
        connection.close()
        load.problems[f"{kind} {type(error).__name__}"] += 1
        return b""
    load.seconds[kind].append(time.perf_counter() - due)
    if answer.status != 200:
        load.problems[f"{kind} {answer.status}"] += 1
        return b""
    return content


def client(port: int, waiting: queue.SimpleQueue[tuple[float, int, str] | None], load: Load) -> None:
    """Ask what is due until there is no more."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        while (work := waiting.get()) is not None:
            due, number, text = work
            query = urllib.parse.urlencode({"text": text, "k": HITS})
            content = ask(connection, f"/search?{query}", load, "search", due)
            if content and number % PICTURES_OF == 0:
                for hit in json.loads(content)["hits"]:
                    ask(connection, hit["picture"], load, "picture", time.perf_counter())


def press(port: int, captions: list[str], clients: int, rate: float, seconds: float) -> Load:
    """Ask for captions, varied, at a rate."""
    load, draw = Load(), np.random.default_rng(0)
    waiting: queue.SimpleQueue[tuple[float, int, str] | None] = queue.SimpleQueue()
    threads = [threading.Thread(target=client, args=(port, waiting, load)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    start, count = time.perf_counter() + 0.2, int(rate * seconds)
    for number in range(count):
        due = start + number / rate
        time.sleep(max(due - time.perf_counter(), 0))
        words = captions[draw.integers(len(captions))].split()
        waiting.put((due, number, " ".join(words[: int(draw.integers(3, 12))])))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return load


@contextmanager
def started(library: Path, home: Path) -> Iterator[tuple[int, int]]:
    """`motionpatches serve`; gives port and process once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {**os.environ, "MOTIONPATCHES_TOKEN": TOKEN, "MOTIONPATCHES_HOME": str(home)}
    command = [sys.executable, "-m", "motionpatches", "serve", str(library), "--port", str(port)]
    with subprocess.Popen(command, env=told, stderr=subprocess.DEVNULL) as server:
        try:
            while not answers(port):
                assert server.poll() is None, "the server has ended"
                time.sleep(0.2)
            yield port, server.pid
        finally:
            server.terminate()


def answers(port: int) -> bool:
    """Whether the server answers a query yet."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        try:
            connection.request("GET", "/search?text=walks", headers=FIRST)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def processor_s(process: int) -> float:
    """Seconds of processor that a process has taken; Linux."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(arguments: list[str]) -> None:
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path, nargs="?", default=paths.demo_library())
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--rate", type=float, default=50.0, help="queries a second")
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--home", type=Path, help="where the server keeps index and vectors (default: a folder for this time)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        with started(options.library, home) as (port, process):
            os.environ["MOTIONPATCHES_HOME"] = str(home)
            captions = [clip.caption for clip in run(open_library(options.library, use_index=True)).clips]
            before = processor_s(process)
            load = press(port, captions, options.clients, options.rate, options.seconds)
            used = processor_s(process) - before
    print(f"serving {len(captions):,} clips, {options.clients} clients, {options.rate:g} queries/s for {options.seconds:g} s")
    print(f"{load.table()}\nprocessor of the server: {used:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
