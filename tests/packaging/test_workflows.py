"""The workflows of the hosted CI: parsed, and all they run and name exists here. They themselves cannot be run here."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from motionpatches.app.cli import parser

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Programs of the hosted machines.
HOSTED = {"sudo", "apt-get", "choco", "iscc", "env"}
OWN_FILE = re.compile(r"(?<![\w/.])(?:\.?\w[\w-]*/)+[\w-]+\.(?:py|sh|iss|toml|yml)\b")
POSIX_ONLY = {"resource", "fcntl", "pwd", "grp", "termios"}


def jobs() -> list[tuple[str, dict[str, Any]]]:
    loaded = {file.name: yaml.safe_load(file.read_text()) for file in WORKFLOWS}
    return [(f"{name}:{job}", body) for name, flow in loaded.items() for job, body in flow["jobs"].items()]


def steps(key: str) -> list[tuple[str, str]]:
    """Job and value of each step that has the key `uses` or `run`."""
    return [(name, step[key]) for name, job in jobs() for step in job["steps"] if key in step]


def commands() -> list[list[str]]:
    """Words of each line that is run, without `sudo`, `env` and assignments before the program."""
    found = []
    for _, script in steps("run"):
        for line in script.splitlines():
            words = shlex.split(re.sub(r"\$\(.*?\)(?=\")", "0", line))
            while words and (words[0] in ("sudo", "-E", "env") or "=" in words[0].split("/")[0]):
                words = words[1:]
            found += [words] if words else []
    return found


def test_both_workflows_have_jobs_on_three_systems():
    systems = {name: {s.split("-")[0] for s in job["strategy"]["matrix"]["os"]} for name, job in jobs() if "strategy" in job}
    assert systems == dict.fromkeys(("bundles.yml:bundle", "tests.yml:tests"), {"ubuntu", "windows", "macos"})


def test_actions_are_pinned_to_a_commit():
    """A tag can be moved to other code; a comment names the version of the commit."""
    lines = [line for file in WORKFLOWS for line in file.read_text().splitlines() if "uses:" in line]
    assert len(lines) == len(steps("uses")) > 4
    assert [line for line in lines if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line)] == []


def test_what_is_run_exists():
    """Scripts and modules of this repository, and programs of the package, its extra `test` or the hosted machines."""
    tools = {re.split(r"[^\w-]", one)[0] for one in PROJECT["optional-dependencies"]["test"]}
    programs = HOSTED | set(PROJECT["scripts"]) | tools
    seen = 0
    for program, *arguments in commands():
        if program.startswith("python") and arguments[0] == "-m":
            assert arguments[1] == "pip" or importlib.util.find_spec(arguments[1]), arguments
        elif program.startswith("python"):
            assert (ROOT / arguments[0]).is_file(), arguments
        else:
            assert program == "$program" or program in programs or (ROOT / program).is_file(), program
        seen += 1
    assert seen > 8


def test_files_that_are_named_exist():
    scripts = [*(file.read_text() for file in WORKFLOWS), (ROOT / ".ci" / "run").read_text()]
    named = {name for text in scripts for name in OWN_FILE.findall(text)}
    assert {"packaging/bundle.py", "packaging/studio.py", "packaging/windows/installer.iss"} <= named
    assert [name for name in named if not (ROOT / name).exists()] == []
    caches = {s["with"]["cache-dependency-path"] for _, j in jobs() for s in j["steps"] if "cache" in s.get("with", {})}
    assert caches == {"pyproject.toml"}


def test_commands_of_the_bundle_are_known():
    lines = [words[1:] for words in commands() if words[0] == "$program" and words[1] != "--version"]
    assert [parser.parse(words).run.__module__.rsplit(".", 1)[1] for words in lines] == ["search", "screenshot"]


def test_lines_of_python_name_what_exists():
    codes = re.findall(r"python3? -c ['\"](.+?)['\"]\)", "\n".join(script for _, script in steps("run")))
    codes += re.findall(r"python3 -c \"(.+?)\"\)", (ROOT / "packaging" / "macos" / "make_dmg.sh").read_text())
    assert len(codes) == 2
    for code in codes:
        names: dict[str, Any] = {}
        exec(code.replace("print(", "str("), names)
        assert names["VERSION"] == PROJECT.get("version", names["VERSION"])


def test_tested_versions_of_python_are_those_of_the_package():
    matrix = next(job["strategy"]["matrix"]["python"] for name, job in jobs() if name == "tests.yml:tests")
    declared = [c.rsplit(" ", 1)[1] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    assert matrix == [declared[0], declared[-1]] and PROJECT["requires-python"] == f">={declared[0]}"


@pytest.mark.parametrize("script", ["packaging/windows/installer.iss", "packaging/linux/motionpatches-studio.desktop"])
def test_installers_name_files_of_the_repository(script):
    """Icons and licence; what a bundle makes is not there."""
    named = re.findall(r"(?m)^(?:SetupIconFile|LicenseFile)=(.+)$", (ROOT / script).read_text())
    folder = (ROOT / script).parent
    assert [n for n in named if not (folder / n.strip().replace("\\", "/")).is_file()] == []


def test_the_tests_can_be_collected_on_windows():
    """No test imports a module of POSIX systems before it runs."""
    wrong = []
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None)]
            wrong += [f"{file.relative_to(ROOT)}: {name}" for name in names if name in POSIX_ONLY]
    assert wrong == []
