"""Galleries in parts: the parts are the whole, each can be resumed, and the joined gallery is that of one process."""

import os
import signal
import sys
import time

import numpy as np
import pytest

from motionpatches.core import notices
from motionpatches.core.errors import StudioError
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search import indexing
from motionpatches.core.search.indexing import find_gallery
from motionpatches.core.search.shards import Shard, Workers, ended_early, index_shard, merge, part_of, shard_of


@pytest.fixture
def library(small_library):
    return run(open_library(small_library))


def rows(gallery):
    return {(e.clip_id, e.start_s): gallery.embeddings[at] for at, e in enumerate(gallery.entries)}


def test_parts_are_the_whole_and_the_joined_gallery_is_that_of_one_process(library, tiny_model, tmp_path, monkeypatch):
    alone = rows(run(indexing.build_gallery(tiny_model, library)))
    parts = [part_of(library, Shard(number, 3)) for number in (1, 2, 3)]
    assert sorted(clip.id for part in parts for clip in part.clips) == sorted(clip.id for clip in library.clips)
    for number in (1, 2, 3):
        run(index_shard(tiny_model, library, Shard(number, 3), tmp_path))
    assert find_gallery(tiny_model, library) is None
    damaged = tmp_path / "9-of-9" / "x.npz"
    damaged.parent.mkdir()
    damaged.write_bytes(b"no gallery")
    monkeypatch.setattr(indexing, "windows_of", lambda *_: pytest.fail("all of it was encoded"))
    joined = run(merge(tiny_model, library, tmp_path))
    assert rows(joined).keys() == alone.keys()
    assert max(np.abs(rows(joined)[at] - alone[at]).max() for at in alone) < 2e-3  # half precision on the disk
    assert joined.chance is not None and not list(tmp_path.glob("*-of-3/*.npz"))
    assert damaged.exists() and "left out" in notices.untold()[0]
    assert not part_of(library, Shard(1, 1), joined).clips  # nothing is left to encode


def test_a_part_that_was_ended_is_resumed(library, tiny_model, tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 1)
    job = index_shard(tiny_model, library, Shard(1, 1), tmp_path)
    for _ in range(6):
        next(job)
    job.close()
    encoded = []
    monkeypatch.setattr(indexing, "windows_of", lambda *given, of=indexing.windows_of: encoded.append(1) or of(*given))
    run(index_shard(tiny_model, library, Shard(1, 1), tmp_path))
    assert 0 < len(encoded) < 12


def test_what_no_part_has_is_encoded_by_the_join(library, tiny_model, tmp_path):
    run(index_shard(tiny_model, library, Shard(1, 2), tmp_path))
    joined = run(merge(tiny_model, library, tmp_path))
    assert {entry.clip_id for entry in joined.entries} == set(library.by_id)


def test_the_part_is_written_or_stated_by_a_scheduler(monkeypatch):
    assert shard_of("2/8") == Shard(2, 8)
    for wrong in ("0/8", "9/8", "2", "a/b", "1/99999", "-1/3"):
        with pytest.raises(StudioError):
            shard_of(wrong)
    with pytest.raises(StudioError, match="SLURM_ARRAY_TASK_ID"):
        shard_of("auto")
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert shard_of("auto") == Shard(4, 4)


WORKER = """
import sys, time
part = sys.argv[sys.argv.index("--shard") + 1]
print("progress 1 4", flush=True)
print("noise", flush=True)
print("The disk is full.", file=sys.stderr, flush=True)
time.sleep(0.05 if part != "3/3" else 60)
print("progress 4 4", flush=True)
sys.exit(part == "2/3" and 5)
"""


def test_progress_of_processes_is_added_up_and_one_that_is_killed_is_named():
    workers = Workers([sys.executable, "-c", WORKER], 3)
    seen, killed = [], False
    job = workers.run("takes")
    while True:
        try:
            seen.append(next(job))
        except StopIteration as end:
            statuses = end.value
            break
        if seen[-1].done >= 9 and not killed:
            workers.processes[2].kill()
            killed = True
    assert seen[-1].done == 9 and seen[-1].total == 12 and statuses[:2] == [0, 5] and statuses[2] != 0
    assert ended_early(statuses).startswith("Process 2 ended with 5, process 3 ended with") and not ended_early([0, 0])
    assert ended_early(statuses, workers.last_words).startswith("Process 2 ended with 5 (The disk is full), process 3")
    told = [(one.done, one.total) for one in seen]
    assert len(told) == len(set(told)), "each once"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_processes_end_with_the_job():
    workers = Workers([sys.executable, "-c", WORKER], 3)
    job = workers.run("takes")
    next(job)
    job.close()
    assert workers.processes[2].returncode == -signal.SIGTERM
    time.sleep(0)
