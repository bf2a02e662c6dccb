"""For tests of shared galleries: a twin in memory that is obviously right, and a PostgreSQL server of the test's own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from motionpatches.core.library.filters import clip_filter
from motionpatches.core.library.library import Clip
from motionpatches.core.library.marks import Mark
from motionpatches.core.search.gallery import Hit
from motionpatches.core.shared_gallery.records import CAPTION, CLIP, SHEET, TAG, ClipFacts, Vectors, caption_line
from motionpatches.core.shared_gallery.store import Unreachable


class Twin:
    """A shared gallery as one dictionary and one list; `away`: the server does not answer."""

    def __init__(self):
        self.id, self.away = uuid.uuid4().hex, False
        self.records, self.rows, self.revision = {}, {}, 0

    def __call__(self, address):
        if self.away:
            raise Unreachable(f"The shared gallery at {address} cannot be reached (nobody is there).")
        return self

    def _there(self):
        if self.away:
            raise Unreachable("The shared gallery cannot be reached (it went away).")

    def identity(self):
        return self.id

    def now_us(self):
        return None

    def put(self, records):
        self._there()
        self.revision += 1
        for record in records:
            known = self.records.get(record.place)
            if known is None or record.written > known[0].written:
                self.records[record.place] = record, self.revision

    def since(self, revision):
        self._there()
        return [record for record, at in self.records.values() if at > revision], self.revision

    def about(self, items):
        self._there()
        return [record for place, (record, _) in self.records.items() if place.item in items]

    def put_vectors(self, fingerprint, vectors):
        self._there()
        for window, row in zip(vectors.windows, vectors.rows, strict=True):
            self.rows.setdefault((fingerprint, window), row)

    def lacking(self, fingerprint, contents):
        return set(contents) - {window.content for name, window in self.rows if name == fingerprint}

    def vectors(self, fingerprint, contents):
        self._there()
        found = [(w, row) for (name, w), row in self.rows.items() if name == fingerprint and w.content in contents]
        return Vectors(tuple(w for w, _ in found), np.array([row for _, row in found], np.float32))

    def count(self, fingerprint):
        return sum(name == fingerprint for name, _ in self.rows)

    def nearest(self, fingerprint, row, k, terms=(), exact=False):
        """Clips as those of a library, each looked at with the filter of libraries."""
        there = {place: record.value for place, (record, _) in self.records.items() if record.value}
        facts = {place.item: ClipFacts.of(value) for place, value in there.items() if place.kind == CLIP}
        marks, sheet, captions = {}, {}, {}
        for (kind, item, name), value in there.items():
            if kind == TAG:
                marks[item] = Mark(False, (*marks.get(item, Mark()).tags, name))
            elif kind == SHEET:
                sheet.setdefault(item, {})[name] = value
            elif kind == CAPTION:
                text, start_s, end_s = caption_line(name).text, caption_line(name).start_s, caption_line(name).end_s
                captions.setdefault((item, start_s, end_s), []).append(text)
        best, tests = {}, [(wanted, clip_filter(word_of(term), marks, sheet)) for wanted, term in terms]
        for item, one in facts.items():
            said = tuple(captions.get((one.take, one.start_s, one.end_s), ()))
            clip = Clip(item, Path(item), said, one.split, one.duration_s, one.start_s, one.end_s)
            if all(test(clip) == wanted for wanted, test in tests):
                for (name, window), vector in self.rows.items():
                    score = float(vector @ row)
                    if name == fingerprint and window.content == one.content and score > best.get(item, (-2.0,))[0]:
                        best[item] = score, window.start_s, window.end_s
        ordered = sorted(best.items(), key=lambda found: (-found[1][0], found[0]))[:k]
        return [Hit(rank, item, score, start, end) for rank, (item, (score, start, end)) in enumerate(ordered, 1)]

    def close(self):
        pass


def word_of(term):
    """A term as it is typed."""
    typed = {"length": f"len{term.sign}{term.value}", "caption": "has:caption", "words": term.value}
    if term.about == "sheet":
        own = {"any": term.field, "in": f"{term.field}={term.value}", "=": f"{term.field}:{term.value.replace(' ', '-')}"}
        return own.get(term.sign) or f"{term.field}{':' if term.sign == 'from' else term.sign}{term.value}"
    return typed.get(term.about, f"{term.about}:{term.value}")


def postgres_programs() -> Path | None:
    """Where initdb and postgres with pgvector are: those of the package pgserver, else those of the system; None without."""
    spec = find_spec("pgserver")
    places = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        version = place.parent.name
        controls = (place.parent / "share/postgresql/extension", Path("/usr/share/postgresql") / version / "extension")
        if (place / "initdb").exists() and any((folder / "vector.control").exists() for folder in controls):
            return place
    return None


def _stat(process: str | int) -> list[str]:
    """Its state, its parent and what follows in its `stat`, by proc(5); empty once it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _children(process: int) -> list[int]:
    return [int(p.name) for p in Path("/proc").glob("[0-9]*") if _stat(p.name)[1:2] == [str(process)]]


def _runs(process: int) -> bool:
    return _stat(process)[:1] not in ([], ["Z"])


class PostgresServer:
    """A server at a port of its own, with its data in a temporary folder; it refuses to run as root, so root runs it as nobody.

    Writes are not synchronised with the disk: `kill` ends processes, not the machine.
    """

    def __init__(self, programs: Path):
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._programs = programs
        self._as = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._run("initdb", "-U", "studio", "--auth=trust", "--no-sync", "-E", "UTF8").wait(60)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://studio@127.0.0.1:{self.port}/postgres"

    def _run(self, program: str, *arguments: str) -> subprocess.Popen:
        # Its loader refuses libraries of a user's environment.
        return subprocess.Popen(
            [self._programs / program, "-D", self.folder / "data", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as,
        )

    def start(self) -> None:
        """Start it, and wait until it answers; after a kill it takes back what was half done first."""
        import psycopg

        self.process = self._run(
            "postgres", "-p", str(self.port), "-k", str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"
        )
        end = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def kill(self) -> None:
        """End all of its processes at once (SIGKILL); those that serve connections lead groups of their own."""
        os.kill(self.process.pid, signal.SIGSTOP)  # it starts no further ones
        children = _children(self.process.pid)
        for pid in (self.process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        for _ in range(500):  # a child of the old server would keep the new one from starting
            if not any(_runs(child) for child in children):
                break
            time.sleep(0.01)
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def close(self) -> None:
        """Stop it, and remove its data."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
