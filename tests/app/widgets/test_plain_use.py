"""No widget shows text from files past `motionpatches.app.widgets.plain`: read from the source, so that new widgets are held to
it as well."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[3] / "app"
FILES = [f for f in [*APP.glob("*.py"), *(APP / "widgets").rglob("*.py"), *(APP / "gl").rglob("*.py")] if f.name != "plain.py"]

# Classes and methods of Qt that take text for HTML, or show items without `Items`; plain.py has one of each kind.
RAW = {
    *("QLabel", "QMessageBox", "QErrorMessage", "QInputDialog", "QProgressDialog", "QSplashScreen", "QToolTip", "QWhatsThis"),
    *("QTextBrowser", "QTextEdit", "QTextDocument", "QGraphicsTextItem", "QStyledItemDelegate", "QItemDelegate"),
    *("QListWidget", "QTableWidget", "QTreeWidget", "QListView", "QTableView", "QTreeView", "QColumnView", "QWebEngineView"),
    *("setHtml", "setMarkdown", "insertHtml", "appendHtml", "setTextFormat", "setWhatsThis", "TextItem", "LabelItem"),
}
# Calls that show a text as it is, with its arguments by number and by name.
SHOWN: dict[str, tuple[int | str, ...]] = {
    **dict.fromkeys(("setToolTip", "setWindowTitle", "setTitle", "showMessage", "setStatusTip", "setPlaceholderText"), (0,)),
    **dict.fromkeys(("QPushButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "addAction", "addMenu"), (0, "text")),
    **dict.fromkeys(("addItem", "addItems", "setAccessibleName", "setHorizontalHeaderLabels", "html"), (0,)),
    **{"drawText": (-1,), "addTab": (1,), "plot": ("name",), "ask_text": (2,), "QLineEdit": ("placeholderText",)},
}
MAKERS = {"shown", "tip", "title", "lines", "html", "joined"}
# Calls that pass on the text that is their argument of this number.
PASSING = {"elidedText": 0, "two_lines": 1, "enumerate": 0, "list": 0}
# Texts that the rules cannot follow, with the reason why they are the program's own, or pass a widget that shows text as text.
REVIEWED = {
    "widgets/menus.py: text": "the words of an action, literals of this file and of stage_menu.py",
    "widgets/menus.py: tip": "literals of this file",
    "widgets/menus.py: action": "an action, made with reviewed text",
    "widgets/frame/stage_header.py: action": "an action, made with reviewed text",
    "widgets/views/stage_menu.py: action": "an action, made with reviewed text",
    "widgets/context_menus.py: action": "an action of the menus, made with reviewed text",
    "widgets/views/tile_labels.py: short_score(metrics, result.hit, room)": "a number and a word of core",
    "widgets/views/results.py: self._tip(hover) if hover >= 0 else ''": "a text through tip",
    "widgets/views/patches.py: text": "numbers, names of parts, and names of joints through shown",
    "widgets/dialogs/import_check.py: f'{PART_NAMES[part].capitalize()}: {end} joint'": "a part, first or last",
    "widgets/evaluation/retrieval.py: items.title.capitalize()": "a title of a table of core",
    "widgets/views/stage_legend.py: text": "literals of stage.py, with numbers",
    "widgets/theme.py: words": "literals, by its docstring",
    "widgets/training/fine_tune_dialog.py: title": "literals of this file",
    "widgets/training/fine_tune_dialog.py: label or 'Monitored sentences'": "literals of this file",
    "widgets/training/fine_tune_dialog.py: values": "literals of this file",
    "widgets/views/curves.py: self._title(name)": "literals of this file, with a number",
    "widgets/training/window.py: head": "names of fields, and of runs through shown",
    "widgets/training/window.py: self._row_text(run)": "an item of ItemList",
    "widgets/evaluation/classification.py: names": "train, val, test, all",
    "widgets/evaluation/retrieval.py: names": "train, val, test, all",
    "widgets/views/patches.py: self.message": "literals of this file",
    "widgets/dialogs/list_page.py: column": "the number of a column",
    "widgets/dialogs/list_page.py: name": "literals, by its docstring",
    "widgets/views/tile_sections.py: text": "literals of this file, with numbers",
    "widgets/collection_menus.py: new": "an action, made with reviewed text",
    "widgets/menus.py: self.stage.switches['bones']": "an action, made with reviewed text",
    "widgets/views/stage_legend.py: words": "lines through shown, cut to the room that there is",
    "widgets/views/joint_names.py: text": "names of joints through shown",
    "widgets/panels/picture_scrub.py: QTableView": "the type of an argument",
    "widgets/panels/captions.py: QTableView": "the type of a widget that is asked for",
    "widgets/dialogs/export_fields.py: words": "literals of this file",
    "widgets/panels/map.py: self.dots": "an item of a plot",
    "widgets/panels/map.py: self.lasso": "an item of a plot",
    "widgets/panels/map.py: self.here": "an item of a plot",
    "widgets/views/small_figure.py: name": "literals of import_figure.py and joint_figure.py",
    "widgets/views/stage_character.py: text": "literals, and names of files through shown",
    "widgets/dialogs/joint_map.py: f'Joint of the {side}'": "source or target",
    "widgets/dialogs/joint_map.py: column": "the number of a column",
    "widgets/dialogs/take_sheet.py: MEANINGS.get(name, 'A field of your own')": "literals of this file",
    "widgets/dialogs/take_sheet.py: [SEVERAL] * (now is None) + ['', *STATUSES]": "literals of this file and of core",
}


class Reader:
    """Reads one function: what its names were assigned, and which texts it shows."""

    def __init__(self, function: ast.AST):
        self.assigned: dict[str, list[ast.expr | None]] = defaultdict(list)
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._assign(target, value)
                case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
                    self._each(target, values)
                case ast.arg(arg=name):
                    self.assigned[name].append(None)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Name(id=name), _:
                self.assigned[name].append(value)
            case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
                for one, other in zip(names, values, strict=True):
                    self._assign(one, other)
            case ast.Tuple(elts=names), _:
                for one in names:
                    self._assign(one, value)

    def _each(self, target: ast.expr, values: ast.expr) -> None:
        """A loop over a literal assigns each of its elements in turn."""
        if isinstance(values, ast.Tuple | ast.List):
            for value in values.elts:
                self._assign(target, value)
        else:
            self._assign(target, values)

    def is_own(self, node: ast.expr | None) -> bool:
        """Whether a text is made of literals, constants, numbers and functions of plain.py alone."""
        match node:
            case ast.Constant() | ast.Lambda():
                return True
            case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
                return all(map(self.is_own, parts))
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[*_, ast.Constant(value=str(spec))])):
                return spec[-1:] in tuple("dfge%,")
            case ast.FormattedValue(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
                return self.is_own(value)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
                return True
            case ast.Name(id=name):
                values = self.assigned.pop(name, [])  # a name in its own value, text = text.strip(), is no reason
                own = bool(values) and all(map(self.is_own, values))
                self.assigned[name] = values
                return own
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                return self.is_own(one) and self.is_own(other)
            case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element):
                return self.is_own(element)
            case ast.Call(args=arguments):
                return self._call(node, called(node), arguments)
        return False

    def _call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> bool:
        if name in MAKERS or name in ("int", "len", "round") or name.endswith(("Item", "Action", "_switch")):
            return True
        if name in PASSING:
            return self.is_own(arguments[PASSING[name]])
        method = name in ("capitalize", "upper", "replace", "join", "strip", "items", "values", "keys")
        return method and self.is_own(node.func.value) and all(map(self.is_own, arguments))

    def faults(self, function: ast.AST) -> Iterator[str]:
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                wanted = SHOWN.get(called(node), ())
                texts = [node.args[i] for i in wanted if isinstance(i, int) and -len(node.args) <= i < len(node.args)]
                texts += [k.value for k in node.keywords if k.arg in wanted or k.arg == "toolTip"]
                yield from (ast.unparse(text) for text in texts if not self.is_own(text))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Functions and methods, each with those inside it."""
    for node in tree.body:
        yield from [n for n in node.body if not isinstance(n, ast.Assign)] if isinstance(node, ast.ClassDef) else [node]


