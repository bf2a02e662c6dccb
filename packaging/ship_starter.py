"""`python packaging/ship_starter.py MODEL_DIR`: puts a trained model into assets/ as the starter, with its gallery of the demo
library and its card: packaging/starter_card.md, with the model's own scores filled in."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core import places  # noqa: E402
from core.demo.library import ACTIONS, ALL_PARAPHRASES  # noqa: E402
from core.gallery import save_gallery  # noqa: E402
from core.library.open import open_library  # noqa: E402
from core.models.checkpoint import load_model, read_config  # noqa: E402
from core.progress import run  # noqa: E402
from core.retriever import build_gallery  # noqa: E402


def ship(folder: Path) -> None:
    values, target = read_config(folder), places.starter_model()
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    (target / "model.safetensors").chmod(0o644)
    scores = "\n".join(f"{part:4s} {protocol:13s} {way}  " + "  ".join(f"{k} {v:g}" for k, v in summary.items())
                       for part, protocols in values["metrics"].items() if isinstance(protocols, dict)
                       for protocol, ways in protocols.items() for way, summary in ways.items())
    card = (ROOT / "packaging" / "starter_card.md").read_text()
    for name, value in (("ACTIONS", len(ACTIONS)), ("PARAPHRASES", sum(map(len, ALL_PARAPHRASES.values()))), ("SCORES", scores)):
        card = card.replace(f"@{name}@", str(value))
    (target / "README.md").write_text(card)
    config = json.loads((target / "config.json").read_text())
    config["model"]["text"] = "sentence-transformers/all-MiniLM-L6-v2"
    config["provenance"].update(library="generated, seeds 5000, 6000 and 7000", start_from="the starter of 0.1")
    (target / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    model, library = load_model(target), run(open_library(places.demo_library()))
    shutil.rmtree(places.shipped_galleries(), ignore_errors=True)
    save_gallery(run(build_gallery(model, library)), places.shipped_galleries() / f"{model.fingerprint}-demo.npz")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ship(Path(sys.argv[1]))
