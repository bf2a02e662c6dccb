"""`python -m tests.kills [NAME ...]`: a process is killed before each of its operations on files, and what is left is looked at.

Each piece of work is begun anew in a forked process that kills itself (SIGKILL) before operation 1, 2, 3 … until it comes to its
end. After every kill its check sees the folder; then the work is done once more, unhindered, and has to succeed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from motionpatches.core import notices, paths
from motionpatches.core.atomic import PREFIX, replacing_folder, whole_folder
from motionpatches.core.export.bvh import bvh_text
from motionpatches.core.export.write import write_manifest, write_motion
from motionpatches.core.library import caption_store, index
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.library import Clip, Library, Reader
from motionpatches.core.library.marks import Mark, change_marks, read_marks
from motionpatches.core.library.takes import FOLDER
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import KIT21, SMPL22
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction
from motionpatches.core.search.gallery import Entry, Gallery, load_gallery
from motionpatches.core.search.kept_gallery import KeptGallery

EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.scandir", "os.truncate", "sqlite3.connect"}
MOST = 500


class Work(NamedTuple):
    """`before` makes the folder as it is; `work` is killed; `check` raises AssertionError for what must not be; its
    second argument: whether the work came to its end."""

    before: Callable[[Path], None]
    work: Callable[[Path], object]
    check: Callable[[Path, bool], None]


def kills_of(work: Work) -> int:
    """Kill a piece of work at each operation. Returns how many there were."""
    for at in range(1, MOST):
        with place() as folder:
            work.before(folder)
            ended = run_until(at, lambda folder=folder: work.work(folder), folder)
            work.check(folder, ended)
            assert not notices.untold(), "nothing is damaged"
            work.work(folder)
            work.check(folder, True)
            if ended:
                return at - 1
    raise AssertionError("no end")


@contextmanager
def place() -> Iterator[Path]:
    """An empty folder, which is the home of the program too."""
    folder = Path(tempfile.mkdtemp())
    os.environ[paths.HOME_VARIABLE] = str(folder / "home")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def run_until(last: int, work: Callable[[], object], folder: Path) -> bool:
    """Run in a process that is killed before its operation number `last` in a folder. Returns whether it ended by itself."""
    child = os.fork()
    if child == 0:
        try:
            kill_at(last, str(folder))
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), f"exit {status}"
    return status == 0


def kill_at(last: int, folder: str) -> None:
    """From now on: fsync counts as an operation too, though Python does not announce it."""
    count, fsync = 0, os.fsync

    def step() -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple) -> None:
        if event in EVENTS and any(folder in str(a) for a in arguments[:2]):
            step()

    sys.addaudithook(hook)
    os.fsync = lambda descriptor: (step(), fsync(descriptor))


def visible(folder: Path) -> list[str]:
    """Names without what a killed writer leaves, of which there is one at most."""
    names = [f.name for f in folder.rglob("*") if f.is_file() and "home" not in f.relative_to(folder).parts]
    assert sum(name.startswith(PREFIX) for name in names) <= 1
    return sorted(name for name in names if not name.startswith(PREFIX))


TABLE = "file,caption\r\na.npy,w\xe4lks\r\nb.npy,runs\r\n".encode("latin-1")
MOTION = Motion(np.random.default_rng(0).normal(0, 1, (8, 22, 3)).astype(np.float32), 20.0, SMPL22, "a")


def library(root: Path, caption: str = "wälks") -> Library:
    clips = (Clip("a", root / "a.npy", (caption,), duration_s=3.0, key="a"), Clip("b", root / "b.npy", ("runs",), key="b"))
    return Library(root, "takes", FOLDER, clips, Reader(lambda clip: MOTION))


def write_table(folder: Path) -> None:
    (folder / "captions.csv").write_bytes(TABLE)


def save_captions(own: bool) -> Callable[[Path], object]:
    return lambda folder: caption_store.save(library(folder), {"a": (CaptionLine("hops"),)}, own)


def check_table(folder: Path, ended: bool) -> None:
    found = (folder / "captions.csv").read_bytes()
    new = TABLE.replace("wälks".encode("latin-1"), b"hops")
    assert found == new if ended else found in (TABLE, new)
    assert visible(folder) == ["captions.csv"]


def check_sidecar(folder: Path, ended: bool) -> None:
    captions = caption_store.read_sidecar(folder)
    assert captions == {"a": (CaptionLine("hops"),)} or (not ended and captions == {})


def make_text(folder: Path) -> None:
    caption_store.save(library(folder), {"b": (CaptionLine("runs"), CaptionLine("x", 0.0, 1.0))}, True)


def check_text(folder: Path, ended: bool) -> None:
    assert visible(folder) == ["b.txt"] or (not ended and not visible(folder))
    if visible(folder):
        assert (folder / "b.txt").read_text() == "runs##0.0#0.0\nx##0.0#1.0\n"


def star(name: str, tags: tuple[str, ...] = ()) -> Callable[[Path], object]:
    return lambda folder: change_marks(folder, {}, {name: Mark(True, tags)})


def check_marks(folder: Path, ended: bool) -> None:
    found = read_marks(folder)
    assert found["old"] == Mark(True) and (found.get("new") == Mark(True, ("t",)) or (not ended and "new" not in found))


def save_index(caption: str) -> Callable[[Path], object]:
    return lambda folder: index.save(library(folder, caption))


def check_index(folder: Path, ended: bool) -> None:
    found = index.load(folder)
    captions = found.clips[0].captions
    assert captions == ("new",) if ended else captions in (("old",), ("new",))
    assert index.search(folder, captions[0]) == [0]


def save_gallery(*ids: str) -> Callable[[Path], object]:
    def save(folder: Path) -> None:
        kept = KeptGallery(folder / "g.npz")
        kept.load()
        rows = np.ones((len(ids), 4), np.float32)
        kept.save(Gallery(rows, tuple(Entry(i, "k", 0.0, 1.0) for i in ids), "m"), [Clip(i, folder, key="k") for i in ids])

    return save


def check_gallery(folder: Path, ended: bool) -> None:
    found = [entry.clip_id for entry in load_gallery(folder / "g.npz").entries]
    assert found == ["a", "b", "c"] if ended else found in (["a"], ["a", "b", "c"])


def export(folder: Path) -> None:
    for suffix in (".bvh", ".npy", ".csv"):
        write_motion(MOTION, folder / "out" / f"a{suffix}")
    write_manifest(folder / "out", "walk", "m", "l", [{"file": "a.bvh"}])


def check_export(folder: Path, ended: bool) -> None:
    names = visible(folder)
    assert len(names) == 4 or not ended
    for name in names:
        content = (folder / "out" / name).read_bytes()
        if name == "a.bvh":
            assert content.decode() == bvh_text(MOTION)
        if name == "a.npy":
            np.testing.assert_array_equal(np.load(folder / "out" / name), MOTION.positions)
        if name == "a.csv":
            assert content.count(b"\n") == 9
        if name == "manifest.json":
            assert content.endswith(b"}\n") and len(names) == 4


def write_model(*contents: str) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        with replacing_folder(folder / "best") as made:
            for number, content in enumerate(contents):
                (made / f"{number}").write_text(content)

    return write


def check_model(folder: Path, ended: bool) -> None:
    found = {f.name: f.read_text() for f in whole_folder(folder / "best").iterdir()}
    new = {"0": "new", "1": "more"}
    assert found == new if ended else found in ({"0": "old"}, new)
    assert not ended or [f.name for f in folder.iterdir() if not f.name.startswith((PREFIX, "home"))] == ["best"]


def correct(skeleton, up: str) -> Callable[[Path], object]:
    return lambda folder: corrections.remember("rig", skeleton, None, Correction(up=up))


def check_corrections(folder: Path, ended: bool) -> None:
    found = {entry.rig: entry.correction.up for entry in corrections.listed()}
    old, new = corrections.hierarchy_key(KIT21), corrections.hierarchy_key(SMPL22)
    assert found == {old: "Z", new: "X"} or (not ended and found == {old: "Z"})


WORKS = {
    "a caption in a table": Work(write_table, save_captions(True), check_table),
    "a caption in the user's file": Work(lambda folder: None, save_captions(False), check_sidecar),
    "captions in a new text": Work(lambda folder: None, make_text, check_text),
    "a mark": Work(star("old"), star("new", ("t",)), check_marks),
    "an index": Work(save_index("old"), save_index("new"), check_index),
    "a gallery": Work(save_gallery("a"), save_gallery("a", "b", "c"), check_gallery),
    "an export": Work(lambda folder: None, export, check_export),
    "a folder": Work(write_model("old"), write_model("new", "more"), check_model),
    "a correction": Work(correct(KIT21, "Z"), correct(SMPL22, "X"), check_corrections),
}


def write_in_place(folder: Path) -> None:
    """As nothing here does: the old table is gone before the new one is there."""
    with open(folder / "captions.csv", "wb") as stream:
        for piece in (TABLE[:20], TABLE[20:]):
            stream.write(piece.replace("wälks".encode("latin-1"), b"hops"))
            stream.flush()
            os.fsync(stream.fileno())


# The check of the check.
BAD = {"in place": Work(write_table, write_in_place, check_table)}


def main(names: list[str]) -> None:
    total = 0
    for name in names or WORKS:
        try:
            kills = kills_of((WORKS | BAD)[name])
        except AssertionError as error:
            raise SystemExit(f"{name} is not whole after a kill: {error}") from error
        total += kills
        print(f"{name}: {kills} kills", flush=True)
    print(f"{total} kills", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
