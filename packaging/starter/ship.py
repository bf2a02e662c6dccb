"""Put a trained model into assets/ as the starter: `python -m motionpatches.packaging.starter.ship [MODEL_DIR]`.

The weights are stored as int8 rows; the gallery of the demo library is built with them. Afterwards measure the
model with packaging/starter/measure/record.py and write the card with packaging/starter/card.py. Without a model the gallery
alone is built, as after a change of the demo library.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, read_config, save_model
from motionpatches.core.progress import run
from motionpatches.core.search.gallery import save_gallery
from motionpatches.core.search.indexing import build_gallery, gallery_fingerprint


def ship(folder: Path) -> None:
    """Replace the shipped starter by the model in `folder`; its card stays until it is written again."""
    values, model, target = read_config(folder), load_model(folder), paths.starter_model()
    card = (target / "README.md").read_text()
    model.config = replace(model.config, text="sentence-transformers/all-MiniLM-L6-v2", text_weights="hub", motion_weights="")
    shutil.rmtree(target)
    save_model(model, target, CheckpointInfo(values["metrics"], values["provenance"], card), compact=True)
    (target / "README.md").write_text(card)
    (target / "model.safetensors").chmod(0o644)


def index_demo() -> None:
    """Build the gallery of the demo library with the shipped starter."""
    shipped = load_model(paths.starter_model())
    library = run(open_library(paths.demo_library()))
    shutil.rmtree(paths.shipped_galleries(), ignore_errors=True)
    save_gallery(run(build_gallery(shipped, library)), paths.shipped_galleries() / f"{gallery_fingerprint(shipped)}-demo.npz")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?", help="folder of the trained model")
    told = parser.parse_args()
    if told.model:
        ship(told.model)
    index_demo()
