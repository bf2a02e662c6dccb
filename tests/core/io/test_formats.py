"""ASF/AMC, written here, against slow independent twins."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.errors import FileProblem
from core.io.asf_amc import joint_positions, parse_amc, parse_asf
from core.io.load import load_motion

ASF = """# a comment
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name lfemur
     direction 0.34 -0.94 0
     length 7.2
     axis 10 -20 30 XYZ
    dof rx ry rz
    limits (-160.0 20.0)
           (-70.0 70.0)
           (-60.0 70.0)
  end
  begin
     id 2
     name ltibia
     direction 0.3 -0.9 0.1
     length 7.5
     axis 5 0 20 XYZ
    dof rx
    limits (-10.0 170.0)
  end
  begin
     id 3
     name lowerback
     direction 0 1 0.1
     length 2.1
     axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root lfemur lowerback
    lfemur ltibia
  end
"""
AMC = """#!OML:ASF demo
:FULLY-SPECIFIED
:DEGREES
1
root 9.3 17.8 -17.3 -2 3.3 -33
lfemur 5 6 7
ltibia 21
2
root 9.1 17.9 -17.1 1 13.3 -3
lfemur -15 16 -7
ltibia 40
"""


@pytest.fixture
def take(tmp_path):
    (tmp_path / "07.asf").write_text(ASF)
    (tmp_path / "07_01.amc").write_text(AMC)
    return tmp_path / "07_01.amc"


def xyz(degrees):
    """Fixed axes, X first: scipy's lower-case order."""
    return Rotation.from_euler("xyz", degrees, degrees=True)


def test_amc_against_scipy(take):
    asf = parse_asf(take.parent / "07.asf")
    values, degrees = parse_amc(take, asf)
    found = joint_positions(asf, values, degrees)
    rows = {1: ([9.3, 17.8, -17.3], [-2, 3.3, -33], [5, 6, 7], 21), 2: ([9.1, 17.9, -17.1], [1, 13.3, -3], [-15, 16, -7], 40)}
    for frame, (place, turn, hip, knee) in rows.items():
        root = xyz(turn)
        c1, c2 = xyz([10, -20, 30]), xyz([5, 0, 20])
        femur = root * c1 * xyz(hip) * c1.inv()
        tibia = femur * c2 * xyz([knee, 0, 0]) * c2.inv()
        end = np.array(place) + femur.apply(np.array([0.34, -0.94, 0]) * 7.2)
        expected = [place, end, end + tibia.apply(np.array([0.3, -0.9, 0.1]) * 7.5),
                    np.array(place) + root.apply(np.array([0, 1, 0.1]) * 2.1)]
        np.testing.assert_allclose(found[frame - 1], expected, atol=1e-9)
    assert asf.metres == pytest.approx(0.0254 / 0.45)


def test_radians_give_the_same(take, tmp_path):
    radians = "\n".join(" ".join([w[0], *(w[1:4] if w[0] == "root" else []), *(
        repr(math.radians(float(v))) for v in w[4 if w[0] == "root" else 1:])]) if len(w) > 1 else " ".join(w)
        for w in (line.split() for line in AMC.splitlines()[2:])).replace(":DEGREES", ":RADIANS")
    other = tmp_path / "07_02.amc"
    other.write_text(radians)
    asf = parse_asf(tmp_path / "07.asf")
    a, b = (joint_positions(asf, *parse_amc(f, asf)) for f in (take, other))
    np.testing.assert_allclose(a, b, atol=1e-9)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("ltibia 40", "ltibia 40 3", "2 values"), ("ltibia 40", "", "is missing"), ("ltibia 40", "tail 1", "not in the skeleton"),
    ("ltibia 40", "ltibia x", "not a number")])
def test_bad_amc(take, old, new, says):
    take.write_text(AMC.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        load_motion(take)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("lfemur ltibia\n", "ltibia lfemur\n lfemur ltibia\n", "already has a parent|circle"),
    ("length 7.2", "length long", "number"),
    (":hierarchy", ":nothing", "hierarchy"), ("root lfemur lowerback", "root lfemur", "no parent"),
    ("name ltibia", "name lfemur", "twice")])
def test_bad_asf(take, old, new, says):
    (take.parent / "07.asf").write_text(ASF.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        load_motion(take)


def test_a_take_without_its_skeleton(tmp_path):
    (tmp_path / "07_01.amc").write_text(AMC)
    with pytest.raises(FileProblem, match=r"07\.asf"):
        load_motion(tmp_path / "07_01.amc")
