"""The address of a shared gallery, as a URL. What it shows and keeps never holds the password.

postgresql://user@host:5432/database#name      with what libpq takes, as ?sslmode=require
qdrant://host:6333/name                        qdrants:// over TLS
qdrant+local:///folder#name                    one process at a time
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from motionpatches.core.errors import StudioError

POSTGRES, QDRANT, SECURE_QDRANT, LOCAL_QDRANT = "postgresql", "qdrant", "qdrants", "qdrant+local"
KINDS = (POSTGRES, QDRANT, SECURE_QDRANT, LOCAL_QDRANT)
FORMS = "postgresql://user@host/database, qdrant://host:6333/name or qdrant+local:///folder"
NAME = "motionpatches"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SECRETS = ("password", "api_key", "sslpassword")


@dataclass(frozen=True)
class Address:
    """`url`: without a password. `name`: of the gallery on that server. `password`: '' where the URL has none."""

    kind: str
    url: str
    name: str
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.url

    @property
    def split(self) -> SplitResult:
        return urlsplit(self.url)

    def scrubbed(self, text: str) -> str:
        """A message of an engine on one line, without the password."""
        line = " ".join(text.split())
        for secret in filter(None, (self.password, quote(self.password, safe=""))):
            line = line.replace(secret, "…")
        return line if len(line) <= 300 else line[:299] + "…"


def address_of(text: str) -> Address:
    """Read a URL. Raises StudioError, without the password, for one that is none."""
    try:
        parts = urlsplit(text.strip())
        kind = "postgresql" if parts.scheme == "postgres" else parts.scheme
        password = unquote(parts.password or "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise StudioError(f"This is no address of a shared gallery. Write {FORMS}.") from None
    if kind not in KINDS:
        raise StudioError(f"A shared gallery is at an address such as {FORMS}.")
    options = parse_qsl(parts.query, keep_blank_values=True)
    password = next((value for name, value in options if name in _SECRETS[:2]), password)
    kept = [(name, value) for name, value in options if name not in _SECRETS]
    path = parts.path
    name = parts.fragment or (path.strip("/") if kind in (QDRANT, SECURE_QDRANT) else "") or NAME
    if not _NAME.fullmatch(name):
        raise StudioError(f"{name[:60]!r} is no name of a shared gallery: use small letters, digits and _, up to 40.")
    if kind == LOCAL_QDRANT and not path.strip("/"):
        raise StudioError("Name the folder of the gallery: qdrant+local:///folder.")
    if kind in (QDRANT, SECURE_QDRANT) and not host:
        raise StudioError("Name the server of the gallery: qdrant://host:6333/name.")
    # A password for Qdrant stands where PostgreSQL has user and password; a user alone is a name.
    user = f"{quote(unquote(parts.username), safe='')}@" if parts.username else ""
    shown = f"[{host}]" if ":" in host else host
    place = f"{user}{shown}" + (f":{port}" if port else "")
    query = f"?{urlencode(kept)}" if kept else ""
    end = f"#{parts.fragment}" if parts.fragment else ""
    return Address(kind, f"{kind}://{place}{path}{query}{end}", name, password)
