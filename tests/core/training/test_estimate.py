"""The estimate of a run: what it counts, and what it tells before the run."""

from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.training import config as training_config
from motionpatches.core.training.assemble import split_clips
from motionpatches.core.training.estimate import estimate


def test_an_estimate_counts_and_tells_what_will_not_happen(small_library, tiny_text_folder):
    for file in (small_library / "texts").glob("*.txt"):
        file.write_text("a person zigzags\n")
    config = training_config.recipe(
        "official",
        library=str(small_library),
        epochs=3,
        batch=4,
        mirror=True,
        lr_text=0.0,
        device="cpu",
        model={"motion": "test_vit", "motion_weights": "", "text": str(tiny_text_folder)},
    )
    library = run(open_library(small_library))
    found = run(estimate(config, library))
    train, _ = split_clips(library, config.seed)
    assert found.steps == 3 * (len(train) // 4) and found.seconds > 0 and found.short == ""
    assert 0 < found.trained < found.parameters
    weights, state = 4 * found.parameters, 4 * 3 * found.trained
    assert found.disk == 2 * weights + (state + 4 * found.trained)
    assert found.bytes > weights + state
    assert found.notes[0].startswith("mirror has no effect") and "'zigzags' (1)" in found.notes[1]
