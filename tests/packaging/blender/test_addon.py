"""The Blender add-on inside Blender, against what this program reads. MOTIONPATCHES_BPY names a Python that has bpy."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import uvicorn

from motionpatches.core import paths
from motionpatches.core.io.load import load_motion
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.progress import run
from motionpatches.core.search.indexing import update_gallery
from motionpatches.core.search.retriever import Retriever
from motionpatches.core.serve.service import Service
from motionpatches.core.serve.web import web_app

BLENDER = os.environ.get("MOTIONPATCHES_BPY", "")
TOKEN = "a token of twenty characters"


@pytest.mark.skipif(not BLENDER, reason="MOTIONPATCHES_BPY names no Python with bpy (Blender, 500 MB)")
def test_motions_are_brought_in_and_onto_an_armature(tmp_path: Path):
    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    service = Service(library, Retriever(model, run(update_gallery(model, library))), "starter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(web_app(service, TOKEN), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    one, two = (next(c.id for c in library.clips if end in c.id) for end in ("cartwheel", "roundhouse kick"))
    script = Path(__file__).with_name("in_blender.py")
    try:
        asked = [BLENDER, str(script), f"http://127.0.0.1:{port}", TOKEN, one, two, str(tmp_path)]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": ""})
    finally:
        server.should_exit = True
        thread.join()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    facts, bones = json.loads((tmp_path / "facts.json").read_text()), np.load(tmp_path / "bones.npz")
    assert any("kick" in clip for clip in facts["asked"]) and "token" in facts["refused"]

    own = library.load(one)
    order = [facts["names"].index(name) for name in own.skeleton.joint_names]
    assert np.abs(_y_up(bones["brought_in"][:, order]) - own.positions).max() < 0.001  # glTF by Blender's importer
    back = load_motion(tmp_path / "onto.bvh")
    read = back.positions - back.positions[:1, :1]
    numbers = [int(name[1:].partition("_")[0]) for name in back.skeleton.joint_names]  # "b3_Spine"
    order = [facts["names"].index(facts["rig"][number]) for number in numbers]
    seen = _y_up(bones["onto"][:, order])
    assert len(seen) == len(read) and np.abs(seen - seen[:1, :1] - read).max() < 0.001


def _y_up(places: np.ndarray) -> np.ndarray:
    return np.stack([places[..., 0], places[..., 2], -places[..., 1]], axis=-1)
