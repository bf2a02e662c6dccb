"""The watched folders of a served library: what lands in them is read, indexed and answered for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.library.moves import gone_sentence
from motionpatches.core.library.open import open_paths
from motionpatches.core.library.takes import take_id
from motionpatches.core.library.watch import Change, Watch
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run
from motionpatches.core.search.retriever import Retriever, retriever_of
from motionpatches.core.serve.service import Service


class Watcher(threading.Thread):
    """Looks at the folders until `stop`; nothing that goes wrong ends it."""

    def __init__(
        self,
        service: Service,
        paths: Sequence[Path],
        model: MotionTextModel,
        tell: Callable[[str], None],
        layout: str = "",
    ):
        """
        Args:
            service: What answers.
            paths: Those by which its library was opened.
            model: Its model.
            tell: Receives what was found, and what went wrong.
            layout: Of the folder, where it was named.
        """
        super().__init__(name="watch", daemon=True)
        self.service, self.paths, self.model, self.tell, self.layout = service, list(paths), model, tell, layout
        self._watch = Watch(service.library, self.paths)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self._watch.pause_s):
            self.look()

    def look(self) -> None:
        """Look once, and take in what has changed."""
        try:
            change = self._watch.step()
            if change is not None:
                self._take_in(change)
        except StudioError as error:
            self.tell(str(error))
        except Exception as error:  # the service goes on
            self.tell(f"The folders could not be read again ({type(error).__name__}: {str(error)[:200]}).")

    def _take_in(self, change: Change) -> None:
        before = self.service.library
        found = run(open_paths(self.paths, False, self.layout, change.waiting))
        if found.same_content(before):
            return
        retriever: Retriever = run(retriever_of(self.model, found))
        self.service.update(found, retriever)
        self.tell(news(before, found))

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()


def news(before: Library, now: Library) -> str:
    """'takes: 2 new, 1 gone, 3 changed. 1 take is gone: walk.'"""
    known = {take_id(clip) for clip in now.clips}
    gone = [take for take in now.gone if take not in before.gone and take not in known]
    return f"{now.changes_since(before)} {gone_sentence(gone)}".strip()
