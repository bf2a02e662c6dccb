"""`serve` and `mcp`: a library that other programs may ask over HTTP, and assistants by the Model Context Protocol."""

from __future__ import annotations

import argparse
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.app.cli.console import open_model, open_path, searcher, tell
from motionpatches.app.cli.options import add_libraries_argument, add_model, count
from motionpatches.app.cli.shared import add_shared, address, received, sent
from motionpatches.core.errors import StudioError, os_problem

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.serve.service import Service

TOKEN_VARIABLE = "MOTIONPATCHES_TOKEN"
LOCAL = ("127.0.0.1", "::1", "localhost")


def add_serve(parser: argparse.ArgumentParser) -> None:
    add_libraries_argument(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this computer alone)")
    parser.add_argument("--port", type=count, default=8765, help="port (default: 8765)")
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help=f"file with the token that requests must bring, made where there is none (default: {TOKEN_VARIABLE}, or a new one)",
    )
    parser.add_argument(
        "--allow-edits", action="store_true", help="let requests write tags, favourites, captions and the take sheet"
    )
    parser.add_argument("--no-watch", action="store_true", help="do not take in what lands in the library's folder meanwhile")
    add_shared(parser, "; what others edit there is answered for")
    add_model(parser)


def serve(options: argparse.Namespace) -> int:
    """Answer requests until it is stopped (Ctrl+C)."""
    try:
        import uvicorn

        from motionpatches.core.serve.watching import Watcher
        from motionpatches.core.serve.web import web_app
    except ImportError as error:
        raise StudioError("The extra 'serve' is not installed: pip install 'motionpatches-studio[serve]'.") from error
    token, told = token_of(options.token_file)
    service, model = _service(options)
    watcher = Watcher(service, options.library, model, tell, options.layout)
    app = web_app(service, token, options.allow_edits)
    at = f"http://{options.host}:{options.port}"
    tell(f"Answering for {service.library.name} at {at}; requests are described at /openapi.json. {told}")
    if options.host not in LOCAL:
        tell("Others on the network can reach it, and read what is sent: put a server with TLS before it.")
    if not options.no_watch:
        watcher.start()
    where = address(options, service.library)
    if where is not None:
        from motionpatches.core.serve.sharing import Sharer

        Sharer(service, where, tell).start()
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", limit_concurrency=64, server_header=False)
    return 0


def add_mcp(parser: argparse.ArgumentParser) -> None:
    add_libraries_argument(parser)
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("motions"), metavar="FOLDER", help="where fetched motions go (default: motions)"
    )
    add_shared(parser, "; what others edited there is taken over at the start")
    add_model(parser)


def mcp(options: argparse.Namespace) -> int:
    """Answer an assistant over standard input and output until it ends them."""
    try:
        from motionpatches.core.serve.assistant import assistant_server
    except ImportError as error:
        raise StudioError("The extra 'mcp' is not installed: pip install 'motionpatches-studio[mcp]'.") from error
    assistant_server(_service(options)[0], options.out.absolute()).run("stdio")
    return 0


def _service(options: argparse.Namespace) -> tuple[Service, MotionTextModel]:
    from motionpatches.core.models.device import one_numpy_thread
    from motionpatches.core.serve.service import Service

    one_numpy_thread()
    library, model = open_path(options.library, options.layout), open_model(options)
    library = received(options, model, library)
    retriever = searcher(model, library)
    sent(options, library, retriever.gallery)
    return Service(library, retriever, model.name), model


def token_of(file: Path | None) -> tuple[str, str]:
    """Return the token, and where it is from in a sentence.

    Args:
        file: Holds the token, or will; None for the environment variable, or a new token that is printed.

    Raises:
        FileProblem: The file cannot be read or written.
        StudioError: It holds a token of fewer than 16 characters.
    """
    if file is None:
        given = os.environ.get(TOKEN_VARIABLE, "")
        token = given or secrets.token_urlsafe(24)
        told = f"The token is that of {TOKEN_VARIABLE}." if given else f"The token, for this time: {token}"
    else:
        try:
            if not file.exists():
                with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                    stream.write(secrets.token_urlsafe(24) + "\n")
            token, told = file.read_text(encoding="utf-8").strip(), f"The token is in {file}."
        except OSError as error:
            raise os_problem(file, error) from error
    if len(token) < 16:
        raise StudioError("The token is too short: use 16 characters or more.")
    return token, told
