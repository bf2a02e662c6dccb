"""AMASS files and body models in smplx's layout, written with random numbers."""

import numpy as np


def amass_file(path, dialect, frames=6, fps=120.0):
    rng = np.random.default_rng(1)
    poses = rng.normal(0, 0.3, (frames, 156 if dialect == "smplh" else 165))
    trans = rng.normal(0, 0.2, (frames, 3)) + [0, 0, 0.9]
    shared = dict(trans=trans, betas=rng.normal(size=16), gender="female")
    if dialect == "smplh":
        np.savez(path, poses=poses, mocap_framerate=fps, dmpls=np.zeros((frames, 8)), **shared)
    else:
        np.savez(
            path,
            root_orient=poses[:, :3],
            pose_body=poses[:, 3:66],
            pose_hand=poses[:, 66:156],
            mocap_frame_rate=fps,
            surface_model_type="smplx",
            **shared,
        )
    return poses[:, :66].reshape(-1, 22, 3), trans


def body_model(folder, family):
    """A body model file in smplx's layout with random shape directions."""
    joints, vertices = (52, 6890) if family == "smplh" else (55, 10475)
    rng = np.random.default_rng(2)
    parents = [-1] + [int(rng.integers(max(0, j - 3), j)) for j in range(1, joints)]
    regressor = rng.random((joints, vertices))
    shapes = 10 if family == "smplh" else 20
    (folder / family).mkdir(parents=True)
    np.savez(
        folder / family / f"{family.upper()}_FEMALE.npz",
        v_template=rng.normal(size=(vertices, 3)),
        f=rng.integers(0, vertices, (50, 3)),
        shapedirs=rng.normal(0, 0.01, (vertices, 3, shapes)),
        posedirs=np.zeros((vertices, 3, (joints - 1) * 9), np.float32),
        J_regressor=regressor / regressor.sum(1, keepdims=True),
        weights=np.full((vertices, joints), 1 / joints),
        kintree_table=np.array([[2**32 - 1, *parents[1:]], range(joints)]),
        hands_componentsl=np.eye(45),
        hands_componentsr=np.eye(45),
        hands_meanl=np.zeros(45),
        hands_meanr=np.zeros(45),
        lmk_faces_idx=np.zeros(51, int),
        lmk_bary_coords=np.full((51, 3), 1 / 3),
        dynamic_lmk_faces_idx=np.zeros((79, 17), int),
        dynamic_lmk_bary_coords=np.full((79, 17, 3), 1 / 3),
    )
