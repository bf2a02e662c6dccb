"""Addresses of shared galleries: read, and never with a password where somebody could see it."""

import json
import os
import stat

import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.passwords import forget_password, keep_password, passwords_file, with_password


@pytest.mark.parametrize(
    ("text", "kind", "url", "name", "password"),
    [
        ("postgresql://db/studio", "postgresql", "postgresql://db/studio", "motionpatches", ""),
        ("postgres://anna:pw@db:5433/studio#walks", "postgresql", "postgresql://anna@db:5433/studio#walks", "walks", "pw"),
        ("postgresql://a:p%40%2Fs@[::1]/d#w", "postgresql", "postgresql://a@[::1]/d#w", "w", "p@/s"),
        ("postgresql://h/d?password=pw&sslmode=on#w", "postgresql", "postgresql://h/d?sslmode=on#w", "w", "pw"),
        ("postgresql:///studio", "postgresql", "postgresql:///studio", "motionpatches", ""),
        ("qdrant://host:6333/walks", "qdrant", "qdrant://host:6333/walks", "walks", ""),
        ("qdrants://:key@host/walks", "qdrants", "qdrants://host/walks", "walks", "key"),
        ("qdrant+local:///srv/takes#walks", "qdrant+local", "qdrant+local:///srv/takes#walks", "walks", ""),
    ],
)  # fmt: skip
def test_addresses_are_read_and_shown_without_their_password(text, kind, url, name, password):
    found = address_of(text)
    assert (found.kind, found.url, found.name, found.password) == (kind, url, name, password)
    if password:
        assert f":{password}" not in f"{found} {found!r}" and password not in found.url.replace("postgresql", "")
    again = address_of(found.url)
    assert again.url == url and again.password == ""


@pytest.mark.parametrize(
    "text",
    ["", "db", "mysql://h/d", "/srv/takes", "postgresql://h:port/d", "qdrant:///name", "qdrant+local://", "qdrant://h/Not A Name",
     "postgresql://u:hush@h/d#Robert'); DROP", "postgresql://[::1/d"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_a_sentence(text):
    with pytest.raises(StudioError) as refused:
        address_of(text)
    assert "hush" not in str(refused.value) and str(refused.value).endswith(".")


def test_a_message_of_an_engine_is_scrubbed():
    found = address_of("postgresql://a:p%40ss@h/d")
    assert found.scrubbed("could not\nconnect to a:p@ss or p%40ss") == "could not connect to a:… or …"


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_passwords_are_kept_for_their_user_alone():
    old = os.umask(0)
    try:
        keep_password(address_of("postgresql://a:first@h/d"))
        keep_password(address_of("qdrant://:key@h/d"))
        keep_password(address_of("postgresql://a@h/none"))
    finally:
        os.umask(old)
    assert stat.S_IMODE(passwords_file().stat().st_mode) == 0o600
    assert with_password(address_of("postgresql://a@h/d")).password == "first"
    assert with_password(address_of("postgresql://a:typed@h/d")).password == "typed"
    assert with_password(address_of("postgresql://b@h/d")).password == ""
    forget_password(address_of("postgresql://a@h/d"))
    assert with_password(address_of("postgresql://a@h/d")).password == ""
    assert json.loads(passwords_file().read_text()) == {"qdrant://h/d": "key"}
    passwords_file().unlink()


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_file_that_others_could_read_is_for_the_user_alone_after_the_next_write():
    passwords_file().parent.mkdir(parents=True, exist_ok=True)
    passwords_file().write_text("{}")
    passwords_file().chmod(0o644)
    keep_password(address_of("postgresql://a:pw@h/d"))
    assert stat.S_IMODE(passwords_file().stat().st_mode) == 0o600
    passwords_file().unlink()
