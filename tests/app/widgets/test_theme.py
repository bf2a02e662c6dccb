"""The stylesheet, the palette and the icons are made of the tokens, in both appearances."""

import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QIcon, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QToolButton,
    QWidget,
)

from motionpatches.app.tokens import DARK, LIGHT
from motionpatches.app.widgets import plain, theme
from motionpatches.app.widgets.icons import control_pictures
from motionpatches.app.widgets.stylesheet import stylesheet
from motionpatches.core import paths
from tests.window import pixels, wait

APP = Path(__file__).resolve().parents[3] / "app"


def colour(code):
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)])


def share_near(picture, code, near=24):
    return float((np.abs(picture - colour(code)).sum(-1) < near).mean())


@pytest.mark.parametrize(("colours", "name"), [(DARK, "dark"), (LIGHT, "light")])
def test_the_stylesheet_knows_no_colour_but_the_tokens(colours, name):
    text = stylesheet(colours, name, 12)
    assert set(re.findall("#[0-9a-f]{6}", text)) <= set(asdict(colours).values()) and "$" not in text
    for picture in re.findall(r'url\("([^"]+)"\)', text):
        assert Path(picture).is_file(), picture


def test_widgets_have_no_colours_of_their_own():
    """Colours of data (parts, curves, groups of the map) have tables of their own names."""
    own = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\((?:\d+, )+\d+\)")
    allowed = ("curves.py", "map.py", "patches.py", "tour.py")
    found = [f.name for f in (APP / "widgets").rglob("*.py") if own.search(f.read_text(encoding="utf-8"))]
    assert set(found) <= set(allowed)


def test_pictures_of_controls_are_those_of_the_tokens():
    for name, content in control_pictures():
        assert (paths.assets() / "icons" / name).read_text() == content, "run packaging/make_icons.py"


def test_sizes_grow_with_the_systems_font():
    heights = [
        max(int(n) for n in re.findall(r"QLineEdit[^{]*{[^}]*?min-height: (\d+)px", stylesheet(DARK, "dark", px)))
        for px in (9, 12, 24)
    ]
    assert heights == [26, 26, 54]


@pytest.mark.parametrize("choice", ["Dark", "Light"])
def test_a_ticked_box_shows_a_tick_and_a_disabled_one_does_not_look_on(app, choice):
    theme.set_appearance(choice)
    colours = {"Dark": DARK, "Light": LIGHT}[choice]
    box = QCheckBox("")
    box.resize(40, 28)
    box.setChecked(True)
    on = pixels(box)
    assert share_near(on, colours.accent) > 0.05 and share_near(on, colours.on_accent, 90) > 0.005, "a tick on the accent"
    box.setEnabled(False)
    off = pixels(box)
    assert share_near(off, colours.accent) == 0 and share_near(off, colours.disabled, 60) > 0.003
    box.setChecked(False)
    box.setEnabled(True)
    assert share_near(pixels(box), colours.outline, 60) > 0.02, "the empty box has an outline"


def test_a_disabled_button_does_not_look_on(app):
    for name, colours in (("Dark", DARK), ("Light", LIGHT)):
        theme.set_appearance(name)
        button = theme.icon_button("side by side", "Side by Side")
        button.setCheckable(True)
        button.setChecked(True)
        button.resize(28, 28)
        on = share_near(pixels(button), colours.accent)
        button.setEnabled(False)
        assert on > 0.05 and share_near(pixels(button), colours.accent) == 0


@pytest.mark.parametrize("choice", ["Dark", "Light"])
def test_a_label_that_is_seen_through_has_the_colours_of_the_program(app, choice):
    """Words of an explanation were near white on white: the palette of a transparent label says black."""
    theme.set_appearance(choice)
    label = plain.RichLabel(plain.html("a word"))
    label.show()
    label.ensurePolished()
    assert theme.colours(label) == {"Dark": DARK, "Light": LIGHT}[choice] and theme.is_dark(label) == (choice == "Dark")
    label.close()


@pytest.mark.parametrize("choice", ["Dark", "Light"])
def test_combo_boxes_have_arrows(app, choice):
    theme.set_appearance(choice)
    colours = {"Dark": DARK, "Light": LIGHT}[choice]
    combo = QComboBox()
    combo.resize(120, 28)
    right = pixels(combo)[6:-6, -22:-6]
    assert share_near(right, colours.secondary, 120) > 0.02


def test_a_button_with_the_focus_has_a_ring(app):
    theme.set_appearance("Dark")
    page = QWidget()
    line, button = QLineEdit(page), QPushButton("Go", page)
    button.setGeometry(0, 40, 80, 28)
    page.show()
    page.activateWindow()
    line.setFocus()
    wait(line.hasFocus)
    before = share_near(pixels(button), DARK.accent)
    button.setFocus()
    assert before == 0 and share_near(pixels(button), DARK.accent) > 0.05
    page.close()


def test_dialogs_have_no_stock_icons(app, monkeypatch):
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
    assert all(b.icon().isNull() for b in buttons.buttons())
    seen = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: seen.append((box.icon(), box.iconPixmap().isNull())) or 0)
    plain.tell(None, "t", "x")
    plain.warn(None, "t", "x")
    plain.ask(None, "t", "x")
    assert seen == [(QMessageBox.Icon.NoIcon, True)] * 3


def test_icons_follow_the_appearance_and_are_sharp_at_200_percent(app):
    theme.set_appearance("Dark")
    button = QToolButton()
    theme.set_icon(button, "play")

    def ink(icon):
        image = icon.pixmap(QSize(16, 16), 2.0).toImage()
        assert image.width() == 32
        colours = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        return next(c.name() for c in colours if c.alpha() == 255)

    assert ink(button.icon()) == DARK.text
    theme.set_appearance("Light")
    assert ink(button.icon()) == LIGHT.text
    off = button.icon().pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled).toImage()
    assert any(off.pixelColor(x, y).name() == LIGHT.disabled for x in range(16) for y in range(16))
    button.deleteLater()


def test_figures_are_tabular(app):
    theme.set_appearance("Dark")
    assert app.font().featureTags() and QLabel().font().isFeatureSet(QFont.Tag("tnum"))
    metrics = QLabel().fontMetrics()
    assert len({metrics.horizontalAdvance(d * 4) for d in "0123456789"}) == 1


def test_the_palette_is_of_the_tokens(app):
    for choice, colours in (("Light", LIGHT), ("Dark", DARK)):
        theme.set_appearance(choice)
        palette = app.palette()
        assert palette.color(QPalette.ColorRole.Window).name() == colours.window
        assert palette.color(QPalette.ColorRole.PlaceholderText).name() == colours.secondary
        assert theme.colours() is colours
