"""A library that is served while a test runs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.progress import run
from motionpatches.core.search.indexing import update_gallery
from motionpatches.core.search.retriever import Retriever
from motionpatches.core.serve.service import Service
from motionpatches.core.serve.web import web_app

TOKEN = "a token of twenty characters"


def demo_service() -> Service:
    """The demo library with the starter."""
    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    return Service(library, Retriever(model, run(update_gallery(model, library))), "starter")


@contextmanager
def served(service: Service, editable: bool = False) -> Iterator[str]:
    """Answer for a service at the address that is given out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(web_app(service, TOKEN, editable), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
