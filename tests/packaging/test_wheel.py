"""The wheel holds one package, which works in a folder that is not the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from motionpatches.core.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
INFO = f"motionpatches_studio-{VERSION}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [file] = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_installs_one_package(wheel):
    assert {name.split("/")[0] for name in wheel.namelist()} == {"motionpatches", INFO}
    inside = {name.split("/")[1] for name in wheel.namelist() if name.startswith("motionpatches/")}
    assert inside == {"__init__.py", "__main__.py", "py.typed", "app", "core", "assets"}


def test_every_module_but_the_generator_is_in_the_wheel(wheel):
    modules = {f"motionpatches/{f.relative_to(ROOT).as_posix()}" for part in ("app", "core") for f in (ROOT / part).rglob("*.py")}
    wanted = {name for name in modules if not name.startswith("motionpatches/core/demo/")}
    found = {name for name in wheel.namelist() if name.endswith(".py") and name.count("/") > 1}
    assert {name for name in found if not name.startswith("motionpatches/assets/")} == wanted


def test_metadata_names_the_project(wheel):
    metadata = wheel.read(f"{INFO}/METADATA").decode()
    assert "Author: Motion Patches Studio contributors" in metadata and "License-Expression: Apache-2.0" in metadata
    assert "Classifier: Typing :: Typed" in metadata and metadata.count("# Motion Patches Studio") == 1


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    wheel.extractall(folder)
    return folder


def in_the_wheel(folder: Path, cwd: Path, *arguments: str) -> str:
    """Standard output of Python with the unpacked wheel before all else on its path."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_unpacked_package_is_the_one_that_is_imported(unpacked, tmp_path):
    out = in_the_wheel(
        unpacked, tmp_path, "-c", "import motionpatches.core.paths as p; print(p.__file__, p.demo_library().is_file())"
    )
    assert out.split() == [str(unpacked / "motionpatches" / "core" / "paths.py"), "True"]


def test_what_the_window_shows_and_saves_is_in_the_wheel(unpacked, tmp_path):
    """The manual and Blender's add-on, which lie outside the package in a source tree."""
    say = "from motionpatches.core import paths; print(paths.blender_add_on(), len(list((paths.assets() / 'manual').iterdir())))"
    add_on, pages = in_the_wheel(unpacked, tmp_path, "-c", say).split()
    assert Path(add_on).is_relative_to(unpacked) and int(pages) == 10
    assert Path(add_on).read_bytes() == (ROOT / "packaging" / "blender" / "motion_patches.py").read_bytes()


def test_the_wheel_answers_a_query(unpacked, tmp_path):
    query = "a person waves with the right hand"
    answer = json.loads(in_the_wheel(unpacked, tmp_path, "-m", "motionpatches", "search", query, "-k", "3", "--json"))
    assert len(answer["hits"]) == 3
    assert "wave right" in answer["hits"][0]["id"] and answer["hits"][0]["path"].startswith(str(unpacked))
