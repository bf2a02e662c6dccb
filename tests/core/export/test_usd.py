"""USD against the library's own skeleton queries, and without the library."""

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.export import usd
from motionpatches.core.export.choices import Choices
from motionpatches.core.export.usd import usd_text
from motionpatches.core.export.write import write_motion
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.retarget.from_positions import pose

pxr = pytest.importorskip("pxr")


def stage_of(path):
    """The stage, its skeleton's query, and the names of its joints."""
    from pxr import Usd, UsdSkel

    stage = Usd.Stage.Open(str(path))
    cache = UsdSkel.Cache()
    skeleton = UsdSkel.Skeleton(stage.GetPrimAtPath("/Motion/Skeleton"))
    cache.Populate(UsdSkel.Root(stage.GetDefaultPrim()), Usd.PrimDefaultPredicate)
    return stage, cache.GetSkelQuery(skeleton), list(skeleton.GetJointNamesAttr().Get())


@pytest.mark.parametrize("unit, up, size", [("cm", "Z", 0.01), ("m", "Y", 1.0)])
def test_every_joint_of_every_frame_to_a_millimetre(smpl_motion, tmp_path, unit, up, size):
    from pxr import UsdGeom

    write_motion(smpl_motion, tmp_path / "walk.usda", Choices(unit=unit, up=up))
    stage, query, names = stage_of(tmp_path / "walk.usda")
    assert UsdGeom.GetStageMetersPerUnit(stage) == size and UsdGeom.GetStageUpAxis(stage) == up
    assert stage.GetTimeCodesPerSecond() == 20 and stage.GetEndTimeCode() == smpl_motion.frame_count - 1
    order = [names.index(name) for name in smpl_motion.skeleton.joint_names]
    for frame in range(smpl_motion.frame_count):
        found = np.array(query.ComputeJointSkelTransforms(frame))[order, 3, :3] * size
        if up == "Z":
            found = found[:, [0, 2, 1]] * [1, 1, -1]
        np.testing.assert_allclose(found, smpl_motion.positions[frame], atol=1e-3)
    rest = np.array(query.ComputeJointSkelTransforms(0, atRest=True))
    np.testing.assert_allclose(rest, np.array(query.GetJointWorldBindTransforms()), atol=1e-5)


def test_names_that_are_no_paths_are_kept_beside(tmp_path):
    tree = Skeleton(("my rig:hips", "my rig_hips", "1/2"), (-1, 0, 1))
    places = np.arange(18, dtype=np.float32).reshape(2, 3, 3) / 10
    (tmp_path / "a.usda").write_text(usd_text(pose(Motion(places, 25.0, tree, "a")), "Y"))
    _, query, names = stage_of(tmp_path / "a.usda")
    assert names == ["my rig:hips", "my rig_hips", "1/2"]
    assert [str(joint).rsplit("/", 1)[-1] for joint in query.GetJointOrder()] == ["my_rig_hips", "my_rig_hips_2", "__2"]
    np.testing.assert_allclose(np.array(query.ComputeJointSkelTransforms(1))[:, 3, :3], places[1], atol=1e-5)


def test_without_the_library_it_says_what_to_install(smpl_motion, tmp_path, monkeypatch):
    monkeypatch.setattr(usd, "find_spec", lambda name: None)
    with pytest.raises(FileProblem, match=r"motionpatches-studio\[usd\]"):
        write_motion(smpl_motion, tmp_path / "a.usda")
    assert not list(tmp_path.iterdir())
