"""Set the studio up and run it. Needs Python 3.11 or newer with pip, nothing else.

    python3 packaging/studio.py            opens the studio (arguments go to motionpatches)
    python3 packaging/studio.py test       runs the tests

The first run makes .venv beside this folder and, as root on Debian or Ubuntu, installs the system libraries that Qt and
OpenGL need; later runs install nothing again until pyproject.toml changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
# Debian packages that Qt, OpenGL and a virtual screen need.
LIBRARIES = (
    "xvfb",
    "libegl1",
    "libgl1",
    "libgl1-mesa-dri",
    "libopengl0",
    "libxkbcommon-x11-0",
    "libdbus-1-3",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "libfontconfig1",
    "libglib2.0-0",
    "fonts-dejavu-core",
)


def missing_libraries() -> list[str]:
    """Return the Debian packages that are not installed on this Linux system; [] on other systems."""
    if not sys.platform.startswith("linux"):
        return []
    if shutil.which("dpkg-query"):
        known = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Status}\n"], capture_output=True, text=True).stdout
        installed = {line.split()[0] for line in known.splitlines() if line.endswith("install ok installed")}
        return [p for p in LIBRARIES if p not in installed and f"{p}t64" not in installed]
    return [] if shutil.which("Xvfb") or os.environ.get("DISPLAY") else list(LIBRARIES)


def install_libraries() -> None:
    """Install missing system libraries as root on Debian and Ubuntu; otherwise print how to."""
    missing = missing_libraries()
    if not missing:
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing system libraries: {' '.join(missing)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
    else:
        print(
            "Some system libraries may be missing. If the window does not open, install them:\n"
            f"  sudo apt-get install {' '.join(missing)}",
            flush=True,
        )


def python_of(folder: Path) -> Path:
    """Return the Python of a virtual environment, which is made where there is none."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return python


def pip_install(python: Path, *arguments: str) -> None:
    """Install into the environment of a Python, by the pip of this one."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *arguments], check=True)


def install_packages(extra: str) -> Path:
    """Make the virtual environment with the program in it, and return its Python; a stamp remembers what was installed."""
    python, stamp = python_of(VENV), VENV / f"installed-{extra or 'studio'}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print("Installing the program and what it needs into .venv; this is done once…", flush=True)
    pip_install(python, "--editable", f"{ROOT}[{extra}]" if extra else str(ROOT))
    stamp.write_text(wanted)
    return python


def run_tests(python: Path, arguments: list[str]) -> int:
    """Run the tests; all of them in two processes, the output of the second after that of the first. Return the exit status."""
    pytest = [str(python), "-m", "pytest"]
    if arguments:
        return subprocess.run([*pytest, *arguments], cwd=ROOT).returncode
    core = [*pytest, "tests/core", "tests/app"]
    rest = [str(path) for path in sorted((ROOT / "tests").iterdir()) if _holds_tests(path)]
    with tempfile.TemporaryFile("w+") as output:
        beside = subprocess.Popen([*pytest, *rest], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        first = subprocess.run(core, cwd=ROOT).returncode
        second = beside.wait()
        output.seek(0)
        shutil.copyfileobj(output, sys.stdout)
    return first or second


def _holds_tests(path: Path) -> bool:
    """Return whether a file or folder of tests belongs to the second process."""
    folder = path.is_dir() and path.name not in ("core", "app", "data", "benchmarks", "__pycache__")
    return folder or path.name.startswith("test_")


def main() -> int:
    """Set up, then run the studio or the tests; return the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036
        print("Python 3.11 or newer is needed.", file=sys.stderr)
        return 1
    testing = sys.argv[1:2] == ["test"]
    try:
        install_libraries()
        python = install_packages("test" if testing else "")
    except subprocess.CalledProcessError as error:
        print(f"The set-up stopped: {' '.join(map(str, error.cmd[:4]))}… failed. See its message above.", file=sys.stderr)
        return 1
    if testing:
        return run_tests(python, sys.argv[2:])
    return subprocess.run([str(python), "-m", "motionpatches", *sys.argv[1:]]).returncode


if __name__ == "__main__":
    sys.exit(main())
