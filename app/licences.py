"""What the program is made of, and under which terms: read from the packages' own metadata, as installed or as bundled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from motionpatches.core import paths

PROGRAM = "motionpatches-studio"
ICONS = ("Lucide icons", "1.62.0", "ISC, MIT License")


@dataclass(frozen=True)
class Part:
    """A package: name, version, its licence in short, and the text of its licence files ('' where it brings none)."""

    name: str
    version: str
    licence: str
    text: str


def parts() -> list[Part]:
    """The program, its icons and every package that it needs, directly or through others, sorted by name. Extras that are not
    installed, and packages for other systems, are left out."""
    found: dict[str, Part] = {}
    waiting = [PROGRAM]
    while waiting:
        name = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[key] = Part(package.metadata["Name"], package.version, _short(package.metadata), _texts(package))
        for requirement in package.requires or []:
            name_of = re.match(r"[\w.-]+", requirement)
            if name_of and "extra ==" not in requirement:
                waiting.append(name_of[0])
    found["icons"] = Part(*ICONS, (paths.assets() / "icons" / "LICENSE.txt").read_text(encoding="utf-8"))
    return sorted(found.values(), key=lambda part: part.name.lower())


def _short(about: Any) -> str:
    """The licence expression; else the classifiers; else the first line of what the package says."""
    if about.get("License-Expression"):
        return about["License-Expression"]
    classified = [c.rsplit(" :: ", 1)[1] for c in about.get_all("Classifier") or [] if c.startswith("License :: ")]
    said = (about.get("License") or "").strip().split("\n")[0]
    return ", ".join(dict.fromkeys(classified)) or said or "see its files"


def _texts(package: metadata.Distribution) -> str:
    names = [
        f
        for f in package.files or []
        if re.match(r"(licen[cs]e|copying|notice)", f.name, re.IGNORECASE) and f.suffix.lower() in ("", ".txt", ".md", ".rst")
    ]
    texts = []
    for name in names:
        try:
            texts.append(name.read_text().strip())
        except (OSError, UnicodeDecodeError):
            continue
    return "\n\n".join(dict.fromkeys(texts))
