"""Each page of the window at three sizes, dark and light: `python -m motionpatches.packaging.docs.sizes [NAME…]`.

Pictures go to docs/images/sizes. Each size has a virtual screen and a process of its own, since Qt's scale holds for a process.
Needs Linux with Xvfb.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "docs" / "images" / "sizes"
# Screens, and the scale of each.
SCREENS = {"1280x800": (1280, 800, 1), "1600x1000": (1600, 1000, 1), "2560x1440": (2560, 1440, 2)}
SCENES = ("welcome", "window", "tiles", "compare", "moments", "linked", "explanation", "map", "teach", "export", "settings")
INSIDE = "--inside"


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all, at every size."""
    for screen, (_, _, scale) in SCREENS.items():
        environment = {**os.environ, "QT_SCALE_FACTOR": str(scale)}
        told = [sys.executable, "-m", "motionpatches.packaging.docs.sizes", INSIDE, screen, *(names or SCENES)]
        if code := subprocess.run(told, env=environment).returncode:
            raise SystemExit(code)


def inside(screen: str, names: list[str]) -> None:
    """Take the pictures of these names on one screen."""
    from motionpatches.app.virtual_screen import virtual_screen
    from motionpatches.core.paths import HOME_VARIABLE

    width, height, scale = SCREENS[screen]
    with tempfile.TemporaryDirectory() as home, virtual_screen((width, height)):
        os.environ[HOME_VARIABLE] = os.environ["HOME"] = home  # no path of this machine is in a picture
        from motionpatches.app.application import make_application
        from motionpatches.packaging.docs.shots import SHOTS
        from motionpatches.packaging.docs.studio_session import Session

        app = make_application(smooth=True)
        for name in names:
            for dark in (True, False):
                file = OUT / f"{name}-{screen}-{'dark' if dark else 'light'}.webp"
                session = Session(dark, (width // scale, height // scale), file)
                SHOTS[name][0](session)
                session.window.close()
                app.processEvents()
        app.shutdown()


if __name__ == "__main__":
    if sys.argv[1:2] == [INSIDE]:
        inside(sys.argv[2], sys.argv[3:])
    else:
        main(sys.argv[1:])
