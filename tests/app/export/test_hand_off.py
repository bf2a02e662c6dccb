"""Files for other programs, and Blender, without a screen."""

import os
import stat
import subprocess
import time

import pytest

from motionpatches.app.export import hand_off
from motionpatches.app.export.hand_off import QUICK, find_blender, open_in_blender, write_files
from motionpatches.app.export.plan import KINDS, PURPOSES, Item, Plan
from motionpatches.core.errors import StudioError
from motionpatches.core.export.clean_up import CleanUp
from motionpatches.core.io.load import load_motion
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run


@pytest.fixture
def library(small_library):
    return run(open_library(small_library))


def test_one_clip_is_a_file_and_several_are_several(library):
    (one,) = write_files(library, (Item("000001", start_s=0.5, end_s=1.0),), PURPOSES["glb-blender"].apply(Plan()), None)
    assert one.name == "000001.glb" and load_motion(one).frame_count == 10
    clips = tuple(Item(clip.id, rank=7) for clip in library.clips[:3])
    files = write_files(library, clips, PURPOSES["bvh-blender"].apply(Plan()), None)
    assert [file.name for file in files] == ["01_000000.bvh", "02_000001.bvh", "03_000002.bvh"]
    assert files[0].parent != one.parent, "files of one name do not meet"
    with pytest.raises(StudioError, match="1 of 2 could not be written"):
        write_files(library, (clips[0], Item("000001", end_s=0.2)), Plan("npz", clean_up=CleanUp(trim_start_s=0.5)), None)


def test_files_of_days_before_are_removed(library):
    (old,) = write_files(library, (Item("000001"),), Plan("npz"), None)
    long_ago = time.time() - 2 * hand_off.KEPT_S
    os.utime(old.parent, (long_ago, long_ago))
    (new,) = write_files(library, (Item("000001"),), Plan("npz"), None)
    assert not old.parent.exists() and new.exists()


def test_no_video_is_written_while_a_program_waits():
    assert {KINDS[PURPOSES[name].kind].suffix for name in QUICK} >= {".glb", ".fbx", ".bvh", ".gif", ".png"}
    assert "mp4-1080p" not in QUICK


def test_blender_is_started_with_the_files_and_only_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hand_off, "PLACES", ())
    assert find_blender() == ""
    with pytest.raises(StudioError, match="Blender does not start"):
        open_in_blender([tmp_path / "a.glb"])
    program, seen = tmp_path / "blender", tmp_path / "seen"
    program.write_text(f"#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done > {seen}.part\n/bin/mv {seen}.part {seen}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert find_blender() == str(program)
    awkward = tmp_path / 'it\'s "a" $(file).glb'
    open_in_blender([awkward, tmp_path / "b.glb"])
    end = time.monotonic() + 5
    while not seen.exists() and time.monotonic() < end:
        time.sleep(0.02)
    words = seen.read_text().splitlines()
    assert words[0] == "--python-expr" and words[-3:] == ["--", str(awkward), str(tmp_path / "b.glb")]
    script = "\n".join(words[1:-3])
    assert "import_scene.gltf" in script and "it's" not in script, "paths are arguments, not code"
    compile(script, "script", "exec")
    assert subprocess.run(["/bin/sh", "-n", str(program)]).returncode == 0
