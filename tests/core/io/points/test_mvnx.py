"""MVNX written here: segments, calibration poses, people, and what is refused."""

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.points.mvnx import read_mvnx
from tests.skeletons import w

SEGMENTS = [
    *w(
        "Pelvis L5 L3 T12 T8 Neck Head RightShoulder RightUpperArm RightForeArm RightHand LeftShoulder LeftUpperArm "
        "LeftForeArm LeftHand RightUpperLeg RightLowerLeg RightFoot RightToe LeftUpperLeg LeftLowerLeg LeftFoot LeftToe"
    )
]
PARENTS = (-1, 0, 1, 2, 3, 4, 5, 4, 7, 8, 9, 4, 11, 12, 13, 0, 15, 16, 17, 0, 19, 20, 21)
MOVING = np.round(np.random.default_rng(0).normal(0, 1, (6, 23, 3)), 6)
TPOSE = np.round(np.random.default_rng(1).normal(0, 1, (23, 3)), 6)


def row(places):
    return " ".join(f"{v:.6f}" for v in np.ravel(places))


def subject(label="Ada", positions=MOVING, joints=True, rate=60, segments=SEGMENTS):
    names = "".join(
        f'<segment id="{i + 1}" label="{n}"><points><point label="j"><pos_b>0 0 0</pos_b></point></points></segment>'
        for i, n in enumerate(segments)
    )
    links = (
        "".join(
            f'<joint label="j{n}"><connector1>{SEGMENTS[p]}/j{n}</connector1><connector2>{n}/j{n}</connector2></joint>'
            for n, p in zip(SEGMENTS, PARENTS, strict=True)
            if p >= 0
        )
        if joints
        else ""
    )
    still = "".join(
        f'<frame time="0" type="{k}" index=""><orientation>{row(TPOSE)}</orientation><position>{row(TPOSE + d)}'
        "</position></frame>"
        for k, d in (("tpose", 1), ("identity", 0))
    )
    frames = "".join(
        f'<frame time="{t * 16}" index="{t}" type="normal"><orientation>{row(p)}</orientation>'
        f"<position>{row(p)}</position><velocity>{row(p * 9)}</velocity></frame>"
        for t, p in enumerate(positions)
    )
    return (
        f'<subject label="{label}" frameRate="{rate}" segmentCount="23"><comment>x</comment><segments>{names}</segments>'
        f'<joints>{links}</joints><frames segmentCount="23">{still}{frames}</frames></subject>'
    )


def mvnx(*subjects, head='<?xml version="1.0" encoding="UTF-8"?>', space=' xmlns="http://www.xsens.com/mvn/mvnx"'):
    return f'{head}<mvnx version="4"{space}><mvn version="2020"/><comment></comment>{"".join(subjects)}</mvnx>'


@pytest.mark.parametrize(
    "content",
    [
        mvnx(subject()).encode(),
        mvnx(subject(joints=False)).encode(),
        mvnx(subject(), space="").encode(),
        mvnx(subject(), head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
        b"\xef\xbb\xbf" + mvnx(subject()).encode(),
        mvnx(subject()).replace(">", ">\r\n").encode(),
    ],
)
def test_positions_rate_rest_and_parents(content, tmp_path):
    (tmp_path / "a.mvnx").write_bytes(content)
    (take,) = read_mvnx(tmp_path / "a.mvnx")
    np.testing.assert_allclose(take.positions, MOVING, atol=1e-6)
    np.testing.assert_allclose(take.rest, TPOSE - TPOSE[0], atol=1e-6)
    assert take.skeleton.joint_names == tuple(SEGMENTS) and take.skeleton.parents == PARENTS
    assert take.fps == 60 and take.unit.value == 1 and take.up.value == "Z" and not take.notes


def test_people(tmp_path):
    (tmp_path / "a.mvnx").write_text(mvnx(subject(), subject("Bo", MOVING + 1)))
    (take,) = read_mvnx(tmp_path / "a.mvnx")
    np.testing.assert_allclose(take.partner.positions, MOVING + 1, atol=1e-6)
    (tmp_path / "b.mvnx").write_text(mvnx(subject(), subject("Bo", MOVING[:3])))
    assert [(t.name, len(t.positions)) for t in read_mvnx(tmp_path / "b.mvnx")] == [("1 Ada", 6), ("2 Bo", 3)]


def test_a_prop_hangs_on_the_root(tmp_path):
    positions = np.concatenate([MOVING, MOVING[:, :1]], axis=1)
    text = mvnx(subject(positions=positions, segments=[*SEGMENTS, "Prop1"]))
    (tmp_path / "a.mvnx").write_text(text)
    (take,) = read_mvnx(tmp_path / "a.mvnx")
    assert take.skeleton.parents == (*PARENTS, 0) and take.rest is None


RING = '<joint label="j"><connector1>L3/a</connector1><connector2>L5/a</connector2></joint></joints>'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<mvn version", '<!DOCTYPE x [<!ENTITY a "b">]><mvn version', "entities"),
        ("<mvnx", "<xml", "damaged|no MVNX"),
        ("</mvnx>", "", "breaks off"),
        ('frameRate="60"', 'frameRate="x"', "no number"),
        ('frameRate="60"', 'frameRate="1e9"', "rate of 1e"),
        (f"<position>{row(MOVING[2])}", "<position>1 2 3", "frame 2"),
        (f"<position>{row(MOVING[2])[:8]}", "<position>word", "not a number"),
        (f"<position>{row(MOVING[2])[:9]}", "<position>nan", "frame 2"),
        ("</joints>", RING, "circle"),
        ('type="normal"', 'type="npose"', "no frames"),
    ],
)
def test_what_is_wrong_is_reported(old, new, says, tmp_path):
    text = mvnx(subject())
    assert old in text
    (tmp_path / "a.mvnx").write_text(text.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        read_mvnx(tmp_path / "a.mvnx")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "<a>" * 100000,
        mvnx("<subject>" + "<segment/>" * 5000),
        mvnx("<subject>" * 3000),
        "<?xml version='1.0'?><mvnx><subject><frames><frame><position>",
    ],
)
def test_hostile_files_end_at_once(text, tmp_path):
    (tmp_path / "a.mvnx").write_text(text)
    with pytest.raises(FileProblem):
        read_mvnx(tmp_path / "a.mvnx")
