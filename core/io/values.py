"""What results say beside their arrays: rates and captions, under the many names that programs give them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from motionpatches.core.io.limits import LONGEST_CAPTION, MOST_CAPTIONS
from motionpatches.core.motion.motion import Assumption

RATES = (
    "mocap_framerate",
    "mocap_frame_rate",
    "fps",
    "framerate",
    "frame_rate",
    "frames_per_second",
    "video_fps",
    "mocap_fps",
    "sample_rate",
    "sampling_rate",
    "rate",
)
STEPS = ("frame_time", "dt", "mocap_time_step")
CAPTIONS = ("text", "texts", "caption", "captions", "prompt", "prompts", "description", "descriptions")
_NUMBER = re.compile(r"[-+]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})(?:[eE][-+]?\d{1,3})?")


def plain_key(key: Any) -> str:
    """A key in lower case without marks between its words: `mocap_frameRate` and `mocap-framerate` are one."""
    text = key.decode("latin-1") if isinstance(key, bytes) else str(key)
    return re.sub(r"[\s_\-./]", "", text[:200]).lower()


def with_text_keys(values: Mapping[Any, Any]) -> dict[str, Any]:
    """The mapping with keys as text."""
    return {printable(k.decode("latin-1") if isinstance(k, bytes) else str(k)): v for k, v in values.items()}


def printable(text: str) -> str:
    """Text that can be shown and written: control characters and halves of pairs replaced."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode("utf-8"))


def is_text(data: bytes | bytearray, kind: np.dtype) -> bool:
    """Whether the bytes of a 'U' array are characters; numpy does not look before it makes a str of them."""
    return kind.kind != "U" or not data or int(np.frombuffer(data, np.dtype("u4").newbyteorder(kind.byteorder)).max()) < 0x110000


def chosen(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values under any of the names, however their keys are spelled."""
    wanted = {plain_key(name) for name in names}
    return {key: value for key, value in values.items() if plain_key(key) in wanted}


def number_in(value: Any) -> float | None:
    """The first number of a scalar, a small array or a text such as '120 fps'."""
    value = _one(value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        match = _NUMBER.search(value[:100].replace(",", "."))
        value = match[0] if match else None
    if value is None or isinstance(value, list | dict):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def text_in(value: Any) -> str:
    """The text of a scalar or of an array of one; '' where there is none."""
    value = _one(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return " ".join(printable(value[:LONGEST_CAPTION]).split()) if isinstance(value, str) else ""


def _one(value: Any) -> Any:
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
        if isinstance(value, list | tuple) and value and value[0] is value:
            return None
    if isinstance(value, np.ndarray):
        return value.reshape(-1)[0].item() if value.size and value.dtype.kind in "fiubSU" else None
    return value.item() if isinstance(value, np.generic) else value


def rate_in(values: Mapping[str, Any], usual: float, whose: str, confidence: float = 0.4) -> tuple[float, Assumption]:
    """Frames per second as the values say, else the usual rate."""
    plain = {plain_key(key): key for key in list(values)[:10_000]}
    reason = f"no rate is stored; {usual:g} fps as {whose}"
    for names, inverse in ((RATES, False), (STEPS, True)):
        for name in names:
            key = plain.get(plain_key(name))
            number = number_in(values[key]) if key is not None else None
            if number is None:
                continue
            fps = 1 / number if inverse and number > 0 else number
            if 1 <= fps <= 1000:
                return fps, Assumption("rate", f"{fps:g} fps", "stored with the motion", 1.0)
            reason = f"the stored rate of {number:g} is not possible; {usual:g} fps as {whose}"
    return usual, Assumption("rate", f"{usual:g} fps", reason, confidence)


def texts_in(values: Mapping[str, Any]) -> list[str]:
    """The texts under the first key that holds any, '' for entries that are none."""
    plain = {plain_key(key): key for key in list(values)[:10_000]}
    for name in CAPTIONS:
        if plain_key(name) not in plain:
            continue
        value = values[plain[plain_key(name)]]
        if isinstance(value, np.ndarray):
            value = value.reshape(-1)[:10_000].tolist() if value.dtype.kind in "SU" else []
        entries = list(value[:10_000]) if isinstance(value, list | tuple) else [value]
        texts = [text_in(entry) for entry in entries]
        if any(texts):
            return texts
    return []


def captions_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The captions of a file of one take."""
    return tuple(dict.fromkeys(text for text in texts_in(values) if text))[:MOST_CAPTIONS]
