"""The frame of the first pose: where a body stands and faces when a motion begins."""

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.canonical import canonical, facing, first_frame, rotate_y


def test_a_rest_pose_in_front_of_the_motion_does_not_say_where_it_faces(smpl_motion):
    """As converters write it: one frame of the rig's T-pose, facing the other way, then the motion."""
    rest = rotate_y(smpl_motion.positions[:1] - smpl_motion.positions[:1, :1], np.pi)
    rest[:, 16:] += [0, 0.5, 0]
    both = replace(smpl_motion, positions=np.concatenate([rest, smpl_motion.positions[1:]]))
    assert first_frame(both.positions) == 1 and first_frame(smpl_motion.positions) == 0
    assert facing(canonical(both).positions[1:2], both.skeleton)[0, 2] > 0.999
    np.testing.assert_allclose(canonical(both).positions[1, 0, [0, 2]], 0, atol=1e-6)


def test_a_quick_start_is_part_of_the_motion(smpl_motion):
    """A hand that strikes from the first frame on moves in the next frames too."""
    moving = smpl_motion.positions.copy()
    moving[:, 20] += np.linspace(0, 4, len(moving))[:, None] * [1, 0, 0]
    assert first_frame(moving) == 0 and first_frame(moving[:5]) == 0 and first_frame(np.zeros((20, 3, 3))) == 0


def test_frames_of_captured_motion(shared):
    """The 43-joint files of CMU begin with a T-pose, ACCAD's do not."""
    from motionpatches.core.io.bvh.bvh import read_bvh

    def first(folder: str) -> list[int]:
        return [first_frame(read_bvh(f)[0].positions) for f in sorted((shared / "capture" / folder).glob("*.bvh"))[::25]]

    assert not any(first("accad")) and sum(first("cmu")) >= len(first("cmu")) // 2
