"""A server in a thread of a window's process, for programs of the same user on the same computer.

It answers at a free port of 127.0.0.1 for whoever brings a new token. Address and token stand in a file that its user alone may
read, where other programs find them; the file goes when the server ends. A file whose address does not answer was left behind.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import StudioError
from motionpatches.core.own_file import read_own

if TYPE_CHECKING:
    import uvicorn

    from motionpatches.core.serve.shown import Shown

HOST = "127.0.0.1"
MISSING = "The packages that answer other programs are not installed: pip install 'motionpatches-studio[serve]'."
# Requests that are answered at a time, and seconds that the end of the thread is waited for.
AT_A_TIME, END_S = 16, 2.0


class Listening:
    """Answers for `shown`, which its owner replaces as a whole, from `start` to `stop`."""

    def __init__(self, file: Path):
        """
        Args:
            file: Holds address and token while the server answers.
        """
        self.file, self.token, self.address = file, secrets.token_urlsafe(24), ""
        self.shown: Shown | None = None
        self._turn = threading.Lock()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self) -> None:
        """Answer from now on, unless it was stopped.

        Raises:
            StudioError: The extra `serve` is not installed, there is no port, or the file cannot be written.
        """
        try:
            import uvicorn

            from motionpatches.core.serve.web import window_app
        except ImportError as error:
            raise StudioError(MISSING) from error
        app = window_app(lambda: self.shown, self.token, HOST)
        with self._turn:
            if self._stopped:
                return
            try:
                place = socket.create_server((HOST, 0))
            except OSError as error:
                raise StudioError(f"The system gives no port to answer at ({error.strerror or error}). Try again.") from error
            self.address = f"http://{HOST}:{place.getsockname()[1]}"
            try:
                with replacing(self.file, durable=False, private=True) as stream:
                    stream.write(json.dumps({"address": self.address, "token": self.token}).encode())
            except StudioError:
                place.close()
                raise
            config = uvicorn.Config(
                app, log_config=None, access_log=False, lifespan="off", limit_concurrency=AT_A_TIME, server_header=False
            )
            self._server = uvicorn.Server(config)
            self._thread = threading.Thread(
                target=self._server.run, kwargs={"sockets": [place]}, name="answers other programs", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Answer no more. A request under way gets no answer."""
        with self._turn:
            self._stopped = True
            if self._server is None or self._thread is None:
                return
            self._server.should_exit = self._server.force_exit = True
        with suppress(StudioError, OSError):
            if found(self.file) == (self.address, self.token):
                self.file.unlink(missing_ok=True)
        self._thread.join(END_S)


def found(file: Path) -> tuple[str, str] | None:
    """Return address and token that a file holds; None where there is no such file. Raises FileProblem."""
    return read_own(file, "the address of the window", lambda values: (str(values["address"]), str(values["token"])))
