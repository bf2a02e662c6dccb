"""The stylesheet of all windows, made of the tokens."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from motionpatches.app import tokens
from motionpatches.app.tokens import Colours
from motionpatches.app.widgets.icons import FOLDER
from motionpatches.core import paths

# Names with a $ are colours and sizes of the tokens; $px_N is N pixels at the system font's usual size.
_SHEET = """
QMainWindow, QDialog, QWidget#page { background: $window; }
QMainWindow::separator { background: $window; width: $unit; height: $unit; }
QMainWindow::separator:hover, QSplitter::handle:hover { background: $accent; }
QSplitter::handle { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: $unit $gap; }

QMenuBar { background: $window; color: $text; }
QMenuBar::item { padding: $unit $gap; border-radius: $small; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $line; padding: $unit; }
QMenu::item { padding: $unit $wide $unit $padding; border-radius: $small; }
QMenu::item:selected { background: $selected; color: $text; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: $unit $gap; }
QMenu::icon, QMenu::indicator { width: $icon; height: $icon; padding-left: $unit; }
QMenu::indicator:checked { image: url("$pictures/check-menu.svg"); }

QFrame#notice { background: $raised; border: 1px solid $outline; border-radius: $radius; }
QFrame#line { color: $line; max-width: 1px; background: $line; border: none; margin: $unit $unit; }

QLabel { background: transparent; }
QLabel:disabled { color: $disabled; }
QLabel[kind="secondary"] { color: $secondary; }
QLabel[kind="warning"] { color: $warning; }
QLabel[kind="error"] { color: $error; }
QLabel[kind="strong"] { font-weight: 600; }

QPushButton { background: $raised; color: $text; border: 1px solid $outline; border-radius: $radius;
              padding: 0 $padding; min-height: $inner; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $selected; border-color: $accent; }
QDialogButtonBox QPushButton:default, QPushButton#primary { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: 0 $padding_less; min-height: $inner_less; }
QDialogButtonBox QPushButton:default:focus, QPushButton#primary:focus { border-color: $text; }
QPushButton:disabled, QPushButton#primary:disabled, QDialogButtonBox QPushButton:default:disabled {
        background: $window; color: $disabled; border-color: $line; }
QPushButton:flat { background: transparent; border-color: transparent; }
QPushButton:flat:hover { background: $hover; }
QPushButton:flat:focus { border-color: $accent; }
QPushButton#link { text-align: left; }
QPushButton::menu-indicator { image: url("$pictures/down.svg"); width: $padding; height: $padding;
                              subcontrol-position: right center; subcontrol-origin: padding; right: $unit; }
QPushButton#example { border-radius: $inner_half; padding: 0 $padding; }

QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: $radius;
              padding: $unit; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $line; }
