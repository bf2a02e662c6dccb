"""Shared fixtures: real data where it lies beside the project, small motions, a virtual screen."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionpatches.app.background.garbage import collect_due
from motionpatches.core import paths
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Galleries, captions, runs and settings of the tests stay out of the user's own, on every system."""
    home = tmp_path_factory.mktemp("home")
    os.environ[paths.HOME_VARIABLE] = str(home)
    # Other programs that tests start keep by these.
    for variable, name in (("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        os.environ[variable] = str(home / "others" / name)


@pytest.fixture(autouse=True)
def collected_between_tests():
    """Garbage may be Qt's, which ends the process when a worker thread frees it: it is collected here, as the window does."""
    gc.disable()
    yield
    collect_due()


@pytest.fixture(autouse=True)
def nothing_said_before():
    """What one test says about a skeleton, and where it trained, is not remembered in the next."""
    yield
    paths.corrections().unlink(missing_ok=True)
    paths.joint_maps().unlink(missing_ok=True)
    paths.known_runs().unlink(missing_ok=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real motion capture in ../shared/data is not here")
    return SHARED


@pytest.fixture(scope="session")
def cases() -> Path:
    """Awkward inputs with their right values."""
    folder = SHARED.parent / "cases"
    if not folder.is_dir():
        pytest.skip("the awkward inputs in ../shared/cases are not here")
    return folder


@pytest.fixture
def smpl_motion() -> Motion:
    """60 frames of rigid random poses: the demo's own standing body, walking."""
    from motionpatches.core.demo.body import make_body
    from motionpatches.core.demo.gait import WALK, straight, walk_along
    from motionpatches.core.demo.solve import solve

    return Motion(solve(walk_along(make_body(), straight(3.0, 3.0), WALK)).astype(np.float32), 20.0, SMPL22, "walk")


@pytest.fixture(scope="module")
def core_application():
    """Timers, and signals between threads, need one; a window's would be another kind, so it ends with its tests."""
    from PySide6.QtCore import QCoreApplication

    if QCoreApplication.instance() is not None:
        yield
        return
    app = QCoreApplication([])
    yield
    app.shutdown()


@pytest.fixture(scope="session")
def screen():
    """A real X server for OpenGL windows: the one there is, or Xvfb."""
    from motionpatches.app.virtual_screen import virtual_screen

    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb on this machine")
    with virtual_screen((1700, 1100)):
        yield
        from PySide6.QtWidgets import QApplication

        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.shutdown()  # before its screen ends


@pytest.fixture(scope="session")
def tiny_text_folder(tmp_path_factory) -> Path:
    """A BERT of two layers with random weights, on disk in the hub's own format."""
    from motionpatches.core.models.torchvision_shim import prepare_imports

    prepare_imports()
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny-bert")
    words = [
        "a",
        "person",
        "someone",
        "walks",
        "runs",
        "waves",
        "jumps",
        "forward",
        "backward",
        "with",
        "the",
        "left",
        "right",
        "hand",
        "leg",
        "up",
        "down",
        "turns",
        "and",
        "then",
        ".",
        ",",
        "twice",
        "kicks",
        "sits",
    ]
    vocabulary = {w: i for i, w in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=96,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_config(tiny_text_folder):
    from motionpatches.core.models.config import preset

    return preset("starter", motion="test_vit", motion_weights="", text_weights="hub", text=str(tiny_text_folder))


@pytest.fixture
def tiny_model(tiny_config):
    import torch

    from motionpatches.core.models.build import new_model
    from motionpatches.core.patches import PatchStatistics

    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(tiny_config, lambda: statistics).eval()
    model.fingerprint, model.name = "tiny", "tiny"
    return model


@pytest.fixture
def small_library(tmp_path) -> Path:
    """Twelve short clips in the HumanML3D layout, walking and waving, written as the data set is."""
    from motionpatches.core.demo.library import ACTIONS, Choice, make_clip

    root = tmp_path / "small"
    (root / "new_joints").mkdir(parents=True)
    (root / "texts").mkdir()
    chosen = {a.name: a for a in ACTIONS}
    splits = {"train": [], "val": [], "test": []}
    for i in range(12):
        action = chosen["walk forward" if i % 2 else "wave"]
        clip = make_clip([Choice(action, action.sides[0], 1)], np.random.default_rng(i))
        name = f"{i:06d}"
        np.save(root / "new_joints" / f"{name}.npy", clip.motion.positions)
        (root / "texts" / f"{name}.txt").write_text("".join(f"{c}#a/DET#0.0#0.0\n" for c in clip.captions))
        splits["train" if i < 8 else "val" if i < 10 else "test"].append(name)
    for split, names in splits.items():
        (root / f"{split}.txt").write_text("\n".join(names) + "\n")
    return root
