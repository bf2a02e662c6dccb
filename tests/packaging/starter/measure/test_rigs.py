"""The same take on other rigs: packaging/starter/measure/rigs.py."""

import numpy as np

from motionpatches.packaging.starter.captured.takes import CapturedClip, Row
from motionpatches.packaging.starter.measure.rigs import RIGS, chosen, figures, on_rigs


def test_the_figures_are_those_of_a_loop_over_all_pairs():
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(5, 1, 6)) + 0.8 * rng.normal(size=(5, 3, 6))
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    actions = ["walk", "run", "walk", "sit", "jump"]
    same = [rows[a, r] @ rows[a, s] for a in range(5) for r in range(3) for s in range(3) if r != s]
    apart = [rows[a, r] @ rows[b, r] for a in range(5) for b in range(5) for r in range(3) if actions[a] != actions[b]]
    found = []
    for a in range(5):
        for r in range(3):
            best = max(((b, s) for b in range(5) for s in range(3) if s != r), key=lambda at: rows[a, r] @ rows[at])
            found.append(best[0] == a)
    assert np.allclose(figures(rows, actions), (np.mean(same), np.mean(apart), np.mean(found)))
    assert 0 < np.mean(found) < 1


def test_a_take_on_rigs_keeps_its_length_and_differs_in_its_joints(smpl_motion):
    motions = on_rigs(smpl_motion, np.random.default_rng(1))
    assert len(motions) == RIGS and {m.frame_count for m in motions} == {smpl_motion.frame_count}
    assert len({m.skeleton.joint_names for m in motions}) >= 4
    assert all(abs(float(m.positions[..., 1].min())) < 1e-5 for m in motions)


def test_each_action_has_its_turn(smpl_motion):
    clips = tuple(
        CapturedClip(Row("cmu", str(i), 0, 0, a, "label", ("x",)), smpl_motion, str(i)) for i, a in enumerate("aaaaabbc")
    )
    found = [clip.row.action for clip in chosen(clips, 5, np.random.default_rng(0))]
    assert sorted(found[:3]) == ["a", "b", "c"] and sorted(found[3:]) == ["a", "b"]
