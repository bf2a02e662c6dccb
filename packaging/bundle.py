"""Build the bundle and the installers: `python3 packaging/bundle.py [--no-test]`.

A virtual environment in build/venv with the present program and PyInstaller; a one-folder bundle in dist/motionpatches;
on Debian and Ubuntu also dist/motionpatches-studio_VERSION_ARCH.deb, which packaging/try_deb.py then installs into a bare root
and tries (as root, with debootstrap). On Windows and macOS the folder alone; packaging/windows and packaging/macos hold the
scripts of their installers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD, DIST = ROOT / "build", ROOT / "dist"
VENV = BUILD / "venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LINUX = ROOT / "packaging" / "linux"
# What the bundle takes from the system; the C library is the build machine's or newer.
DEPENDS = (
    "libegl1",
    "libgl1",
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
    "libglib2.0-0 | libglib2.0-0t64",
)
# Libraries that are built with tables of symbols that nothing reads at run time, a hundred megabytes of them.
SYMBOLS = ("torch/lib/libtorch_*.so", "libpython3*.so.*", "tokenizers/*.so")


def version() -> str:
    sys.path.insert(0, str(ROOT))
    from motionpatches.core.version import VERSION

    return VERSION


def make_folder() -> Path:
    """dist/motionpatches."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
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
            "--upgrade",
            str(ROOT),
            "pyinstaller>=6.10,<7",
        ],
        check=True,
    )
    BUILD.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            str(PYTHON),
            "-m",
            "PyInstaller",
            "--noconfirm",
            "--log-level",
            "WARN",
            "--distpath",
            str(DIST),
            "--workpath",
            str(BUILD / "pyinstaller"),
            str(ROOT / "packaging" / "motionpatches.spec"),
        ],
        check=True,
        # Not in the clone, whose folders would be found before the installed package.
        cwd=BUILD,
    )
    folder = DIST / "motionpatches"
    if shutil.which("strip"):
        for name in SYMBOLS:
            subprocess.run(["strip", "--strip-unneeded", *map(str, (folder / "_internal").glob(name))], check=True)
    return folder


def size_mb(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6


def make_deb(folder: Path) -> Path:
    """The bundle under /opt, a launcher, menu entry, file association, AppStream metadata."""
    name, number = "motionpatches-studio", version()
    architecture = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()
    tree = BUILD / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    share = tree / "usr" / "share"
    shutil.copytree(folder, tree / "opt" / name, symlinks=True)
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "motionpatches").symlink_to(f"/opt/{name}/motionpatches")
    for source, place in ((LINUX / f"{name}.desktop", "applications"), (LINUX / f"{name}.xml", "mime/packages")):
        (share / place).mkdir(parents=True)
        shutil.copy(source, share / place)
    (share / "icons/hicolor/256x256/apps").mkdir(parents=True)
    shutil.copy(ROOT / "assets" / "icon.png", share / f"icons/hicolor/256x256/apps/{name}.png")
    about = (LINUX / "io.github.motionpatches.studio.metainfo.xml").read_text()
    (share / "metainfo").mkdir()
    (share / "metainfo" / "io.github.motionpatches.studio.metainfo.xml").write_text(
        about.replace("@VERSION@", number).replace("@DATE@", f"{date.today()}")
    )
    documents = share / "doc" / name
    documents.mkdir(parents=True)
    (documents / "copyright").write_text(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nFiles: *\n"
        "Copyright: The Motion Patches Studio developers\nLicense: Apache-2.0\n"
        " The packages inside keep their own licences: Help > About lists them with their texts.\n"
    )
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(
        f"Package: {name}\nVersion: {number}\nArchitecture: {architecture}\nSection: graphics\nPriority: optional\n"
        "Maintainer: The Motion Patches Studio developers <studio@motionpatches.invalid>\n"
        f"Installed-Size: {int(size_mb(tree) * 1000 / 1.024)}\nDepends: libc6 (>= {_libc()}), {', '.join(DEPENDS)}\n"
        "Recommends: ffmpeg, libgl1-mesa-dri, fonts-dejavu-core, shared-mime-info, desktop-file-utils\nSuggests: xvfb\n"
        "Description: find a motion-capture take by typing a sentence\n"
        " Opens motion data of any skeleton, shows takes in 3D beside their motion\n"
        " patches, and searches them by words with a model that runs on the CPU.\n"
    )
    package = DIST / f"{name}_{number}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(tree), str(package)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return package


def _libc() -> str:
    return os.confstr("CS_GNU_LIBC_VERSION").split()[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-test", action="store_true", help="do not install and try the .deb")
    options = parser.parse_args()
    folder = make_folder()
    print(f"{folder.relative_to(ROOT)}: {size_mb(folder):.0f} MB", flush=True)
    if shutil.which("dpkg-deb") is None:
        return 0
    package = make_deb(folder)
    print(f"{package.relative_to(ROOT)}: {package.stat().st_size / 1e6:.0f} MB", flush=True)
    if options.no_test:
        return 0
    return subprocess.run([sys.executable, str(ROOT / "packaging" / "try_deb.py"), str(package)]).returncode


if __name__ == "__main__":
    sys.exit(main())
