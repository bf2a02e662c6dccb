"""A BVH is read in pieces: as the whole, in little more memory than its places take."""

import os
import subprocess
import sys

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io import text
from motionpatches.core.io.bvh import parse
from motionpatches.core.io.bvh.bvh import joint_positions, read_bvh
from motionpatches.core.io.bvh.parse import parse_bvh
from tests.memory import peak_kb


def bvh(frames: int, joints: int, style: str = "plain", claimed: int | None = None) -> str:
    """Chains of eight joints with random angles; the numbers and lines in several styles."""
    lines, depth = (
        [
            "HIERARCHY",
            "ROOT Hüfte",
            "{",
            "OFFSET 0 90 0",
            "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation",
        ],
        0,
    )
    for joint in range(joints - 1):
        lines += [f"JOINT j{joint}", "{", "OFFSET 0 5 1", "CHANNELS 3 Zrotation Xrotation Yrotation"]
        depth += 1
        if depth == 8:
            lines += ["}"] * depth
            depth = 0
    lines += ["}"] * (depth + 1)
    lines += ["MOTION", f"Frames: {frames if claimed is None else claimed}", "Frame Time: 0.0166667"]
    rows = np.random.default_rng(0).uniform(-90, 90, (min(frames, 500), 3 + 3 * joints))
    body = [" ".join(f"{value:.6f}" for value in row) for row in rows] * -(-frames // len(rows))
    if style == "decimal commas":
        body = [row.replace(".", ",") for row in body]
    if style == "commas":
        body = [row.replace(" ", ", ") for row in body]
    end = {"CR": "\r", "CRLF": "\r\n"}.get(style, "\n")
    between = " " if style == "one line" else end
    return end.join(lines) + end + between.join(body[:frames]) + end


@pytest.mark.parametrize("style", ["plain", "CR", "CRLF", "decimal commas", "commas", "one line"])
def test_in_pieces_as_at_once(style, tmp_path, monkeypatch):
    file = tmp_path / "a.bvh"
    file.write_bytes(bvh(300, 12, style, claimed=3 if style == "plain" else None).encode())
    whole = joint_positions(parse_bvh(file))
    for size in (700, 4096, 10_000):
        monkeypatch.setattr(text.text_pieces, "__defaults__", (size,))
        (take,) = read_bvh(file)
        np.testing.assert_array_equal(take.positions, whole)
        assert take.skeleton.joint_names[0] == "Hüfte" and take.positions.shape == (300, 12, 3)


def test_a_broken_number_far_in_the_file_is_told_with_its_line(tmp_path, monkeypatch):
    lines = bvh(300, 12).split("\n")
    lines[-50] = lines[-50].replace(".", "x", 1)
    (tmp_path / "a.bvh").write_text("\n".join(lines))
    for size in (10**9, 2000):
        monkeypatch.setattr(text.text_pieces, "__defaults__", (size,))
        with pytest.raises(FileProblem, match=f"line {len(lines) - 49}: a value is not a number"):
            read_bvh(tmp_path / "a.bvh")


def test_a_cut_take_in_pieces_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(text.text_pieces, "__defaults__", (2000,))
    content = bvh(300, 12)
    (tmp_path / "a.bvh").write_text(content[: len(content) * 2 // 3])
    with pytest.raises(FileProblem, match="cut off"):
        read_bvh(tmp_path / "a.bvh")
    (tmp_path / "b.bvh").write_text(content.replace("Frames: 300", "Frames: 900"))
    assert "announces 900" in read_bvh(tmp_path / "b.bvh")[0].notes[0].reason


def test_a_hierarchy_longer_than_a_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(text.text_pieces, "__defaults__", (100,))
    monkeypatch.setattr(parse, "MAX_HEADER", 1 << 20)
    (tmp_path / "a.bvh").write_text(bvh(20, 12))
    assert read_bvh(tmp_path / "a.bvh")[0].positions.shape == (20, 12, 3)


CHILD = """
import sys
from motionpatches.core.io.load import load_motions
from tests.memory import peak_kb
start = peak_kb()
motion = load_motions(sys.argv[1])[0]
print(peak_kb() - start, *motion.positions.shape)
"""


def test_memory_of_a_long_take_is_that_of_its_places(tmp_path):
    """20,000 frames of 60 joints: 36 MB of text, 14 MB of places. Read at once it took more than 150 MB."""
    peak_kb()
    (tmp_path / "a.bvh").write_text(bvh(20_000, 60))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "a.bvh")], capture_output=True, text=True, env=environment, check=True
    )
    peak, *shape = map(int, done.stdout.split())
    assert shape == [20_000, 60, 3] and peak < 110_000
