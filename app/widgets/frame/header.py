"""The header: library, query with its chips, filters, export, model. What all else depends on is seen and changed here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.plain import shown, tail, tip, title
from motionpatches.app.widgets.theme import icon_button, px
from motionpatches.app.widgets.verbs import Verbs
from motionpatches.core.paths import model_name, starter_model

# Characters of a name on a button.
SHORT = 18


class Header(QWidget):
    """One row over the whole window."""

    def __init__(self, view_models: ViewModels, verbs: Verbs, query: QWidget, filters: Callable[[], object]):
        super().__init__()
        self.view_models, self.verbs, self._listed = view_models, verbs, False
        self.setObjectName("page")
        self.library = self._menu_button("library", "The library: open another", self._fill_library)
        self.model = self._menu_button("model", "The model: use another", self._fill_model)
        self.filters = icon_button("filters", "Filter the library", filters)
        self.teach = icon_button("teach", "Teach This Library: train the model on its captions", verbs.teach)
        self.export = icon_button("export", "Export", verbs.export)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(tokens.GAP), px(tokens.UNIT), px(tokens.GAP), px(tokens.UNIT))
        row.setSpacing(px(tokens.GAP))
        row.addWidget(self.library)
        row.addWidget(query, 1)
        for widget in (self.filters, self.export, self.teach, self.model):
            row.addWidget(widget)
        workspace = view_models.workspace
        workspace.library_changed.connect(self._facts)
        workspace.model_changed.connect(self._facts)
        self._facts()

    def _menu_button(self, icon: str, words: str, fill: Callable[[QMenu], None]) -> QToolButton:
        button = icon_button(icon, words)
        menu = QMenu(button)
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda: fill(menu))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return button

    def _facts(self) -> None:
        workspace = self.view_models.workspace
        library, name = workspace.library, workspace.library.name if workspace.library else "Nothing open"
        self.library.setText(title(shown(name, SHORT)))
        places = "\n".join(str(part.library.root) for part in library.parts) or str(library.root) if library else ""
        count = len(library.clips) if library else 0
        self.library.setToolTip(tip(f"{places}\n{count:,} motion{'s' * (count != 1)}" if library else "Open a library"))
        self.model.setText(title(shown(workspace.model_label, SHORT)))
        self.model.setToolTip(tip(f"{workspace.model_folder or ''}\n{workspace.device_reason}"))

    def _fill_library(self, menu: QMenu) -> None:
        verbs = self.verbs
        menu.addAction("Open Folder…").triggered.connect(lambda: verbs.open_folder(""))
        menu.addAction("Add Folder…").triggered.connect(lambda: verbs.add_folder())
        menu.addAction("Open Files…").triggered.connect(lambda: verbs.open_files())
        menu.addAction("Demo Library").triggered.connect(lambda: verbs.open_demo())
        menu.addSeparator()
        for name in self.view_models.recent.paths():
            menu.addAction(title(tail(name))).triggered.connect(lambda _=False, n=name: verbs.open_recent(n))

    def _fill_model(self, menu: QMenu) -> None:
        models = self.view_models.models
        if not self._listed:
            self._listed = True
            models.changed.connect(self._models_changed)
        models.refresh()
        self._list_models(menu)

    def _models_changed(self) -> None:
        """A model that lies elsewhere has been read, perhaps while the menu is open."""
        menu = self.model.menu()
        if menu.isVisible():
            menu.clear()
            self._list_models(menu)

    def _list_models(self, menu: QMenu) -> None:
        verbs, models = self.verbs, self.view_models.models
        for model in models.models:
            action = menu.addAction(title(model_name(model.folder)))
            action.setCheckable(True)
            action.setChecked(models.is_used(model))
            action.triggered.connect(lambda _=False, folder=Path(model.folder): models.use(folder))
        if self.view_models.workspace.model_folder not in (None, starter_model()):
            menu.addSeparator()
            menu.addAction("Back to Starter").triggered.connect(lambda: models.use(starter_model()))
        menu.addSeparator()
        for text, do in (
            ("Models…", verbs.show_models),
            ("Teach This Library…", verbs.teach),
            ("Training Runs…", verbs.show_training),
            ("Evaluate…", verbs.show_evaluation),
        ):
            menu.addAction(text).triggered.connect(lambda _=False, do=do: do())