def faults(source: str, file: str) -> list[str]:
    """What a file shows past plain.py."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=names):
                found += [a.name for a in names if a.name in RAW]
            case ast.Attribute(attr=name) if name in RAW:
                found.append(name)
            case ast.Call(args=[_, *_]) if called(node) == "Html":
                found.append(ast.unparse(node))
    for function in functions(tree):
        found += Reader(function).faults(function)
    return [f"{file}: {fault}" for fault in found]


def all_faults() -> list[str]:
    return [fault for f in FILES for fault in faults(f.read_text(encoding="utf-8"), f.relative_to(APP).as_posix())]


def test_every_widget_shows_text_through_plain():
    assert len(FILES) > 50
    found = all_faults()
    assert [fault for fault in found if fault not in REVIEWED] == []
    assert set(REVIEWED) <= set(found), "an exception that is no longer needed"


@pytest.mark.parametrize(
    "line",
    [
        "from PySide6.QtWidgets import QLabel",
        "QtWidgets.QMessageBox.warning(self, 'x', clip.caption)",
        "self.view.setHtml(text)",
        "self.setToolTip(clip.caption)",
        "self.setToolTip(f'{clip.id}: {n:,}')",
        "button = QPushButton(run.name)",
        "button = QToolButton(toolTip=model.summary)",
        "painter.drawText(box, flags, clip.caption)",
        "name = clip.caption\n    self.setWindowTitle(name)",
        "for clip in clips:\n        box.addItem(clip.id)",
        "menu.addAction(f'Open {path}')",
        "label.setText(Html(f'<b>{clip.caption}</b>'))",
        "html('<b>' + clip.caption + '</b>')",
        "plot.plot([], [], name=run.name)",
    ],
)
def test_what_the_rules_find(line):
    assert faults(f"def f(self, clip, run, model, text):\n    {line}\n", "x.py")


@pytest.mark.parametrize(
    "line",
    [
        "self.setToolTip(tip(clip.caption))",
        "self.setToolTip('Speed')",
        "for text, act in (('Play', self.play), ('Stop', self.stop)):\n        QPushButton(text)",
        "name = metrics.elidedText(shown(clip.id), mode, 9)\n    painter.drawText(box, flags, name)",
        "painter.drawText(box, flags, f'{len(clips)} of {count:,}, {score:.2f}')",
        "box.addItems([name.capitalize() for name in LOOKS])",
        "label = Label(clip.caption)",
    ],
)
def test_what_the_rules_let_through(line):
    assert not faults(f"def f(self, clip):\n    {line}\n", "x.py")
