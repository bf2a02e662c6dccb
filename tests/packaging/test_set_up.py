"""Set-up of a clone, and the Debian package, with a small folder in place of the bundle."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from motionpatches.app.virtual_screen import PACKAGES
from motionpatches.core.version import VERSION
from motionpatches.packaging import bundle, studio

LAUNCHER = "opt/motionpatches-studio/motionpatches"


def test_one_list_of_system_libraries():
    """What is installed, what a message of the program asks for, and what the .deb depends on."""
    assert list(studio.LIBRARIES) == PACKAGES.split()
    assert set(bundle.WITHOUT_SCREEN) < set(studio.LIBRARIES)


def test_packages_are_installed_once_and_again_when_the_project_changes(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(studio, "ROOT", tmp_path)
    monkeypatch.setattr(studio, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(studio, "pip_install", lambda python, *what: calls.append(what))
    (tmp_path / "pyproject.toml").write_text("a = 1\n")
    python = studio.install_packages("")
    assert python.exists() and python.is_relative_to(tmp_path / ".venv")
    assert studio.install_packages("") == python and calls == [("--editable", str(tmp_path))]
    studio.install_packages("test")
    (tmp_path / "pyproject.toml").write_text("a = 2\n")
    studio.install_packages("test")
    assert calls[1:] == [("--editable", f"{tmp_path}[test]")] * 2


@pytest.fixture(scope="module")
def deb(tmp_path_factory) -> dict[str, str]:
    """The fields of the package, and its files under 'files'."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("no dpkg-deb on this system")
    folder = tmp_path_factory.mktemp("deb")
    (folder / "bundle").mkdir()
    (folder / "bundle" / "motionpatches").write_text("#!/bin/sh\n")
    (folder / "bundle" / "motionpatches").chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "BUILD", folder / "build")
        patch.setattr(bundle, "DIST", folder)
        package = bundle.make_deb(folder / "bundle")
    fields = subprocess.run(["dpkg-deb", "--field", str(package)], check=True, capture_output=True, text=True).stdout
    files = subprocess.run(["dpkg-deb", "--contents", str(package)], check=True, capture_output=True, text=True).stdout
    return dict(line.split(": ", 1) for line in fields.splitlines() if not line.startswith(" ")) | {"files": files}


def test_the_deb_declares_what_it_takes_from_the_system(deb):
    assert (deb["Package"], deb["Version"]) == ("motionpatches-studio", VERSION)
    needed = {name.split(" ")[0] for name in deb["Depends"].split(", ")}
    assert needed == {"libc6", *studio.LIBRARIES} - set(bundle.WITHOUT_SCREEN)
    assert set(bundle.WITHOUT_SCREEN) <= set(f"{deb['Recommends']}, {deb['Suggests']}".split(", "))


def test_the_deb_has_a_launcher_a_menu_entry_and_a_file_type(deb):
    lines = {line.split("./", 1)[1]: line for line in deb["files"].splitlines()}
    assert lines[LAUNCHER].startswith("-rwxr-xr-x root/root")
    assert f"usr/bin/motionpatches -> /{LAUNCHER}" in lines
    for name in ("applications/motionpatches-studio.desktop", "mime/packages/motionpatches-studio.xml"):
        assert lines[f"usr/share/{name}"].startswith("-rw-r--r--")
