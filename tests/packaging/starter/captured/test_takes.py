"""Captured takes cut into captioned actions: packaging/starter/captured/takes.py and its tables."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.export.write import write_motion
from motionpatches.core.motion.canonical import canonical, facing
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.packaging.starter.captured.takes import SOURCES, read_clips, recording_of, rows

HEADER = "take,start,end,action,rule,captions\n"
KICKS = {"front kick", "side kick", "roundhouse kick", "crescent kick", "axe kick", "spinning kick", "arabesque"}


def side_of(captions: tuple[str, ...]) -> str:
    """The only side that the captions name, or ''."""
    sides = set(re.findall(r"\b(?:left|right)\b", " ".join(captions)))
    return sides.pop() if len(sides) == 1 else ""


def table(folder: Path, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "actions-cmu.csv").write_text(HEADER + "".join(line + "\n" for line in lines))
    return folder


@pytest.fixture
def data(tmp_path, smpl_motion):
    """Takes of three seconds; the second begins with a rest pose, as many conversions do."""
    folder = tmp_path / "data" / "cmu"
    folder.mkdir(parents=True)
    write_motion(smpl_motion, folder / "02_01.bvh")
    resting = smpl_motion.positions.copy()
    resting[0] = smpl_motion.positions[0] * [1, 1, 1] + np.linspace(0, 1, 22)[:, None]
    write_motion(replace(smpl_motion, positions=resting), folder / "02_02.bvh")
    return tmp_path / "data"


def test_a_take_becomes_a_clip_for_each_row(data, tmp_path, smpl_motion):
    tables = table(
        tmp_path / "tables",
        "02_01,0,0,walk,label,walk | a person walks | walking",
        "02_01,1,2.5,walk,measured,someone walks on | walking",
        "02_02,0,0,walk,seen,a walk",
    )
    found = read_clips(data, ["cmu"], folder=tables)
    assert not found.skipped
    assert [clip.row.name for clip in found.clips] == ["cmu/02_01@0-0", "cmu/02_01@1-2.5", "cmu/02_02@0-0"]
    assert found.clips[0].row.captions == ("walk", "a person walks", "walking")
    whole, part, rested = (clip.motion for clip in found.clips)
    assert whole.frame_count == smpl_motion.frame_count and part.frame_count == 30
    assert np.array_equal(part.positions, whole.positions[20:50])
    assert rested.frame_count == smpl_motion.frame_count - 1  # without the rest pose


def test_rows_without_a_clip_are_counted_and_named(data, tmp_path):
    tables = table(
        tmp_path / "tables",
        "99_01,0,0,walk,label,walk",
        "02_01,1,60,walk,label,walk",
        "02_01,0,0,walk,label,strolling in the park | strolling to the park with dog and ball",
        "02_02,0,0,walk,label,a man strolls to a park",
    )
    found = read_clips(data, ["cmu"], ["A person strolls in the park."], tables)
    # Two of its four words are those of the test sentence: not more than half.
    assert [clip.row.captions for clip in found.clips] == [("strolling to the park with dog and ball",)]
    assert len(found.skipped) == 3
    for skipped, part in zip(found.skipped, ("cmu/99_01", "ends at", "02_02@0-0: each of its captions"), strict=True):
        assert part in skipped.reason


def test_a_missing_source_is_told_in_a_sentence(data, tmp_path):
    with pytest.raises(StudioError, match="has no folder 'accad' with captured takes. Name the folder"):
        read_clips(data, ["accad"])


@pytest.mark.parametrize(
    "line",
    ["02_01,0", "02_01,2,1,walk,label,walk", "02_01,0,0,walk,guessed,walk", "02_01,x,0,walk,label,walk", "02_01,0,0,a,seen,"],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path, line):
    with pytest.raises(FileProblem, match="line 3"):
        rows("cmu", table(tmp_path / "tables", "02_01,0,0,walk,label,walk", line))


def test_copies_and_partners_are_one_recording():
    assert recording_of("cmu", "61_07") == recording_of("cmu", "60_07") != recording_of("cmu", "60_09")
    assert recording_of("cmu", "001_01") == recording_of("cmu", "01_01") == "cmu/01_01"
    assert recording_of("cmu", "135_10") == recording_of("cmu", "135_11")
    assert recording_of("accad", "Male2_run") != recording_of("accad", "Male1_run")


def test_every_row_has_several_sentences():
    for source in SOURCES:
        for row in rows(source):
            assert 3 <= len(set(row.captions)) == len(row.captions) <= 8, row.name
            assert not row.end_s or row.end_s - row.start_s > 0.4, row.name


@pytest.fixture(scope="module")
def capture(shared):
    if not (shared / "capture").is_dir():
        pytest.skip("the captured takes in ../shared/data/capture are not here")
    return shared / "capture"


def test_every_take_is_described(capture):
    files = {(file.parent.name, file.stem) for file in capture.glob("*/*.bvh")}
    assert {(row.source, row.take) for source in SOURCES for row in rows(source)} == files


@pytest.fixture(scope="module")
def sided(capture, tmp_path_factory):
    """Clips of ACCAD's and CMU's takes whose kick or turn has a side in the captions, from links to their files."""
    folder = tmp_path_factory.mktemp("capture")
    tables = folder / "tables"
    for source in SOURCES:
        (folder / source).mkdir()
        kept = [row for row in rows(source) if (row.action in KICKS or " and turn " in row.action) and side_of(row.captions)]
        for take in {row.take for row in kept}:
            (folder / source / f"{take}.bvh").symlink_to(capture / source / f"{take}.bvh")
        tables.mkdir(exist_ok=True)
        with (tables / f"actions-{source}.csv").open("w", newline="") as stream:
            write = csv.writer(stream).writerow
            write(HEADER.strip().split(","))
            for row in kept:
                write([row.take, row.start_s, row.end_s, row.action, row.rule, " | ".join(row.captions)])
    found = read_clips(folder, folder=tables)
    assert not found.skipped
    return found.clips


def test_the_leg_that_kicks_is_the_one_that_the_captions_name(sided):
    kicks = [clip for clip in sided if clip.row.action in KICKS]
    wrong = []
    for clip in kicks:
        chains, height = clip.motion.skeleton.chains, clip.motion.positions[..., 1]
        right, left = (float(height[:, chains[part][-1]].max()) for part in (RIGHT_LEG, LEFT_LEG))
        wrong += [clip.row.name] * (side_of(clip.row.captions) != ("right" if right > left else "left"))
    assert len(kicks) > 40 and not wrong


def test_turns_go_to_the_side_that_the_captions_name(sided):
    turns = [clip for clip in sided if clip.row.action not in KICKS]
    wrong = []
    for clip in turns:
        ahead = facing(canonical(clip.motion).positions, clip.motion.skeleton)
        turned = float(np.diff(np.unwrap(np.arctan2(ahead[:, 0], ahead[:, 2]))).sum())  # positive from ahead to the left
        wrong += [clip.row.name] * (side_of(clip.row.captions) != ("left" if turned > 0 else "right"))
    assert len(turns) >= 35 and not wrong
