"""A body's skin against a direct call of smplx."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.io.body_mesh import MOST, body_mesh
from motionpatches.core.io.smpl.poses import BODY_MODELS
from motionpatches.core.progress import run
from tests.smpl_files import amass_file, body_model

pytestmark = pytest.mark.filterwarnings("ignore")


def test_vertices_are_those_of_smplx(tmp_path, monkeypatch):
    import smplx
    import torch

    body_model(tmp_path / "models", "smplh")
    poses, trans = amass_file(tmp_path / "a.npz", "smplh", frames=24)
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "models"))
    mesh = run(body_mesh(tmp_path / "a.npz", start_s=0.05, end_s=0.2))
    chosen = np.arange(6, 24, 4)
    assert mesh.fps == 30 and len(mesh.vertices) == len(chosen)
    betas = np.load(tmp_path / "a.npz")["betas"][:10]
    model = smplx.SMPLH(str(tmp_path / "models/smplh/SMPLH_FEMALE.npz"), gender="female", use_pca=False, ext="npz", num_betas=10)
    for i, frame in enumerate(chosen):
        with torch.no_grad():
            one = (
                model(
                    betas=torch.tensor(betas[None], dtype=torch.float32),
                    global_orient=torch.tensor(poses[frame : frame + 1, 0], dtype=torch.float32),
                    body_pose=torch.tensor(poses[frame : frame + 1, 1:].reshape(1, -1), dtype=torch.float32),
                    left_hand_pose=torch.zeros(1, 45),
                    right_hand_pose=torch.zeros(1, 45),
                    transl=torch.tensor(trans[frame : frame + 1], dtype=torch.float32),
                )
                .vertices[0]
                .numpy()
            )
        np.testing.assert_allclose(mesh.vertices[i], one[:, [0, 2, 1]] * [1, 1, -1], atol=1e-4)
    assert np.array_equal(mesh.faces, model.faces) and mesh.at(0.0) is not None
    assert np.array_equal(mesh.at(99.0), mesh.vertices[-1])


def test_a_long_take_is_thinned(tmp_path, monkeypatch):
    body_model(tmp_path / "models", "smplh")
    amass_file(tmp_path / "a.npz", "smplh", frames=50, fps=30.0)
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "models"))
    monkeypatch.setattr("motionpatches.core.io.body_mesh.MOST", 10)
    mesh = run(body_mesh(tmp_path / "a.npz"))
    assert len(mesh.vertices) == 10 < MOST and mesh.fps == pytest.approx(6)


def test_what_has_no_skin_is_reported(tmp_path, monkeypatch):
    np.savez(tmp_path / "joints.npz", joints=np.zeros((4, 22, 3), np.float32))
    monkeypatch.delenv(BODY_MODELS, raising=False)
    with pytest.raises(StudioError, match="licensed body models"):
        run(body_mesh(tmp_path / "joints.npz"))
    monkeypatch.setenv(BODY_MODELS, str(tmp_path))
    with pytest.raises(StudioError, match="no skin to show"):
        run(body_mesh(tmp_path / "joints.npz"))


def test_the_skin_stands_as_the_motion_does(tmp_path, monkeypatch):
    """The axis that was recognised turns the skin; several people have one each."""
    import pickle

    body_model(tmp_path / "models", "smplh")
    monkeypatch.setenv(BODY_MODELS, str(tmp_path / "models"))
    rng = np.random.default_rng(0)
    people = {
        n: {"pose_world": rng.normal(0, 0.2, (6, 72)), "trans_world": np.full((6, 3), float(n)), "gender": "female"}
        for n in (1, 2)
    }
    (tmp_path / "wham.pkl").write_bytes(pickle.dumps(people))
    first, second = (run(body_mesh(tmp_path / "wham.pkl", take=name)) for name in ("1", "2"))
    assert np.abs(second.vertices.mean(axis=(0, 1)) - first.vertices.mean(axis=(0, 1)) - 1).max() < 0.5
    turned = run(body_mesh(tmp_path / "wham.pkl", up="Z"))
    np.testing.assert_allclose(turned.vertices, first.vertices[..., [0, 2, 1]] * [1, 1, -1], atol=1e-5)