QToolButton:checked { background: $selected; border-color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton#chip { background: $raised; border-color: $outline; }
QToolButton#chip:hover { background: $hover; }
QToolButton:disabled { color: $disabled; background: transparent; }
QToolButton:checked:disabled { border-color: $line; }
QToolButton[popupMode="2"] { padding-right: $wide; }
QToolButton::menu-indicator { image: url("$pictures/down.svg"); width: $padding; height: $padding;
                              subcontrol-position: right center; subcontrol-origin: padding; right: $unit; }

QLineEdit, QComboBox, QAbstractSpinBox { background: $raised; color: $text; border: 1px solid $outline; border-radius: $radius;
        padding: 0 $gap; min-height: $inner; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {
        border: 2px solid $accent; padding: 0 $gap_less; min-height: $inner_less; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { background: $window; color: $disabled; border-color: $line; }
QAbstractItemView QLineEdit, QAbstractItemView QComboBox, QAbstractItemView QAbstractSpinBox,
QAbstractItemView QLineEdit:focus { min-height: 0; padding: 0 $unit; border: 1px solid $outline; border-radius: 0; }
QAbstractItemView QLineEdit:focus { border-color: $accent; }
QAbstractSpinBox { max-height: $inner; padding: 0; }
QAbstractSpinBox:focus { max-height: $inner_less; padding: 0; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {
        border: none; background: transparent; padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: $combo; subcontrol-position: right center; }
QComboBox::down-arrow { image: url("$pictures/down.svg"); width: $padding; height: $padding; }
QComboBox::down-arrow:disabled { image: url("$pictures/down-off.svg"); }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $line; padding: $unit; outline: none;
        selection-background-color: $selected; selection-color: $text; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: $icon; }
QAbstractSpinBox::up-button { subcontrol-position: top right; subcontrol-origin: border; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; subcontrol-origin: border; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; border-radius: $small; }
QAbstractSpinBox::up-arrow { image: url("$pictures/up.svg"); width: $px_10; height: $px_10; }
QAbstractSpinBox::down-arrow { image: url("$pictures/down.svg"); width: $px_10; height: $px_10; }
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::up-arrow:off { image: url("$pictures/up-off.svg"); }
QAbstractSpinBox::down-arrow:disabled, QAbstractSpinBox::down-arrow:off { image: url("$pictures/down-off.svg"); }

QCheckBox, QRadioButton { color: $text; background: transparent; spacing: $gap; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator, QGroupBox::indicator, QAbstractItemView::indicator {
        width: $px_14; height: $px_14; border: 1px solid $outline; background: $raised; }
QCheckBox::indicator, QGroupBox::indicator, QAbstractItemView::indicator { border-radius: $small; }
QRadioButton::indicator { border-radius: $px_8; }
QCheckBox::indicator:checked, QGroupBox::indicator:checked, QAbstractItemView::indicator:checked {
        background: $accent; border-color: $accent; image: url("$pictures/check.svg"); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent; image: url("$pictures/partly.svg"); }
QRadioButton::indicator:checked { border-color: $accent;
        background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 $accent,
                stop: 0.48 $accent, stop: 0.56 $raised, stop: 1 $raised); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $window; border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $line; border-color: $line; image: url("$pictures/check-off.svg"); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; width: $px_12; height: $px_12; }
QCheckBox::indicator:checked:focus { border-color: $text; }

QSlider { min-height: $icon; background: transparent; }
QSlider::groove:horizontal { height: $unit; border-radius: 2px; background: $outline; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: $px_12; height: $px_12; margin: -$unit 0; border-radius: $px_6; background: $text; }
QSlider::handle:horizontal:hover { background: $accent; }
QSlider:focus { border: 1px solid $accent; border-radius: $small; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: $disabled; }
QProgressBar { border: none; border-radius: 2px; background: $line; max-height: $unit; min-height: $unit; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QAbstractScrollArea { background: $panel; color: $text; border: none; }
QAbstractItemView { background: $panel; alternate-background-color: $panel; color: $text; outline: none;
        border: 1px solid $panel;
        gridline-color: $line; selection-background-color: $selected; selection-color: $text; }
QListWidget#suggestions { background: $raised; border: 1px solid $outline; border-radius: $radius; padding: $unit; }
QAbstractItemView::item, QTreeView::item, QListView::item { padding: $unit; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $selected; color: $text; }
QAbstractItemView:focus { border: 1px solid $accent; }
QAbstractItemView:disabled { color: $disabled; }
QTextBrowser, QPlainTextEdit, QTextEdit { background: $panel; color: $text; border: 1px solid $line; border-radius: $radius;
        padding: $gap; selection-background-color: $accent; selection-color: $on_accent; }
QTextBrowser:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: $accent; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $secondary; border: none; border-bottom: 1px solid $line;
        padding: $unit $gap; font-weight: normal; text-align: left; }
QTableCornerButton::section { background: $panel; border: none; }
QTreeView::branch:has-children:closed { image: url("$pictures/right.svg"); }
QTreeView::branch:has-children:open { image: url("$pictures/down.svg"); }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: $px_10; }
QScrollBar:horizontal { height: $px_10; }
QScrollBar::handle { background: $outline; border-radius: 3px; border: 2px solid $panel; }
QScrollBar::handle:hover { background: $secondary; }
QScrollBar::handle:vertical { min-height: $inner; }
QScrollBar::handle:horizontal { min-width: $inner; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $secondary; padding: $gap $padding; border: none;
        border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { background: $hover; }
QTabBar::tab:disabled { color: $disabled; }
QGroupBox { border: 1px solid $line; border-radius: $radius; margin-top: $padding; padding: $gap; }
QGroupBox::title { subcontrol-origin: margin; left: $gap; padding: 0 $unit; color: $secondary; }
QDockWidget { color: $secondary; }
QDockWidget::title { background: $panel; padding: $unit $gap; }
QStatusBar { background: $window; color: $secondary; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
"""


def stylesheet(colours: Colours, scheme: str, font_px: float) -> str:
    """Make the stylesheet.

    Args:
        colours: The appearance.
        scheme: Its name, which is that of a folder of pictures in assets/icons.
        font_px: Height of the system's font in pixels; sizes grow with it.
    """
    scale = max(font_px / tokens.BODY_PX, 1.0)

    def px(length: float) -> str:
        return f"{round(length * scale)}px"

    lengths = {
        "unit": px(tokens.UNIT),
        "gap": px(tokens.GAP),
        "gap_less": f"{round(tokens.GAP * scale) - 1}px",
        "padding": px(tokens.PADDING),
        "padding_less": f"{round(tokens.PADDING * scale) - 1}px",
        "wide": px(2 * tokens.PADDING),
        "combo": px(tokens.CONTROL - tokens.UNIT),
        "icon": px(tokens.ICON),
        "radius": px(tokens.RADIUS),
        "small": px(tokens.UNIT),
        "inner": f"{round(tokens.CONTROL * scale) - 2}px",
        "inner_less": f"{round(tokens.CONTROL * scale) - 4}px",
        "inner_half": f"{round(tokens.CONTROL * scale) // 2}px",
        **{f"px_{n}": px(n) for n in (6, 8, 10, 12, 14)},
    }
    pictures = (paths.assets() / FOLDER / scheme).as_posix()
    return Template(_SHEET).substitute(asdict(colours), **lengths, pictures=pictures)
