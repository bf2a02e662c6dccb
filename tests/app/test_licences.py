"""The list of packages and licences comes from what is installed."""

import re
from importlib import metadata

from motionpatches.app.licences import PROGRAM, parts
from motionpatches.core.version import VERSION


def test_everything_that_is_needed_is_listed_with_a_licence():
    found = {re.sub(r"[-_.]+", "-", p.name).lower(): p for p in parts()}
    assert {"motionpatches-studio", "torch", "timm", "transformers", "pyside6-essentials", "shiboken6", "numpy"} <= set(found)
    assert "pytest" not in found and "ruff" not in found, "what only tests need is not shipped"
    assert found["motionpatches-studio"].version == VERSION == metadata.version(PROGRAM)
    assert found["motionpatches-studio"].licence == "Apache-2.0" and "Apache License" in found["motionpatches-studio"].text
    assert all(p.version and p.licence for p in found.values())
    assert sum(bool(p.text) for p in found.values()) > len(found) / 2


def test_the_icons_bring_their_licence():
    icons = next(p for p in parts() if p.name == "Lucide icons")
    assert "ISC License" in icons.text and "Cole Bemis" in icons.text and icons.licence.startswith("ISC")
