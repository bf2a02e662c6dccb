"""A screen where there is none: Xvfb, on Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from motionpatches.core.errors import StudioError

PACKAGES = (
    "xvfb libegl1 libgl1 libgl1-mesa-dri libopengl0 libxkbcommon-x11-0 libdbus-1-3 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 "
    "libxcb-xkb1 libfontconfig1 libglib2.0-0 fonts-dejavu-core"
)


def has_screen() -> bool:
    """Whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def virtual_screen(size: tuple[int, int] = (1920, 1200)) -> Iterator[None]:
    """DISPLAY is a virtual screen inside. Raises StudioError with the packages to install where Xvfb is missing."""
    if shutil.which("Xvfb") is None:
        raise StudioError(f"There is no screen here, and no Xvfb to stand in for one. Install: {PACKAGES}")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as stream:
            number = stream.readline().strip()
        if not number:
            raise StudioError("The virtual screen (Xvfb) did not start.")
        before = {name: os.environ.get(name) for name in ("DISPLAY", "QT_QPA_PLATFORM")}
        os.environ["DISPLAY"], os.environ["QT_QPA_PLATFORM"] = f":{number}", "xcb"
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
    finally:
        server.terminate()
        server.wait()
