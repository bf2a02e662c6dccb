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
LINUX = ROOT / "packaging" / "linux"
# What the packages of studio.py are for on a machine without a screen or a graphics card; the bundle only recommends them.
WITHOUT_SCREEN = ("xvfb", "libgl1-mesa-dri", "fonts-dejavu-core")
# Libraries that are built with tables of symbols that nothing reads at run time, a hundred megabytes of them.
SYMBOLS = ("torch/lib/libtorch_*.so", "libpython3*.so.*", "tokenizers/*.so")


def version() -> str:
    """Return the version of the program."""
    from motionpatches.core.version import VERSION

    return VERSION


def depends() -> list[str]:
    """Return what the .deb takes from the system, for its field Depends; the C library is the build machine's or newer."""
    from motionpatches.packaging.studio import LIBRARIES

    # Debian 13 and Ubuntu 24.04 renamed glib.
    renamed = {"libglib2.0-0": "libglib2.0-0 | libglib2.0-0t64"}
    needed = [renamed.get(name, name) for name in LIBRARIES if name not in WITHOUT_SCREEN]
    return [f"libc6 (>= {os.confstr('CS_GNU_LIBC_VERSION').split()[1]})", *needed]


def make_folder() -> Path:
    """Build dist/motionpatches, and return it."""
    from motionpatches.packaging.studio import pip_install, python_of

    python = python_of(VENV)
    pip_install(python, "--upgrade", str(ROOT), "pyinstaller>=6.10,<7")
    BUILD.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            str(python),
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
    """Return the size of the files in a folder in megabytes; links count nothing."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6


def make_deb(folder: Path) -> Path:
    """Pack the bundle under /opt, with launcher, menu entry, file association and AppStream metadata; return the .deb."""
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
        f"Installed-Size: {int(size_mb(tree) * 1000 / 1.024)}\nDepends: {', '.join(depends())}\n"
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


def main() -> int:
    """Build, and try the .deb; return the exit status."""
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
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
