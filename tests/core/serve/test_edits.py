"""Edits through a served library, and several libraries served together: what is written is where the window keeps it."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from motionpatches.core.library import kept
from motionpatches.core.library.marks import Mark, read_marks
from motionpatches.core.library.open import open_paths
from motionpatches.core.library.sheet import read_sheet
from motionpatches.core.progress import run
from motionpatches.core.search.retriever import retriever_of
from motionpatches.core.serve.service import Service
from tests.served import TOKEN, served

Ask = Callable[..., tuple[int, dict]]


@pytest.fixture
def roots(small_library):
    other = small_library.with_name("other")
    shutil.copytree(small_library, other)
    return [small_library, other]


@pytest.fixture
def service(roots, tiny_model) -> Service:
    library = run(open_paths(roots))
    return Service(library, run(retriever_of(tiny_model, library)), "tiny")


def asked(address: str, path: str, wanted: object = None, **values: object) -> tuple[int, bytes]:
    url = f"{address}{path}?{urllib.parse.urlencode(values)}" if values else f"{address}{path}"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    body = None if wanted is None else json.dumps(wanted).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def ask(service: Service) -> Iterator[Ask]:
    with served(service, editable=True) as address:
        yield lambda *values, **named: (lambda found: (found[0], json.loads(found[1])))(asked(address, *values, **named))


def test_what_is_written_is_in_the_library_it_comes_from_and_is_found(ask: Ask, service: Service, roots):
    fields = {"status": "select", "in:spring-reel": "Spring Reel"}
    wanted = {"add_tags": ["Keep"], "favourite": True, "fields": fields, "add_captions": [{"text": "quokka hop"}]}
    status, row = ask("/edit", wanted, clip="other/000002")
    assert status == 200 and (row["tags"], row["favourite"], row["sheet"]) == (["keep"], True, fields)
    assert row["captions"][-1] == "quokka hop"
    assert read_marks(roots[1]) == {"000002": Mark(True, ("keep",))} and not read_marks(roots[0])
    assert read_sheet(roots[1]) == {"000002": fields} and not read_sheet(roots[0])
    assert run(open_paths([roots[1]])).by_id["000002"].captions[-1] == "quokka hop"
    for query in ("quokka hop", "walks tag:keep", "walks status:select", "walks is:favourite", "walks in:Spring-Reel"):
        status, found = ask("/search", text=query, k=1)
        assert [hit["id"] for hit in found["hits"]] == ["other/000002"], query
    status, row = ask(
        "/edit", {"remove_tags": ["keep"], "remove_captions": ["quokka hop"], "favourite": False}, clip="other/000002"
    )
    assert row["tags"] == [] and "quokka hop" not in row["captions"] and not read_marks(roots[1])


def test_a_caption_of_a_range_is_searched_for_by_motion_too(ask: Ask, service: Service):
    status, _ = ask("/edit", {"add_captions": [{"text": "a short step", "start_s": 0.5, "end_s": 1.5}]}, clip="small/000001")
    assert status == 200 and "small/000001@0.5-1.5" in {entry.clip_id for entry in service.retriever.gallery.entries}


def test_a_library_that_is_read_again_keeps_what_was_edited_meanwhile(ask: Ask, service: Service, roots):
    before = service.library
    ask("/edit", {"add_captions": [{"text": "quokka hop"}]}, clip="small/000002")
    service.update(before, service.retriever)  # as a watcher does that began to read before the edit
    assert ask("/clip", clip="small/000002")[1]["captions"][-1] == "quokka hop"


def test_edits_that_cannot_be_kept_get_a_sentence(ask: Ask, service: Service):
    for clip, wanted, status in (
        ("nobody", {"favourite": True}, 404),
        ("small/000001", {"fields": {"status": "good"}}, 400),
        ("small/000001", {"add_captions": [{"text": "late", "start_s": 900, "end_s": 901}]}, 400),
        ("small/000001", {"favorite": True}, 422),
        ("small/000001", {"add_tags": "all of these letters"}, 422),
    ):
        assert ask("/edit", wanted, clip=clip)[0] == status, wanted
    assert not kept.marks_of(service.library) and not kept.sheet_of(service.library)


def test_a_service_that_answers_only_writes_nothing(service: Service):
    with served(service) as address:
        status, content = asked(address, "/edit", {"favourite": True}, clip="small/000001")
        assert status == 403 and "--allow-edits" in json.loads(content)["error"] and not kept.marks_of(service.library)


def test_hits_name_the_address_of_their_picture(service: Service):
    with served(service) as address:
        hits = json.loads(asked(address, "/search", text="walks", k=3)[1])["hits"]
        assert len({hit["picture"] for hit in hits}) == 3
        for hit in hits:
            status, content = asked(address, hit["picture"])
            assert status == 200 and content.startswith(b"\x89PNG")
