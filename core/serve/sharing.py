"""A shared gallery beside a served library: what others edit is answered for, what is edited here is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable

from motionpatches.core.errors import StudioError
from motionpatches.core.serve.service import Service
from motionpatches.core.shared_gallery.address import Address
from motionpatches.core.shared_gallery.last_noted import LastNoted
from motionpatches.core.shared_gallery.store import Unreachable, opened
from motionpatches.core.shared_gallery.sync import AWAY, exchange, note_edits, take_over

EVERY_S = 15.0


class Sharer(threading.Thread):
    """Sends and receives until `stop`; nothing that goes wrong ends it. A server that goes away is reported once."""

    def __init__(self, service: Service, address: Address, tell: Callable[[str], None]):
        super().__init__(name="share", daemon=True)
        self.service, self.address, self.tell = service, address, tell
        self._said, self._last = "", LastNoted()
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(EVERY_S):
            self.look()

    def look(self) -> None:
        """Send and receive once."""
        try:
            self._share()
            if self._said:
                self.tell(f"The shared gallery at {self.address} answers again.")
            self._said = ""
        except Exception as error:  # the service goes on
            known = isinstance(error, StudioError)
            said = str(error) if known else f"The shared gallery failed ({type(error).__name__}: {str(error)[:200]})."
            if said != self._said:
                self.tell(f"{said} {AWAY}" if isinstance(error, Unreachable) else said)
            self._said = said

    def _share(self) -> None:
        library = self.service.library
        note_edits(library, self.address, self._last)
        with opened(self.address) as store:
            done = exchange(library.root, self.address, store)
        if done.received and take_over(library, self.address).count:
            self.service.update(self.service.library, self.service.retriever)  # with the captions that are on the disk now
            self.tell(f"{self.address}: {done}.")

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
