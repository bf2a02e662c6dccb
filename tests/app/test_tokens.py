"""The colours of the window, by the formula of WCAG 2.2; the text of the formula is its own, not the program's."""

import re
from dataclasses import asdict

import pytest

from motionpatches.app.tokens import DARK, ICONS, LIGHT
from motionpatches.app.widgets.icons import CONTROLS
from motionpatches.core import paths

SURFACES = ("window", "panel", "raised")
SCHEMES = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_ratios_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@SCHEMES
def test_text_stands_out_from_every_surface(colours):
    for surface in SURFACES:
        for text in ("text", "secondary", "accent", "warning", "error", "query", "kept_a", "kept_b", "kept_c"):
            assert contrast(getattr(colours, text), getattr(colours, surface)) >= 4.5, (text, surface)
    for text in ("text", "secondary"):
        assert contrast(getattr(colours, text), colours.hover) >= 4.5
        assert contrast(getattr(colours, text), colours.selected) >= 4.5
    assert all(contrast(colours.on_accent, back) >= 4.5 for back in (colours.accent, *colours.kept))


@SCHEMES
def test_controls_stand_out_from_every_surface(colours):
    for surface in SURFACES:
        for control in ("outline", "accent", "secondary"):
            assert contrast(getattr(colours, control), getattr(colours, surface)) >= 3, (control, surface)


@SCHEMES
def test_what_is_off_is_fainter_than_what_is_on_and_still_there(colours):
    off, on = (contrast(c, colours.window) for c in (colours.disabled, colours.secondary))
    assert 2 < off < on


def test_dark_and_light_are_what_they_say_and_steps_are_seen():
    assert all(luminance(getattr(DARK, s)) < 0.05 and luminance(getattr(LIGHT, s)) > 0.7 for s in SURFACES)
    for colours in (DARK, LIGHT):
        assert len({getattr(colours, s) for s in SURFACES}) == 3
        assert all(re.fullmatch("#[0-9a-f]{6}", c) for c in asdict(colours).values())


def test_every_icon_is_used_once_and_takes_its_colour_from_the_appearance():
    files = {f.stem: f.read_text() for f in (paths.assets() / "icons").glob("*.svg")}
    assert len(set(ICONS.values())) == len(ICONS)
    assert set(ICONS.values()) | {icon for _, icon, _ in CONTROLS} == set(files), "each file is used, each use has a file"
    assert all('stroke="currentColor"' in text and "#" not in text for text in files.values())
    widgets = "".join(f.read_text(encoding="utf-8") for f in (paths.assets().parent / "app" / "widgets").rglob("*.py"))
    assert [name for name in ICONS if f'"{name}"' not in widgets] == [], "an icon that nothing shows"
    assert "ISC License" in (paths.assets() / "icons" / "LICENSE.txt").read_text()
