"""NTU RGB+D's text of bodies written here: people, tracks that break, and what is wrong."""

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.points.ntu import KINECT25, read_ntu

ADA, BO = 72057594037931101, 72057594037931102


def skeleton(bodies, frames=40):
    """`bodies`: (id, positions (T, 25, 3), the frames it is seen in)."""
    lines = [str(frames)]
    for t in range(frames):
        seen = [(number, places[t]) for number, places, when in bodies if t in when]
        lines.append(str(len(seen)))
        for number, places in seen:
            lines += [f"{number} 0 1 1 0 0 0 0.1 -0.2 2", "25"]
            lines += [f"{x:.6f} {y:.6f} {z:.6f} 251.2 202.9 1007.3 527.1 0.21 0.05 0.97 -0.1 2" for x, y, z in places]
    return "\n".join(lines) + "\n"


PLACES = np.cumsum(np.random.default_rng(0).normal(0, 0.02, (40, 25, 3)), axis=0) + [0, 0, 3]
ALL = range(40)


def read(tmp_path, text):
    (tmp_path / "S001C001P001R001A001.skeleton").write_text(text)
    return read_ntu(tmp_path / "S001C001P001R001A001.skeleton")


def test_one_body(tmp_path):
    (take,) = read(tmp_path, skeleton([(ADA, PLACES, ALL)]))
    np.testing.assert_allclose(take.positions, PLACES, atol=1e-5)
    names = take.skeleton.joint_names
    assert names[0] == "SpineBase" and names[3] == "Head" and names[12] == "HipLeft" and names[20] == "SpineShoulder"
    above = {n: names[p] for n, p in zip(names, KINECT25.parents, strict=True) if p >= 0}
    assert above["HipRight"] == "SpineBase" and above["ElbowLeft"] == "ShoulderLeft" and above["Head"] == "Neck"
    assert take.fps == 30 and take.unit.value == 1 and take.up.value == "Y" and not take.notes


def test_two_bodies_and_a_ghost(tmp_path):
    (take,) = read(tmp_path, skeleton([(ADA, PLACES, ALL), (BO, PLACES + 1, ALL), (5, PLACES, range(3, 9))]))
    np.testing.assert_allclose(take.partner.positions, PLACES + 1, atol=1e-5)
    assert take.notes[0].what == "left out"
    assert [t.name for t in read(tmp_path, skeleton([(i, PLACES + i, ALL) for i in range(3)]))] == ["body 1", "body 2", "body 3"]


def test_a_body_that_gets_a_new_number_is_one(tmp_path):
    (take,) = read(tmp_path, skeleton([(ADA, PLACES, range(18)), (BO, PLACES, range(21, 40))]))
    assert take.partner is None and len(take.positions) == 40
    np.testing.assert_allclose(take.positions[19], (PLACES[17] * 2 + PLACES[21] * 2) / 4, atol=1e-5)
    assert "filled" in take.notes[0].value


def test_frames_without_the_body_at_the_ends(tmp_path):
    (take,) = read(tmp_path, skeleton([(ADA, PLACES, range(15, 38))]))
    np.testing.assert_allclose(take.positions[:23], PLACES[15:38], atol=1e-5)
    assert next(n for n in take.notes if n.what == "frames").value == "15 to 39"


WHOLE = skeleton([(ADA, PLACES, ALL)])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("word", "no count"),
        (WHOLE[:5000], "cut off"),
        (WHOLE.replace("40\n", "4000\n", 1), "frame 40: it is cut"),
        (WHOLE.replace("\n25\n", "\n20\n", 1), "20 joints"),
        ("40\n" + "0\n" * 40, "no body"),
        ("999999999", "cut off"),
        (WHOLE.replace(f"{PLACES[3, 4, 0]:.6f}", "x", 1), "frame 3"),
        ("-1", "no count"),
        ("1" * 5000, "'1{59}…'"),
        (skeleton([(i, PLACES, [0]) for i in range(200)], 1), "100 bodies"),
    ],
)
def test_what_is_wrong_is_reported(text, says, tmp_path):
    with pytest.raises(FileProblem, match=says):
        read(tmp_path, text)
