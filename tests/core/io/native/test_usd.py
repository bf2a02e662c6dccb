"""USD stages written as text, against positions worked out by hand."""

import sys

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.export.choices import Choices, prepare
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.native.child import NativeReader
from motionpatches.core.motion.rotations import quaternions
from tests.core.io.native.test_fbx import fuzzed

TEXT = """#usda 1.0
(
    {metadata}
    timeCodesPerSecond = {codes}
)
def SkelRoot "Body" (prepend apiSchemas = ["SkelBindingAPI"])
{{
    {source}
    double3 xformOp:translate = (0, 0, 7)
    uniform token[] xformOpOrder = ["xformOp:translate"]
    def Skeleton "Rig" (prepend apiSchemas = ["SkelBindingAPI"])
    {{
        uniform token[] joints = ["Hips", "Hips/Thigh", "Hips/Thigh/Shin"]
        uniform matrix4d[] restTransforms = [{rest}]
        uniform matrix4d[] bindTransforms = [{rest}]
    }}
    {animations}
}}
"""
MATRIX = "((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), ({}, {}, {}, 1))"
REST = ", ".join(MATRIX.format(*place) for place in ((0, 0, 90), (5, 0, -10), (0, 0, -40)))


def animation(name: str, times, joints='"Hips", "Hips/Thigh"') -> str:
    """Hips that move by 10 along x and turn by 30 degrees about z with each sample."""
    halves = np.radians(15 * np.arange(len(times)))
    places = "\n".join(f"{t}: [({10 * i}, 0, 90), (5, 0, -10)]," for i, t in enumerate(times))
    turns = "\n".join(f"{t}: [({np.cos(h)}, 0, 0, {np.sin(h)}), (1, 0, 0, 0)]," for t, h in zip(times, halves, strict=True))
    return f"""def SkelAnimation "{name}"
    {{
        uniform token[] joints = [{joints}]
        float3[] translations.timeSamples = {{ {places} }}
        quatf[] rotations.timeSamples = {{ {turns} }}
        half3[] scales = [(1, 1, 1), (1, 1, 1)]
    }}
    """


STATED = 'upAxis = "Z"\n    metersPerUnit = 0.01'


def stage(animations: str, source: str = "Walk", metadata: str = STATED, codes: int = 24) -> str:
    source = f"rel skel:animationSource = </Body/{source}>" if source else ""
    return TEXT.format(metadata=metadata, codes=codes, source=source, rest=REST, animations=animations)


@pytest.fixture(scope="module")
def child():
    pytest.importorskip("pxr", reason="the extra for USD is not installed")
    reader = NativeReader()
    turned = "motionpatches.core.io.native.usd:read_usd_turned"
    yield (
        lambda path, turns=False: (
            reader.read("USD with rotations", path, 30.0, reader=turned) if turns else reader.read("USD", path, 30.0)
        )
    )
    reader.close()


def opened(child, folder, text: str, name: str = "a.usda"):
    (folder / name).write_text(text)
    return child(folder / name)


def test_positions_names_rate_unit_and_axis(child, tmp_path):
    (take,) = opened(child, tmp_path, stage(animation("Walk", [1, 2, 3])))
    assert take.skeleton.joint_names == ("Hips", "Thigh", "Shin") and take.skeleton.parents == (-1, 0, 1)
    assert take.fps == 24 and take.unit.value == 0.01 and take.up.value == "Z" and take.up.confidence > 0.9 and take.name == ""
    assert len(take.positions) == 3
    for i in range(3):
        c, s = np.cos(np.radians(30 * i)), np.sin(np.radians(30 * i))
        expected = [(10 * i, 0, 97), (10 * i + 5 * c, 5 * s, 87), (10 * i + 5 * c, 5 * s, 47)]
        np.testing.assert_allclose(take.positions[i], expected, atol=1e-3)
    np.testing.assert_allclose(take.rest, [(0, 0, 97), (5, 0, 87), (5, 0, 47)], atol=1e-4)


def test_rotations_in_the_world(child, tmp_path):
    """Hips turn about Z, and carry the others; the armature itself is turned about X too, from the rest pose on."""
    text = stage(animation("Walk", [1, 2, 3])).replace(
        'uniform token[] xformOpOrder = ["xformOp:translate"]',
        'double xformOp:rotateX = 90\n    uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateX"]',
    )
    for content, axis in ((stage(animation("Walk", [1, 2, 3])), (0, 0, 1)), (text, (0, -1, 0))):
        (tmp_path / "a.usda").write_text(content)
        (take,) = child(tmp_path / "a.usda", True)
        (plain,) = child(tmp_path / "a.usda")
        assert plain.turns is None
        np.testing.assert_array_equal(take.positions, plain.positions)
        for i in range(3):
            half = np.radians(15 * i)
            wanted = np.array([*(np.array(axis) * np.sin(half)), np.cos(half)])
            for found in take.turns[i]:
                assert abs(found @ wanted) > 1 - 1e-6


