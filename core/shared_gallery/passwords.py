"""Passwords of shared galleries that a URL brought, in a file that its user alone can read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.atomic import locked, replacing
from motionpatches.core.own_file import read_own
from motionpatches.core.shared_gallery.address import Address


def passwords_file() -> Path:
    return paths.config() / "shared-galleries.json"


def with_password(address: Address) -> Address:
    """The address with the password that is kept for it, where it brings none. Raises FileProblem."""
    kept = "" if address.password else _read().get(address.url, "")
    return replace(address, password=kept) if kept else address


def keep_password(address: Address) -> None:
    """Keep the password that an address brings; without one nothing is written. Raises FileProblem."""
    if address.password:
        _change({address.url: address.password})


def forget_password(address: Address) -> None:
    """Forget the password of an address. Raises FileProblem."""
    if address.url in _read():
        _change({address.url: ""})


def _read(held: bool = False) -> dict[str, str]:
    def parse(values: Any) -> dict[str, str]:
        return {str(url): str(password) for url, password in values.items()}

    return read_own(passwords_file(), "your passwords of shared galleries", parse, held) or {}


def _change(passwords: dict[str, str]) -> None:
    file = passwords_file()
    with locked(file):
        kept = {url: password for url, password in {**_read(held=True), **passwords}.items() if password}
        with replacing(file, private=True) as stream:
            stream.write(json.dumps(kept).encode())
