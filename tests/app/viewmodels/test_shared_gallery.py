"""The shared gallery of the open library: remembered for it, merged with what another writes, and reported when it is away."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.collections import Collections
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.shared_gallery import SharedGallery
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.core.library.open import open_library
from motionpatches.core.library.sheet import read_sheet
from motionpatches.core.library.takes import lines_of
from motionpatches.core.progress import run
from motionpatches.core.shared_gallery import store as engines
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.passwords import passwords_file
from motionpatches.core.shared_gallery.sync import synchronised
from tests.core.shared_gallery.test_sync import Person
from tests.lanes import rest
from tests.shared_galleries import Twin

URL = "postgresql://anna:hush@server/studio"


@pytest.fixture
def twin(monkeypatch):
    found = Twin()
    monkeypatch.setitem(engines.ENGINES, "postgresql", found)
    yield found
    passwords_file().unlink(missing_ok=True)


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(ready, settings):
    """The view models that belong together, as the window makes them."""

    class Window:
        history = History()
        captions = Captions(ready, history)
        marks = Marks(ready, history)
        sheet = TakeSheet(ready, history)
        shared = SharedGallery(ready, captions, marks, sheet, settings)
        workspace = ready

    ready.library_changed.emit()
    yield Window
    Window.shared.close()
    Window.sheet.close()


@pytest.fixture
def ben(small_library, tmp_path):
    """Another one, on a computer of their own."""
    shutil.copytree(small_library, tmp_path / "ben")
    person = Person(tmp_path / "ben")

    def sync(store):
        person.library, done = synchronised(person.library, address_of(URL), store)
        return done

    person.sync = sync
    return person


def shown(workspace):
    return [notice.text for notice in (*workspace.notices.shown, *workspace.notices.waiting)]


def test_two_put_takes_into_collections_at_once(window, twin, ben):
    """One renames a collection while the other adds a take to it, and one to another; each keeps what they did."""
    collections, clips = Collections(window.sheet), window.workspace.library.clips
    collections.add(clips[:2], "reel")
    assert window.shared.connect_to(URL)
    rest()
    ben.sync(twin)
    ben.write("000005", **{"in:reel": "reel"})
    ben.write("000000", **{"in:bens": "Bens"})
    collections.rename(collections.all[0], "Spring Reel")
    for _ in range(2):
        ben.sync(twin)
        window.shared.look()
        rest()
    wanted = {
        clips[0].id: {"in:spring-reel": "Spring Reel", "in:bens": "Bens"},
        clips[1].id: {"in:spring-reel": "Spring Reel"},
        "000005": {"in:reel": "reel"},
    }
    assert window.sheet.rows == wanted == read_sheet(ben.library.root)
    assert {one.name: one.takes for one in collections.all} == {"Bens": 1, "reel": 1, "Spring Reel": 2}


def test_what_others_say_is_shown_and_what_is_edited_is_sent(window, twin, ben):
    ben.tag("000001", "good")
    ben.caption("000001", "ben says")
    ben.write("000001", status="hold")
    ben.sync(twin)
    clip = window.workspace.library.by_id["000001"]
    assert not window.shared.url and window.shared.connect_to(URL)
    rest()
    assert window.shared.url == "postgresql://anna@server/studio" and window.shared.state == "Connected. Everything is sent."
    clip = window.workspace.library.by_id["000001"]
    assert "ben says" in clip.captions and window.marks.of(clip).tags == ("good",) and window.sheet.of(clip) == {"status": "hold"}
    assert len(twin.rows) == len(window.workspace.retriever.gallery.entries), "vectors are sent"

    window.marks.tag([clip], "good, mine")
    window.sheet.edit([clip], {"notes": "from here"})
    window.shared.look()
    ben.sync(twin)
    assert ben.says("000001")[1:] == ({"good", "mine"}, {"status": "hold", "notes": "from here"})


def test_a_server_that_goes_away_is_reported_once_and_edits_are_merged_when_it_is_back(window, twin, ben):
    window.shared.connect_to(URL)
    rest()
    twin.away = True
    clip = window.workspace.library.by_id["000002"]
    window.marks.tag([clip], "offline")
    window.shared.look()
    window.shared.look()
    assert window.shared.away and "cannot be reached" in window.shared.state and "1 edit wait" in window.shared.state
    assert len([text for text in shown(window.workspace) if "cannot be reached" in text]) == 1
    assert window.marks.of(clip).tags == ("offline",)
    twin.away = False
    ben.tag("000002", "online")
    ben.sync(twin)
    window.shared.look()
    assert not window.shared.away and any(
        "answers again. 1 edit sent, 1 edit received" in text for text in shown(window.workspace)
    )
    assert set(window.marks.of(clip).tags) == {"offline", "online"}
    ben.sync(twin)
    assert ben.says("000002")[1] == {"offline", "online"}


def test_the_choice_is_remembered_without_the_password(window, twin, settings, ready):
    window.shared.connect_to(URL)
    rest()
    settings.sync()
    assert "hush" not in Path(settings.fileName()).read_text()
    again = SharedGallery(ready, window.captions, window.marks, window.sheet, settings)
    ready.library_changed.emit()
    rest()
    assert again.url == window.shared.url and again.address.password == "hush" and again.state.startswith("Connected")
    again.disconnect_from()
    assert not again.url and not passwords_file().read_text().count("hush")
    window.shared.close()
    third = SharedGallery(ready, window.captions, window.marks, window.sheet, settings)
    ready.library_changed.emit()
    assert not third.url


@pytest.mark.parametrize("url", ["", "server/studio", "mysql://anna:hush@h/d"])
def test_what_is_no_address_is_reported(window, url):
    assert not window.shared.connect_to(url) and "postgresql://" in window.shared.state and "hush" not in window.shared.state
    assert not window.shared.url


def test_several_libraries_together_are_not_shared(window, small_library, tmp_path):
    shutil.copytree(small_library, tmp_path / "other")
    window.workspace.add([tmp_path / "other"])
    assert window.workspace.library.parts and "alone" in window.shared.why_not and not window.shared.connect_to(URL)


def test_the_recall_of_the_index_is_shown(window, twin):
    window.shared.connect_to(URL)
    rest()
    window.shared.measure()
    assert window.shared.recall.startswith("100.0% of the 10 nearest") and "vectors are there" in window.shared.recall
    twin.away = True
    window.shared.measure()
    assert "cannot be reached" in window.shared.recall


def test_captions_on_the_disk_are_those_that_are_shown(window, twin, ben):
    window.shared.connect_to(URL)
    rest()
    ben.caption("000003", "another sentence")
    ben.sync(twin)
    window.shared.look()
    library = window.workspace.library
    assert lines_of([run(open_library(library.root)).by_id["000003"]]) == lines_of([library.by_id["000003"]])
    assert "another sentence" in library.by_id["000003"].captions
