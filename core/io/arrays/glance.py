"""The layout of a plain array of joint positions (T, J, 3), without looking for its skeleton."""

from __future__ import annotations

import io

import numpy as np

from motionpatches.core.io.containers.npy_file import NotAnArray, read_header
from motionpatches.core.io.formats import Glance

_PLACES = ("<f2", "<f4", "<f8")


def glance(content: bytes) -> Glance | None:
    """Return None for any other array, and where numbers are missing or not finite."""
    stream = io.BytesIO(content)
    try:
        header = read_header(stream)
    except NotAnArray:
        return None
    shape, start = header.shape, stream.tell()
    if header.dtype not in _PLACES or header.fortran or len(shape) != 3 or shape[2] != 3 or not header.size:
        return None
    if len(content) != start + header.size or not np.isfinite(np.frombuffer(content, header.dtype, offset=start)).all():
        return None
    return Glance(f"{header.dtype} {shape[1]}", shape[0], None)
