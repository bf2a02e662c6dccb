"""Small data sets, written in the layouts of the real ones."""

import json
import pickle

import numpy as np

from motionpatches.core.motion.skeleton import KIT21


def amass_take(path, frames=240, fps=120.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(str(path)))
    np.savez(
        path,
        poses=rng.normal(0, 0.1, (frames, 156)),
        trans=rng.normal(0, 0.01, (frames, 3)) + [0, 0, 0.9],
        mocap_framerate=fps,
        betas=np.zeros(16),
        gender="male",
    )


def label(raw, kinds, start=None, end=None):
    times = {} if start is None else {"start_t": start, "end_t": end}
    return {"raw_label": raw, "proc_label": raw, "act_cat": kinds, **times}


def person(rng, frames):
    return {
        "trans": rng.normal(0, 0.1, (frames, 3)) + [0, 0, 0.9],
        "root_orient": rng.normal(0, 0.1, (frames, 3)),
        "pose_body": rng.normal(0, 0.1, (frames, 63)),
        "betas": np.zeros(10),
        "gender": "neutral",
    }


def kit_take(swing=0.3):
    """(50, 21, 3) millimetres: KIT-ML's skeleton, its legs swinging."""
    rest = np.zeros((21, 3))
    for chain, steps in zip(
        KIT21.chains,
        (
            [(-90, -60, 0), (0, -420, 0), (0, -400, 0), (0, -70, -30), (0, 0, 150)],
            [(90, -60, 0), (0, -420, 0), (0, -400, 0), (0, -70, -30), (0, 0, 150)],
            [(0, 100, 0), (0, 200, 0), (0, 200, 0), (0, 150, 0)],
            [(-180, -20, 0), (-280, 0, 0), (-250, 0, 0)],
            [(180, -20, 0), (280, 0, 0), (250, 0, 0)],
        ),
        strict=True,
    ):
        for a, b, step in zip(chain, chain[1:], steps, strict=False):
            rest[b] = rest[a] + step
    angle = swing * np.sin(np.arange(50) / 5)
    take = np.repeat((rest + [0, 950, 0])[None], 50, 0)
    for t in range(50):
        turn = np.array([[1, 0, 0], [0, np.cos(angle[t]), -np.sin(angle[t])], [0, np.sin(angle[t]), np.cos(angle[t])]])
        for chain, sign in ((KIT21.chains[0], 1), (KIT21.chains[1], -1)):
            hip = take[t, chain[1]].copy()
            spin = turn if sign > 0 else turn.T
            take[t, list(chain[1:])] = (take[t, list(chain[1:])] - hip) @ spin.T + hip
    return take


def write_kit(root, count=12):
    """Two captions, told apart by the swing."""
    (root / "new_joints").mkdir(parents=True)
    (root / "texts").mkdir()
    for i in range(count):
        np.save(root / f"new_joints/{i:05d}.npy", kit_take(0.5 if i % 2 else 0.1).astype(np.float32))
        (root / f"texts/{i:05d}.txt").write_text(f"a person {'runs' if i % 2 else 'walks'}#a/DET#0.0#0.0\n")
    write_splits(root, [f"{i:05d}" for i in range(count)])


def write_splits(root, names):
    """Two thirds to train, the rest halved."""
    a, b = len(names) * 2 // 3, len(names) * 5 // 6
    for split, part in (("train", names[:a]), ("val", names[a:b]), ("test", names[b:])):
        (root / f"{split}.txt").write_text("\n".join(part) + "\n")


def write_babel(root):
    amass_take(root / "KIT/3/a_poses.npz")
    entries = {
        str(i): {
            "babel_sid": i,
            "feat_p": "KIT/KIT/3/a_poses.npz",
            "dur": 2.0,
            "frame_ann": None,
            "seq_ann": {"labels": [label(kind, [kind])]},
        }
        for i, kind in enumerate(["walk", "wave", "moonwalk"])
    }
    (root / "train.json").write_text(json.dumps(entries))
    (root / "val.json").write_text(json.dumps(entries))


def write_interhuman(root, count=10):
    rng = np.random.default_rng(0)
    for folder in ("motions", "annots", "split"):
        (root / folder).mkdir(parents=True)
    for i in range(count):
        with open(root / f"motions/{i}.pkl", "wb") as stream:
            pickle.dump({"mocap_framerate": 30.0, "frames": 40, "person1": person(rng, 40), "person2": person(rng, 40)}, stream)
        (root / f"annots/{i}.txt").write_text("two people bow\n" if i % 2 else "one person waves to the other\n")
    for split, part in (("train", range(6)), ("val", range(6, 8)), ("test", range(8, count))):
        (root / f"split/{split}.txt").write_text("".join(f"{i}\n" for i in part))
