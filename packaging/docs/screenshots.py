"""The pictures of docs/, taken from the running studio.

`python -m motionpatches.packaging.docs.screenshots` makes all of them; names of pictures after it make these.

On a machine without a screen a virtual one stands in.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import nullcontext


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all."""
    from motionpatches.app.virtual_screen import has_screen, virtual_screen
    from motionpatches.core.paths import HOME_VARIABLE

    os.environ[HOME_VARIABLE] = os.environ["HOME"] = tempfile.mkdtemp()  # no path of this machine is in a picture
    with nullcontext() if has_screen() else virtual_screen():
        from motionpatches.app.application import make_application
        from motionpatches.app.gl.canvas import opengl_label
        from motionpatches.packaging.docs.shots import SHOTS
        from motionpatches.packaging.docs.studio_session import Session

        app = make_application(smooth=True)
        for name in names or SHOTS:
            take, dark = SHOTS[name]
            os.environ["MOTIONPATCHES_NO_OPENGL"] = str(int(name == "without-opengl"))
            opengl_label.cache_clear()
            session = Session(dark)
            take(session)
            session.window.close()
            app.processEvents()
        app.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
