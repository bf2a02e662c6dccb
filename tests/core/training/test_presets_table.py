"""The presets against the table of docs/how-patches-work.md, and that against what the paper and the authors' code have."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from motionpatches.core.models.config import ModelConfig, preset
from motionpatches.core.patches import PatchRecipe
from motionpatches.core.training import config as training_config
from motionpatches.core.training.config import TrainingConfig
from tests.layouts import write_kit

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-patches-work.md"
# Fields that say what a run is of, where it runs and what it keeps; none of them changes what is learnt.
OF_A_RUN = {
    "library",
    "layout",
    "preset",
    "start_from",
    "model",
    "chunk",
    "device",
    "compact",
    "sentences",
    "save_every_s",
    "workers",
}
OF_A_MEMORY = {"memory_keys", "memory_meanings"}
COLUMNS = ("paper", "authors", "authors on KIT-ML", "`paper`", "`official`", "`official` on KIT-ML", "`starter`")


def table() -> dict[str, dict[str, object]]:
    """Field: {column: value}; a column is absent where its cell states none."""
    found = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(COLUMNS) + 1 and re.fullmatch(r"`\w+`", cells[0]):
            stated = ((column, re.match(r"`(.*?)`", cell)) for column, cell in zip(COLUMNS, cells[1:], strict=True))
            found[cells[0].strip("`")] = {column: json.loads(value[1]) for column, value in stated if value}
    return found


def configurations(tmp_path) -> dict[str, dict[str, object]]:
    """Column: the fields that a run under a preset has."""
    write_kit(tmp_path / "kit", 4)
    made = {}
    for column, name, library in (
        ("`paper`", "paper", ""),
        ("`official`", "official", ""),
        ("`official` on KIT-ML", "official", str(tmp_path / "kit")),
        ("`starter`", "starter", ""),
    ):
        config = training_config.recipe(name, library=library)
        model = preset(name, **config.model)
        made[column] = {**vars(config), **vars(model), **vars(model.patches)}
    return made


def test_the_table_holds_every_field_and_the_presets_values(tmp_path):
    stated = table()
    known = {f.name for kind in (TrainingConfig, ModelConfig, PatchRecipe) for f in fields(kind)}
    assert set(stated) == known - OF_A_RUN - OF_A_MEMORY - {"patches"}
    for column, values in configurations(tmp_path).items():
        for name, row in stated.items():
            assert (
                values[name] == pytest.approx(row[column]) if isinstance(row[column], float) else values[name] == row[column]
            ), f"{name} of {column}"


@pytest.mark.parametrize(
    "source, column", [("paper", "`paper`"), ("authors", "`official`"), ("authors on KIT-ML", "`official` on KIT-ML")]
)
def test_a_preset_differs_from_its_source_in_nothing_that_is_stated(source, column):
    rows = {name: row for name, row in table().items() if source in row}
    assert len(rows) > 30
    assert {name: (row[source], row[column]) for name, row in rows.items() if row[source] != row[column]} == {}


# Yu et al., CVPR 2024, section 4.3, and the authors' published configurations.
@pytest.mark.parametrize(
    "column, values",
    [
        ("paper", dict(batch=256, lr_text=1e-5, lr_motion=1e-4, lr_heads=1e-3, dim=256, temperature=0.07, loss="sum")),
        (
            "authors",
            dict(
                batch=128, lr_text=1e-5, lr_motion=1e-4, lr_heads=1e-4, dropout=0.5, epochs=50, seed=42, loss="mean", clip_norm=0
            ),
        ),
        ("authors on KIT-ML", dict(batch=128, lr_text=1e-5, lr_motion=1e-5, lr_heads=1e-5, dropout=0.0, schedule_stretch=2)),
    ],
)
def test_the_table_states_what_was_published(column, values):
    stated = table()
    assert {name: stated[name][column] for name in values} == values
