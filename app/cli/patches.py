"""`patches`: the patch image of a motion."""

from __future__ import annotations

import argparse
from pathlib import Path

from motionpatches.app.cli.console import UsageError, answer, open_path, tell
from motionpatches.app.cli.options import add_json, add_layout
from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem
from motionpatches.core.models.config import presets

PRESET = "paper"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("motion", type=Path, metavar="MOTION", help="a motion file")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".npy: float32 (3, 224, 80), z-scored; .png: the same as a picture",
    )
    parser.add_argument("--preset", choices=tuple(presets()), help=f"how the motion is prepared (default: {PRESET})")
    parser.add_argument(
        "--statistics",
        type=Path,
        metavar="LIBRARY",
        help="the library whose mean and deviation are used (default: those of the motion itself)",
    )
    add_layout(parser)
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="prepare the motion as this model does, with its statistics")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Write the patch image of a motion's first window."""
    import numpy as np

    from motionpatches.core.library.folder import load_take
    from motionpatches.core.library.splits import training_clips
    from motionpatches.core.library.statistics import library_statistics
    from motionpatches.core.models.config import preset
    from motionpatches.core.patches import compute_statistics, prepare, require_patches, to_patches, to_rgb

    if options.model and (options.preset or options.statistics):
        raise UsageError("--model says how the motion is prepared: leave --preset and --statistics out.")
    if options.out.suffix not in (".npy", ".png"):
        raise FileProblem(options.out, "it is neither .npy nor .png", "Choose one of them")
    recipe = preset(options.preset or PRESET).patches
    if options.model:
        from motionpatches.core.models.checkpoint import load_model

        model = load_model(options.model)
        recipe, statistics = model.config.patches, model.statistics
        require_patches(recipe)
    elif options.statistics:
        library = open_path(options.statistics, options.layout)
        found = library_statistics(library, training_clips(library.clips) or library.clips, recipe)
        statistics = found.values
        if found.note:
            tell(found.note)
    else:
        statistics = compute_statistics([prepare(load_take(options.motion), recipe)], recipe)
    image = to_patches(prepare(load_take(options.motion), recipe), statistics, recipe=recipe)
    with replacing(options.out) as stream:
        if options.out.suffix == ".npy":
            np.save(stream, image.pixels)
        else:
            from PIL import Image

            Image.fromarray(to_rgb(image.pixels)).save(stream, "PNG")
    made_as = {"model": str(options.model)} if options.model else {"preset": options.preset or PRESET}
    values = {"motion": str(options.motion), "out": str(options.out), "frames": image.frames, **made_as}
    answer(options, values, f"{options.out}: {image.frames} of 224 frames, {image.pixels.shape[2]} columns")
    return 0
