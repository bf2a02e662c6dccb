"""Varied captured clips as a packed library: packaging/starter/captured/build.py, and contact sheets."""

from collections import Counter
from dataclasses import replace

import numpy as np

from motionpatches.core.library.open import open_library
from motionpatches.core.library.packed import write_packed
from motionpatches.core.progress import run
from motionpatches.packaging.starter.captured.build import VALIDATE, drawn, validating, varied
from motionpatches.packaging.starter.captured.look import HEAD, HEIGHT, sheet, strip
from motionpatches.packaging.starter.captured.takes import CapturedClip, Row


def clips_of(motion, actions: str, per_recording: int = 1) -> list[CapturedClip]:
    """A clip for each letter, its action."""
    rows = [Row("cmu", f"{i:02d}_01", 0, 0, action, "label", (f"does {action}",)) for i, action in enumerate(actions)]
    return [CapturedClip(row, motion, f"cmu/{i // per_recording}") for i, row in enumerate(rows)]


def test_an_action_is_drawn_by_the_square_root_of_its_clips(smpl_motion):
    clips = clips_of(smpl_motion, "a" * 100 + "b" * 4 + "c")
    counts = Counter(clips[i].row.action for i in drawn(clips, 13_000, np.random.default_rng(0)))
    assert abs(counts["a"] - 10_000) < 200 and abs(counts["b"] - 2_000) < 150 and abs(counts["c"] - 1_000) < 110


def test_a_recording_is_trained_on_or_validates(smpl_motion, tmp_path):
    clips = clips_of(smpl_motion, "abcdefgh" * 15, per_recording=4)
    held_out = validating(clips, np.random.default_rng((3, 11)))
    assert len(held_out) == 30 // VALIDATE
    motions, entries = varied(clips, 150, 3)
    for entry in entries:
        take = int(entry["id"].split("cmu/")[1].split("_")[0])
        assert (entry["split"] == "val") == (f"cmu/{take // 4}" in held_out)
    write_packed(tmp_path / "c.npz", "captured", motions, entries)
    library = run(open_library(tmp_path / "c.npz"))
    assert len(library.clips) == 150 and {c.split for c in library.clips} == {"train", "val"}
    assert library.load(library.clips[7].id).skeleton.chains == motions[7].skeleton.chains
    assert np.allclose(library.load(library.clips[7].id).positions, motions[7].positions, atol=0.0003)


def test_the_same_seed_gives_the_same_clips(smpl_motion):
    clips = clips_of(smpl_motion, "aabbc")
    one, two, other = (varied(clips, 12, seed) for seed in (5, 5, 6))
    assert one[1] == two[1] and all(np.array_equal(a.positions, b.positions) for a, b in zip(one[0], two[0], strict=True))
    assert one[1] != other[1] or not np.array_equal(one[0][0].positions, other[0][0].positions)


def test_a_strip_shows_right_limbs_red_on_the_left_of_the_front_view(smpl_motion):
    """The body faces the viewer: its right side lies at the left of each cell."""
    image = np.array(strip(replace(smpl_motion, name="walk"), "walk", figures=4))[HEAD : HEAD + HEIGHT].astype(int)
    red = np.nonzero((image == [255, 0, 0]).all(axis=2))[1]
    blue = np.nonzero((image == [0, 0, 255]).all(axis=2))[1]
    first = lambda columns: columns[columns < 78].mean()  # noqa: E731
    assert first(red) < first(blue)
    assert sheet([strip(smpl_motion, "a"), strip(smpl_motion, "b")]).height == 2 * (HEAD + 2 * HEIGHT)
