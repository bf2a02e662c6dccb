"""The pages build without a warning, and every command in them runs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from motionpatches.app.cli import parser
from motionpatches.core import paths
from tests.core.export.test_onto_character import character

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What a page's command would do for too long, or not without a network: its arguments are checked here, its work in that test.
ELSEWHERE = {
    ("reproduce",): "tests/core/test_reproduce.py",
    ("model", "import"): "tests/core/models/test_published.py",
    ("model", "pull"): "tests/core/models/test_published.py",
    ("model", "export-onnx"): "tests/core/models/test_onnx_export.py",
    ("screenshot",): "tests/e2e/test_cli.py",
    ("train", "--packed"): "tests/core/training/test_packed.py",
}
# Other programs' lines, and who runs them: CI itself, a person, a test.
OTHERS = {
    "python3 packaging/studio.py": ".ci/run",
    "python3 packaging/studio.py test": ".ci/run",
    "torchrun": "tests/core/training/test_runs.py",
    "python -m motionpatches.core.training": "tests/core/training/test_runs.py",
    "python -m motionpatches.packaging.research.compare": "tests/packaging/research/test_compare.py",
    "python -m motionpatches.packaging.research.order": "tests/packaging/research/test_order.py",
}


def commands(page: Path) -> list[str]:
    """Lines of the page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    return [line.split("   #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_the_pages_name_commands():
    assert sum(len(commands(page)) for page in PAGES) > 40


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_command_runs(page, tmp_path, monkeypatch, small_library, capsys):
    if not paths.starter_model().exists():
        pytest.skip("the starter model is not built yet")
    shutil.copytree(small_library, tmp_path / "FOLDER")
    shutil.copytree(paths.starter_model(), tmp_path / "MODEL")
    (tmp_path / "CHARACTER.glb").write_bytes(character())
    monkeypatch.chdir(tmp_path)
    assert parser.main(["export", str(tmp_path / "FOLDER" / "new_joints" / "000000.npy"), "-o", "MOTION.bvh"]) == 0
    rows = [f"{i:06d},{'walk' if i % 2 else 'wave'}" for i in range(12)]
    (tmp_path / "labels.csv").write_text("\n".join(["id,label", *rows]) + "\n")
    for line in commands(page):
        words = shlex.split(line)
        if words[0] != "motionpatches":
            assert any(line.startswith(known) for known in OTHERS), f"no test runs {line!r}"
            continue
        arguments = words[1:]
        if any(tuple(arguments[: len(known)]) == known for known in ELSEWHERE):
            parser.parse(arguments)
            continue
        if arguments[0].startswith("-"):
            assert parser.main(arguments) == 0
            continue
        if arguments[0] == "FOLDER":
            continue
        if arguments[0] == "train":
            arguments = _shortened(arguments)
        if arguments[0] == "export":  # ends its QApplication, which would be the other tests' too
            done = subprocess.run(
                [sys.executable, "-m", "motionpatches", *arguments],
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            assert done.returncode == 0, (line, done.stderr)
            continue
        code, said = parser.main(arguments), capsys.readouterr().err
        if arguments[:2] == ["train", "--resume"]:  # the page's own run is finished by then
            assert code == 1 and "is a finished run" in said
        else:
            assert code == 0, (line, said)


def _shortened(arguments: list[str]) -> list[str]:
    """One epoch instead of many."""
    if "--epochs" in arguments:
        arguments[arguments.index("--epochs") + 1] = "1"
        return arguments
    return arguments if "--resume" in arguments else [*arguments, "--epochs", "1"]


def test_the_pages_build_without_a_warning(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", "packaging/docs/mkdocs.yml", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    assert (tmp_path / "getting-started" / "index.html").exists()
