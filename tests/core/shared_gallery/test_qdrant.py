"""Qdrant: a server that is away or too old, and a folder that another program has open."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.store import Unreachable, opened

pytest.importorskip("qdrant_client", reason="the extra 'qdrant' is not installed")


@pytest.fixture
def server():
    """Answers as Qdrant 1.15 does to the first question."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            content = json.dumps({"title": "qdrant", "version": self.server.version}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.server.keys.append(self.headers.get("api-key"))

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as made:
        made.version, made.keys = "1.15.4", []
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_a_server_without_conditional_writes_is_refused(server):
    address = address_of(f"qdrant://127.0.0.1:{server.server_port}/walks")
    with pytest.raises(StudioError, match="Qdrant 1.15.4. Version 1.16") as refused, opened(address):
        pass
    assert not isinstance(refused.value, Unreachable)


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
def test_the_key_goes_to_the_server_and_into_no_message(server):
    with pytest.raises(StudioError) as refused, opened(address_of(f"qdrant://:hush@127.0.0.1:{server.server_port}/walks")):
        pass
    assert server.keys == ["hush"] and "hush" not in str(refused.value)


def test_a_server_that_is_away_is_unreachable(server):
    port = server.server_port
    server.server_close()
    with pytest.raises(Unreachable, match="cannot be reached"), opened(address_of(f"qdrant://127.0.0.1:{port}/walks")):
        pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves its lock open
def test_a_folder_that_is_open_elsewhere_is_waited_for(tmp_path):
    address = address_of(f"qdrant+local://{tmp_path / 'engine'}")
    with opened(address), pytest.raises(Unreachable, match="open in another program"), opened(address):
        pass
    with opened(address) as store:
        assert store.since(0) == ([], 0)
