"""The fine-tuning dialog: from the open library and model to a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.fine_tuning import FineTuning
from motionpatches.app.viewmodels.training import run_name
from motionpatches.app.widgets.ask_path import ask_new_file
from motionpatches.app.widgets.plain import NAME, Label, shown, tip
from motionpatches.app.widgets.spin_boxes import DoubleSpinBox, SpinBox
from motionpatches.app.widgets.theme import of_kind, set_kind
from motionpatches.app.widgets.training.field_help import field_tip
from motionpatches.app.widgets.training.run_texts import cost_text
from motionpatches.core.training.advice import TRAINED

# The answer of the dialog where the run shall be packed.
ELSEWHERE = 2
ELSEWHERE_TIP = (
    "Pack the run with its data into one file, to be trained on another computer. On a folder that both computers see, its "
    "progress is shown here."
)


class FineTuneDialog(QDialog):
    """`model` holds the fields; errors stand below theirs, the reasons for the plan and the cost below all."""

    def __init__(self, model: FineTuning, parent: QWidget | None = None):
        super().__init__(parent)
        self.model = model
        self.setWindowTitle("Fine-Tune")
        self.resize(960, 700)
        self.readers: dict[str, Callable[[], None]] = {}
        self.errors: dict[str, Label] = {}
        self.fields: dict[str, QWidget] = {}
        self.name = QLineEdit(shown(run_name(model.library.name), NAME))
        self.start = QComboBox()
        self.start.addItems([shown(s.label) for s in model.starts])
        self.start.activated.connect(lambda i: model.begin(model.starts[i]))
        self.trained = QComboBox()
        self.trained.addItems(list(TRAINED))
        self.trained.textActivated.connect(model.train)
        for field, widget in (("name", self.name), ("start", self.start), ("trained", self.trained)):
            widget.setToolTip(tip(field_tip(field, model.recipe)))
        forms = QWidget()
        columns = QHBoxLayout(forms)
        columns.setContentsMargins(0, 0, 0, 0)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self._what())
        left.addWidget(self._course())
        left.addStretch()
        right.addWidget(self._variation())
        right.addWidget(self._watch())
        right.addStretch()
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(forms)
        self.reasons, self.cost = Label(wrap=True), Label(wrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.go.setText("Start Training")
        self.elsewhere = self.buttons.addButton("Train Elsewhere…", QDialogButtonBox.ButtonRole.ActionRole)
        self.elsewhere.setToolTip(ELSEWHERE_TIP)
        self.elsewhere.clicked.connect(lambda: self.done(ELSEWHERE))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(scroll, 1)
        box.addWidget(self.reasons)
        box.addWidget(self.cost)
        box.addWidget(self.buttons)
        model.changed.connect(self._fill)
        self._fill()

    def _what(self) -> QGroupBox:
        group, form = _group("Model")
        form.addRow("Name of the run", self.name)
        form.addRow("Initial weights", self.start)
        form.addRow("Trained parts", self.trained)
        self._whole(form, "frozen_text_layers", "Frozen text layers", 0, 64)
        self._whole(form, "frozen_motion_layers", "Frozen motion layers", 0, 64)
        return group

    def _course(self) -> QGroupBox:
        group, form = _group("Optimization")
        self._whole(form, "epochs", "Epochs", 1, 100_000)
        self._whole(form, "patience", "Patience (early stopping)", 0, 100_000)
        self._whole(form, "batch", "Batch size", 1, 65_536)
        self._whole(form, "chunk", "Micro-batch (gradient caching)", 0, 65_536)
        for name, label in (
            ("lr_text", "Learning rate, text"),
            ("lr_motion", "Learning rate, motion"),
            ("lr_heads", "Learning rate, heads"),
        ):
            self._number(form, name, label)
        self._choice(form, "precision", "Precision", ("auto", "bf16", "fp32"))
        self._choice(form, "device", "Device", ("auto", "cuda", "mps", "cpu"))
        self._whole(form, "seed", "Seed", 0, 2_000_000_000)
        return group

    def _variation(self) -> QGroupBox:
        group, form = _group("Data augmentation and loss")
        self._switch(form, "mirror", "Mirroring")
        self._switch(form, "crop", "Random crop")
        self._share(form, "augment", "Augmentation strength")
        self._choice(form, "caption_choice", "Caption sampling", ("random", "first"))
        self._share(form, "cutmix", "Part-CutMix")
        self._switch(form, "same_caption_positives", "Identical captions are positives")
        self._share(form, "mask_above", "Mask false negatives above")
        return group

    def _watch(self) -> QGroupBox:
        group, form = _group("Monitored sentences")
        edit = QPlainTextEdit()
        edit.setFixedHeight(96)
        edit.setTabChangesFocus(True)

        def lines() -> list[str]:
            return [t.strip() for t in edit.toPlainText().splitlines() if t.strip()]

        def read() -> None:
            if lines() != self.model.config.sentences:
                edit.setPlainText("\n".join(self.model.config.sentences))

        edit.textChanged.connect(lambda: self.model.set(sentences=lines()))
        self._row(form, "sentences", "", edit, read)
        return group

    def _row(self, form: QFormLayout, name: str, label: str, widget: QWidget, read: Callable[[], None]) -> None:
        """Add a field to a form.

        Args:
            form: Where it is added.
            name: The field of the training configuration.
            label: Its label; '' for none.
            widget: Edits the field.
            read: Shows the field's value in the widget.
        """
        error = of_kind(Label(wrap=True), "warning")
        error.hide()
        box = QVBoxLayout()
        box.setSpacing(1)
        box.addWidget(widget)
        box.addWidget(error)
        widget.setToolTip(tip(field_tip(name, self.model.recipe)))
        widget.setAccessibleName(label or "Monitored sentences")
        if label:
            form.addRow(label, box)
            form.labelForField(box).setToolTip(tip(field_tip(name, self.model.recipe)))
        else:
            form.addRow(box)
        self.readers[name], self.errors[name], self.fields[name] = read, error, widget

    def _whole(self, form: QFormLayout, name: str, label: str, low: int, high: int) -> None:
        spin = SpinBox(minimum=low, maximum=high)
        spin.setGroupSeparatorShown(name != "seed")
        spin.valueChanged.connect(lambda value: self.model.set(**{name: value}))
        self._row(form, name, label, spin, lambda: spin.setValue(getattr(self.model.config, name)))

    def _share(self, form: QFormLayout, name: str, label: str) -> None:
        spin = DoubleSpinBox(minimum=0, maximum=1, singleStep=0.05, decimals=2)
        spin.valueChanged.connect(lambda value: self.model.set(**{name: round(value, 2)}))
        self._row(form, name, label, spin, lambda: spin.setValue(getattr(self.model.config, name)))

    def _number(self, form: QFormLayout, name: str, label: str) -> None:
        """Add a field for a rate, typed as 1e-4 or 0.0001; what is no number is an error of the field."""
        line = QLineEdit()

        def write(text: str) -> None:
            try:
                self.model.set(**{name: float(text)})
            except ValueError:
                self.model.set(**{name: text})

        def read() -> None:
            value = getattr(self.model.config, name)
            if not line.hasFocus() and isinstance(value, float):
                line.setText(f"{value:g}")

        line.textEdited.connect(write)
        self._row(form, name, label, line, read)

    def _choice(self, form: QFormLayout, name: str, label: str, values: tuple[str, ...]) -> None:
        box = QComboBox()
        box.addItems(values)
        box.textActivated.connect(lambda value: self.model.set(**{name: value}))
        self._row(form, name, label, box, lambda: box.setCurrentText(getattr(self.model.config, name)))

    def _switch(self, form: QFormLayout, name: str, label: str) -> None:
        box = QCheckBox()
        box.toggled.connect(lambda on: self.model.set(**{name: on}))
        self._row(form, name, label, box, lambda: box.setChecked(getattr(self.model.config, name)))

    def _fill(self) -> None:
        """Show the form's values, problems, plan and cost."""
        for name, read in self.readers.items():
            self.fields[name].blockSignals(True)
            read()
            self.fields[name].blockSignals(False)
        found = self.model.problems
        for name, label in self.errors.items():
            label.setText(found.get(name, ""))
            label.setVisible(name in found)
        self.trained.setCurrentText(self.model.trained)
        self.reasons.setText(self.model.unsuitable or " ".join(self.model.reasons))
        self.cost.setText(cost_text(self.model))
        short = self.model.unsuitable or self.model.cost_problem or (self.model.estimate and self.model.estimate.short)
        set_kind(self.cost, "warning" if short else "strong")
        self.go.setEnabled(self.model.can_start)
        self.elsewhere.setEnabled(self.model.can_start)


def ask_packed(parent: QWidget, name: str) -> Path | None:
    """Ask into which file a run of this name shall be packed; None where that was cancelled."""
    name = "".join("_" if letter in '\\/:*?"<>|' else letter for letter in name).strip() or "run"
    file = ask_new_file(parent, "packed runs", "Pack the run into a file", f"{name}.run.zip", "Packed runs (*.run.zip)")
    return file if file is None or file.name.endswith(".zip") else file.with_name(f"{file.name}.run.zip")


def _group(title: str) -> tuple[QGroupBox, QFormLayout]:
    group = QGroupBox(title)
    form = QFormLayout(group)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
    return group, form
