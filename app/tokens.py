"""The visual language: colours, sizes of type, spacing and icons. Everything that the window shows is made of these.

Text stands 4.5:1 and controls 3:1 off what they lie on (WCAG 2.2, 1.4.3 and 1.4.11); tests/app/test_tokens.py computes it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colours:
    """Colours as `#rrggbb`, the surfaces from the back to the front.

    `line` divides and is never needed to find a control; `outline` frames what can be typed into or ticked. `accent` marks
    selection and focus alone, `selected` lies under chosen rows. `query` is what answers the query: scores and reasons.
    `kept_a`, `kept_b`, `kept_c` are takes kept for comparison, on tiles, stage and timeline.
    """

    window: str
    panel: str
    raised: str
    hover: str
    line: str
    outline: str
    text: str
    secondary: str
    disabled: str
    accent: str
    on_accent: str
    selected: str
    warning: str
    error: str
    query: str
    kept_a: str
    kept_b: str
    kept_c: str

    @property
    def kept(self) -> tuple[str, str, str]:
        """Return the colours of the takes A, B and C that are kept for comparison."""
        return self.kept_a, self.kept_b, self.kept_c


DARK = Colours(
    window="#16181c",
    panel="#1d2025",
    raised="#262a31",
    hover="#2e333b",
    line="#31363f",
    outline="#757c88",
    text="#e8eaed",
    secondary="#a5abb5",
    disabled="#6f7681",
    accent="#4c9aff",
    on_accent="#0b0d10",
    selected="#24405f",
    warning="#f5b546",
    error="#ff8278",
    query="#ff6a9c",
    kept_a="#c08cff",
    kept_b="#3fcfbd",
    kept_c="#d2dc4a",
)
LIGHT = Colours(
    window="#eceef1",
    panel="#f7f8fa",
    raised="#ffffff",
    hover="#e2e5ea",
    line="#d3d7dd",
    outline="#7c838e",
    text="#16181c",
    secondary="#535a66",
    disabled="#9097a1",
    accent="#1565c8",
    on_accent="#ffffff",
    selected="#cfe2fb",
    warning="#855600",
    error="#b3261e",
    query="#b8174f",
    kept_a="#7b3fe4",
    kept_b="#00766a",
    kept_c="#696a00",
)

# Sizes of type, as shares of the system's font: panel headings in capitals, secondary text, body, the query, titles of pages.
CAPS, SECONDARY, BODY, QUERY, TITLE = 0.85, 0.92, 1.0, 1.35, 1.9
# Pixels where the system's font is BODY_PX high; everything grows with it. UNIT is the grid.
BODY_PX, UNIT = 12, 4
GAP, PADDING, CONTROL, ICON, RADIUS, HEADER = 2 * UNIT, 3 * UNIT, 7 * UNIT, 4 * UNIT, 6, 12 * UNIT
# The sizes of the window: the smallest, and the share of the free screen that the first one takes.
SMALLEST, FIRST_SHARE = (900, 600), 0.8

# What the icons of assets/icons stand for.
ICONS = {
    "play": "play",
    "pause": "pause",
    "back": "step-back",
    "ahead": "step-forward",
    "loop": "repeat",
    "filters": "list-filter",
    "export": "upload",
    "model": "brain",
    "teach": "graduation-cap",
    "library": "library",
    "results": "layout-grid",
    "strip": "gallery-horizontal",
    "map": "map",
    "info": "info",
    "patches": "grid-3x3",
    "why": "lightbulb",
    "fold below": "panel-bottom",
    "trails": "spline",
    "ghosts": "ghost",
    "trajectory": "footprints",
    "names": "type",
    "bones": "bone",
    "axes": "axis-3d",
    "skin": "person-standing",
    "character": "user-round",
    "turntable": "rotate-3d",
    "follow": "locate-fixed",
    "colours": "palette",
    "frame": "scan",
    "keep": "square-plus",
    "side by side": "columns-2",
    "tags": "tags",
    "collections": "stack",
    "favourite": "star",
    "open": "folder-open",
    "close": "x",
    "copy": "copy",
    "order": "columns-3",
}