def test_written_rotations_come_back(child, tmp_path, smpl_motion):
    posed = prepare(smpl_motion.crop(0, 8), Choices(rig="unity", unit="m")).posed
    write_motion(smpl_motion.crop(0, 8), tmp_path / "out.usda", Choices(rig="unity", unit="m"))
    (take,) = child(tmp_path / "out.usda", True)
    order = [posed.rig.skeleton.joint_names.index(name) for name in take.skeleton.joint_names]
    for place, joint in enumerate(order):
        wanted = quaternions(posed.turns[:, joint])
        assert (np.abs((take.turns[:, place] * wanted).sum(axis=1)) > 1 - 1e-5).all()


def test_every_animation_is_a_take(child, tmp_path):
    text = stage(animation("Walk", [0, 1, 2]) + animation("Run", [0, 1]) + animation("Other", [0, 1], '"Tail", "Ear"'))
    walk, run = opened(child, tmp_path, text)
    assert (len(walk.positions), len(run.positions), run.name) == (3, 2, "Run")
    assert walk.notes[0].value == "1 animation"
    (alone,) = opened(child, tmp_path, stage(animation("Walk", [0, 1, 2]), source=""))
    np.testing.assert_allclose(alone.positions, walk.positions)


@pytest.mark.parametrize(
    "codes, times, fps, frames",
    [
        (24, [0, 1, 2], 24, 3),
        (1000, [0, 20, 40, 60], 50, 4),
        (24, [0, 0.4, 0.8], 60, 3),
        (24, [0, 10, 13], 24, 14),
        (4800, [0, 7, 4800], 240, 241),
    ],
)
def test_rates(child, tmp_path, codes, times, fps, frames):
    (take,) = opened(child, tmp_path, stage(animation("Walk", times), codes=codes))
    assert take.fps == pytest.approx(fps, rel=1e-3) and len(take.positions) == frames


def test_what_is_not_stated_is_less_sure(child, tmp_path):
    (take,) = opened(child, tmp_path, stage(animation("Walk", [0, 1]), metadata=""))
    assert take.unit.value == 0.01 and take.unit.confidence < 0.7 and take.up.value == "Y" and take.up.confidence < 0.7


def test_binary_stages(child, tmp_path):
    from pxr import Usd, UsdUtils

    (text,) = opened(child, tmp_path, stage(animation("Walk", [0, 1, 2])))
    Usd.Stage.Open(str(tmp_path / "a.usda")).Export(str(tmp_path / "a.usdc"))
    assert UsdUtils.CreateNewUsdzPackage(str(tmp_path / "a.usdc"), str(tmp_path / "a.usdz"))
    for name in ("a.usdc", "a.usdz"):
        (take,) = child(tmp_path / name)
        np.testing.assert_allclose(take.positions, text.positions)


def test_what_cannot_be_opened_is_reported(child, tmp_path):
    for text, said in (
        ("", "no whole USD"),
        ("#usda 1.0\n", "no skeleton"),
        ("#usda 1.0\ndef {{{", "no whole USD"),
        (stage(""), "no skeleton is animated"),
        (stage(animation("Walk", [0, 1e12])), "frames|time"),
        (stage(animation("Walk", [0, 1]), codes=0), "time codes|no whole"),
        (stage(animation("Walk", [0, 1]).replace("(5, 0, -10)]", "(nan, 0, -10)]")), "finite|no whole"),
    ):
        with pytest.raises(FileProblem, match=said):
            opened(child, tmp_path, text)


def test_without_the_package_it_says_how_to_install_it(tmp_path, monkeypatch):
    from motionpatches.core.io.native.usd import read_usd

    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(FileProblem, match=r"pip install 'motionpatches-studio\[usd\]'"):
        read_usd(tmp_path / "a.usda")


def test_broken_bytes(child, tmp_path):
    from pxr import Usd

    (tmp_path / "s.usda").write_text(stage(animation("Walk", [0, 1, 2])))
    Usd.Stage.Open(str(tmp_path / "s.usda")).Export(str(tmp_path / "s.usdc"))
    for name in ("s.usda", "s.usdc"):
        samples = [(tmp_path / name).read_bytes()]
        outcomes = fuzzed(child, samples, tmp_path / f"broken{name}", 40)
        # The library itself may crash on broken tables; the child makes a sentence of it.
        assert not [outcome for outcome in outcomes if "could not be read" in outcome or "more than" in outcome], outcomes
