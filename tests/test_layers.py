"""The rules of the project, checked: who may import whom, what is imported when, how long files are."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Path:
    """A folder that holds the package `motionpatches` as the wheel lays it out: the tools know no package of another kind."""
    folder = tmp_path_factory.mktemp("package")
    for name in ("app", "core"):
        shutil.copytree(ROOT / name, folder / "motionpatches" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "motionpatches.py", folder / "motionpatches" / "__init__.py")
    return folder


def test_imports_point_downwards(package):
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=package,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(package)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_types(package):
    """mypy over core and app, with the flags and the exceptions of pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(package / ".mypy")]
        + ["-p", "motionpatches"],
        cwd=package,
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(package)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_window_does_not_wait_for_torch_pictures_or_the_readers_of_files():
    code = (
        "import sys, motionpatches.app.application, motionpatches.app.cli.parser; "
        "bad = {'torch', 'timm', 'transformers', 'smplx', 'huggingface_hub', 'PIL', 'importlib.metadata',"
        "       'motionpatches.core.io.load'} & set(sys.modules);"
        "print(sorted(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_no_file_grows_over_400_lines():
    long = [
        str(f.relative_to(ROOT))
        for part in ("app", "core", "packaging", "tests")
        for f in (ROOT / part).rglob("*.py")
        if len(f.read_text().splitlines()) > 400
    ]
    assert long == []


def test_ruff():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_import_goes_past_the_package():
    """`core` and `app` are folders of a clone; the modules in them are those of the package `motionpatches` alone."""
    wrong = [
        f"{f.relative_to(ROOT)}: {line}"
        for part in ("app", "core", "packaging", "tests")
        for f in (ROOT / part).rglob("*.py")
        for line in f.read_text().splitlines()
        if line.lstrip().startswith(("from core", "from app", "import core", "import app"))
    ]
    assert wrong == []


def test_formatted():
    done = subprocess.run([sys.executable, "-m", "ruff", "format", "--check", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
