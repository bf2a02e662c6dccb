"""Sets the studio up and runs it. Needs Python 3.11 or newer with pip, nothing else.

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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LIBRARIES = {
    "xvfb": "Xvfb",
    "libegl1": "libEGL.so.1",
    "libgl1": "libGL.so.1",
    "libgl1-mesa-dri": "dri/swrast_dri.so",
    "libopengl0": "libOpenGL.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-image0": "libxcb-image.so.0",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-randr0": "libxcb-randr.so.0",
    "libxcb-render-util0": "libxcb-render-util.so.0",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxcb-xinerama0": "libxcb-xinerama.so.0",
    "libxcb-xkb1": "libxcb-xkb.so.1",
    "libfontconfig1": "libfontconfig.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "fonts-dejavu-core": "fonts/truetype/dejavu/DejaVuSans.ttf",
}


def missing_libraries() -> list[str]:
    """Debian packages whose files are not on this Linux system; [] elsewhere."""
    if not sys.platform.startswith("linux"):
        return []
    if shutil.which("dpkg-query"):
        known = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Status}\n"], capture_output=True, text=True).stdout
        installed = {line.split()[0] for line in known.splitlines() if line.endswith("install ok installed")}
        return [p for p in LIBRARIES if p not in installed and f"{p}t64" not in installed]
    return [] if shutil.which("Xvfb") or os.environ.get("DISPLAY") else list(LIBRARIES)


def install_libraries() -> None:
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


def install_packages(extra: str) -> None:
    """A virtual environment with the program in it; a stamp remembers what was installed."""
    stamp = VENV / f"installed-{extra or 'studio'}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the program and what it needs into .venv; this is done once…", flush=True)
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(PYTHON),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--editable",
            target,
        ],
        check=True,
    )
    stamp.write_text(wanted)


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036
        print("Python 3.11 or newer is needed.", file=sys.stderr)
        return 1
    testing = sys.argv[1:2] == ["test"]
    try:
        install_libraries()
        install_packages("test" if testing else "")
    except subprocess.CalledProcessError as error:
        print(f"The set-up stopped: {' '.join(map(str, error.cmd[:4]))}… failed. See its message above.", file=sys.stderr)
        return 1
    if testing:
        return subprocess.run([str(PYTHON), "-m", "pytest", *sys.argv[2:]], cwd=ROOT).returncode
    return subprocess.run([str(PYTHON), "-m", "motionpatches", *sys.argv[1:]]).returncode


if __name__ == "__main__":
    sys.exit(main())
