"""The house's rules, checked: who may import whom, what is imported when, how long files are."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_imports_point_downwards():
    done = subprocess.run([str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout


def test_the_first_window_does_not_wait_for_torch():
    code = ("import sys, app.application, app.cli; "
            "bad = {'torch', 'timm', 'transformers', 'smplx', 'huggingface_hub'} & set(sys.modules);"
            "print(sorted(bad))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_no_file_grows_over_400_lines():
    long = [str(f.relative_to(ROOT)) for part in ("app", "core", "packaging", "tests") for f in (ROOT / part).rglob("*.py")
            if len(f.read_text().splitlines()) > 400]
    assert long == []


def test_ruff():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
