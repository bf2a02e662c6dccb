"""The hooks of a commit: what they run comes from the extra `test`, and each refuses what it is there to refuse."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / ".pre-commit-config.yaml"
HOOKS = {hook["id"]: hook for repo in yaml.safe_load(CONFIG.read_text())["repos"] for hook in repo["hooks"]}
# A file that a hook refuses or mends.
BAD = {
    "ruff-format": ("spaced.py", "x = {  1:2 }\n"),
    "ruff-check": ("unused.py", "import os\n"),
    "check-added-large-files": ("assets/other.npz", "0" * 1_100_000),
    "check-case-conflict": ("Notes.md", "One of two.\n"),
    "check-merge-conflict": ("merged.md", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"),
    "check-yaml": ("broken.yml", "a: [1\n"),
    "check-toml": ("broken.toml", "a = \n"),
    "end-of-file-fixer": ("cut.md", "No newline at the end"),
    "trailing-whitespace": ("trailing.md", "A line. \n"),
}
GOOD = {
    "notes.md": "One of two.\n",
    "good.py": "x = {1: 2}\n",
    "good.toml": "a = 1\n",
    "assets/demo.npz": "0" * 1_100_000,
}


def run_hooks(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """State of each hook in a repository of these files; without mypy, which tests/test_layers.py runs."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, newline="")
    shutil.copy(CONFIG, folder)
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # A merge in progress: what the hook for conflicts waits for.
    environment = {**os.environ, "PATH": programs, "PRE_COMMIT_HOME": str(folder / ".git" / "home"), "SKIP": "mypy"}
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    (folder / ".git" / "MERGE_MSG").write_text("Merge branch 'theirs'\n\nConflicts:\n")
    (folder / ".git" / "MERGE_HEAD").write_text("0" * 40 + "\n")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never", "--verbose"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    states = re.findall(r"\.(Passed|Failed|Skipped)\n- hook id: ([\w-]+)", done.stdout)
    assert len(states) >= len(BAD), done.stdout + done.stderr
    return {name: state for state, name in states if name != "mypy"}


def test_every_hook_is_a_module_of_the_test_environment():
    """No hook downloads a tool: another version would format differently, and a commit would need a network."""
    for hook in HOOKS.values():
        python, dash_m, module, *arguments = hook["entry"].split()
        assert (python, dash_m, hook["language"]) == ("python", "-m", "system")
        assert importlib.util.find_spec(module.split(".")[0]), module
        assert all((ROOT / a.split("::")[0]).exists() for a in arguments if a.startswith("tests/"))


@pytest.mark.skipif(shutil.which("git") is None, reason="hooks are git's")
@pytest.mark.skipif(sys.platform != "linux", reason="the file system must hold names that differ by case alone")
def test_each_hook_refuses_its_kind_of_file(tmp_path):
    states = run_hooks(tmp_path, GOOD | dict(BAD.values()))
    assert states == dict.fromkeys(BAD, "Failed") and set(BAD) == set(HOOKS) - {"mypy"}


@pytest.mark.skipif(shutil.which("git") is None, reason="hooks are git's")
def test_good_files_pass(tmp_path):
    assert set(run_hooks(tmp_path, GOOD).values()) <= {"Passed", "Skipped"}
