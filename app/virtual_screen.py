"""A screen where there is none: Xvfb, on Linux."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from motionpatches.core.errors import StudioError

PACKAGES = (
    "xvfb libegl1 libgl1 libgl1-mesa-dri libopengl0 libxkbcommon-x11-0 libdbus-1-3 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 "
    "libxcb-xkb1 libfontconfig1 libglib2.0-0 fonts-dejavu-core"
)
# prctl(2): the signal that a process gets when its parent is gone.
PR_SET_PDEATHSIG = 1
CONNECT_S = 2.0


def has_screen() -> bool:
    """Whether a window can be shown: Qt ends the program where the screen of DISPLAY does not answer."""
    if not sys.platform.startswith("linux"):
        return True
    return _answers_x11(os.environ.get("DISPLAY", "")) or _answers_wayland(os.environ.get("WAYLAND_DISPLAY", ""))


def _answers_x11(display: str) -> bool:
    """Whether an X server takes a connection, asked through the library that Qt uses; where that is missing, Qt says so."""
    if not display:
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(xcb.xcb_connect(os.fsencode(display), None))
        alive = xcb.xcb_connection_has_error(connection) == 0
        xcb.xcb_disconnect(connection)
    except (OSError, AttributeError):
        return True
    return bool(alive)


def _answers_wayland(display: str) -> bool:
    if not display:
        return False
    place = Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / display
    with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(CONNECT_S)
        client.connect(str(place))
        return True
    return False


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
        preexec_fn=_ends_with(os.getpid()),
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


def _ends_with(parent: int) -> Callable[[], None] | None:
    """What a new process calls so that it ends with its parent, however that ends. Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)

    def tie() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before
            os._exit(1)

    return tie
