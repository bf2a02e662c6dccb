"""The page of a served library in a real browser, as somebody uses it who installs nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.browser import Tab, browser_program, opened_browser
from tests.served import TOKEN, demo_service, served

PROGRAM = browser_program()
pytestmark = pytest.mark.skipif(PROGRAM is None or shutil.which("bash") is None, reason="no Chromium on this machine")
CARDS = "document.querySelectorAll('article')"


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with served(demo_service()) as address, opened_browser(PROGRAM or "") as found:
        found.open(address)
        yield found


def test_a_token_a_query_and_tiles_that_move(tab: Tab):
    tab.wait("document.activeElement.id === 'token'")
    tab.type("a wrong one")
    tab.wait("document.getElementById('note').textContent")
    tab.value("document.getElementById('token').value = ''")
    tab.type(TOKEN)
    tab.wait(
        "document.activeElement.id === 'text' && document.title && /motions$/.test(document.getElementById('title').textContent)"
    )
    tab.type("a person waves with the right hand")
    assert tab.wait(f"{CARDS}.length") == 24
    assert "wave" in tab.wait(f"{CARDS}[0].innerText")
    tab.wait(f"{CARDS}[0].querySelector('img').naturalWidth > 0")
    kinds = f"[...{CARDS}].map((one) => one.dataset.kind)"
    tab.wait(f"{kinds}.slice(0, 5).every((kind) => kind === 'image/gif')", 60)
    assert tab.value("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut at the right"


def test_a_problem_is_shown(tab: Tab):
    tab.value("document.getElementById('text').value = '', document.getElementById('text').focus()")
    tab.type("status:select zzzz")
    assert tab.wait("document.getElementById('note').textContent.replace('Searching…', '')")
