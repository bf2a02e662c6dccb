"""What a program elsewhere needs to feed exported encoders: names, shapes and order of the inputs, tokenizer, normalisation."""

from __future__ import annotations

from typing import Any

from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patches import MAX_FRAMES, frame_in_words

COLUMNS = {
    "patches": "{points} sample points of each body part, in the order {parts}; channels are x, y, z",
    "joints": "joints, in the order of the training data; channels are x, y, z",
    "features": "HumanML3D's 263 features; one channel",
}


def layout(model: MotionTextModel, image: tuple[int, ...]) -> dict[str, Any]:
    """Return inputs and outputs of both files as plain values; `image` is the shape of one motion's image."""
    recipe, text = model.config.patches, model.text_encoder
    columns = COLUMNS[recipe.form].format(points=recipe.points, parts=", ".join(PART_NAMES))
    outputs = {
        "embedding": {"type": "float32", "shape": ["batch", model.config.dim], "of": "unit rows; their product is the score"}
    }
    if model.token_heads is not None:
        of = "unit rows of patches or words, zero for none; the score is the mean over words of the largest product"
        outputs["tokens"] = {"type": "float32", "shape": ["batch", "count", model.config.token_dim], "of": of}
    people = "the first axis is that of both people; " if model.config.people == 2 else ""
    return {
        "motion_encoder.onnx": {
            "inputs": {
                "pixels": {
                    "type": "float32",
                    "shape": ["batch", *image],
                    "of": f"{people}the last two axes are frames and columns: {columns}",
                    "rate": recipe.fps,
                    "frames": MAX_FRAMES,
                    "after the end": "zeros",
                    "motions lie": f"Y up, metres, {frame_in_words(recipe)}",
                    "normalised": f"(value - mean) / std, per {_normalised_per(model)}",
                }
            },
            "outputs": outputs,
        },
        "text_encoder.onnx": {
            "inputs": {
                "ids": {
                    "type": "int64",
                    "shape": ["batch", "length"],
                    "of": "token ids of tokenizer.json, special tokens included",
                },
                "mask": {"type": "int64", "shape": ["batch", "length"], "of": "1 for a token, 0 for padding at the end"},
            },
            "outputs": outputs,
            "longest": text.limit,
            "padding id": text.backbone.config.pad_token_id or 0,
        },
    }


def _normalised_per(model: MotionTextModel) -> str:
    if model.config.patches.form != "patches":
        return "column"
    return "joint, before interpolation" if model.statistics.normalisation == "joint" else "column"


def card(described: dict[str, Any], difference: float | None) -> str:
    """Write README.md of the folder."""
    lines = [
        f"# {described['name'] or 'A model'} as ONNX",
        "",
        "Two files for any runtime of ONNX; the cosine of their rows is the score.",
        "",
    ]
    for file in ("motion_encoder.onnx", "text_encoder.onnx"):
        lines += [f"## {file}", "", "| name | type | shape | what |", "|---|---|---|---|"]
        for kind in ("inputs", "outputs"):
            lines += [
                f"| {kind[:-1]} `{name}` | {value['type']} | {' x '.join(map(str, value['shape']))} | {value['of']} |"
                for name, value in described[file][kind].items()
            ]
        lines.append("")
    image = described["motion_encoder.onnx"]["inputs"]["pixels"]
    text = described["text_encoder.onnx"]
    lines += [
        f"Motions are read at {image['rate']:g} frames a second, at most {image['frames']} of them, with zeros after the end. "
        f"They lie {image['motions lie']}. Each value is normalised: {image['normalised']}; both are in config.json under "
        "`statistics`.",
        "",
        f"Texts become ids by tokenizer.json (the package tokenizers), cut to {text['longest']} tokens and padded with "
        f"{text['padding id']}.",
        "",
    ]
    checked = "not compared with the model: onnxruntime was not installed" if difference is None else f"{difference:.1e}"
    lines += [f"Largest difference of a number from the model's own: {checked}.", ""]
    if described["licence"]:
        lines += [f"**Licence**: {described['licence']}.", ""]
    return "\n".join(lines)
