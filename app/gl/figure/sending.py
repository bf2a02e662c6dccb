"""What all skinned meshes share: they are sent to the graphics driver once, and transparent ones are drawn as a single layer."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from OpenGL import GL as gl

# The type of a number in a vertex, by numpy's name of it.
_TYPES = {"float32": gl.GL_FLOAT, "uint8": gl.GL_UNSIGNED_BYTE, "uint16": gl.GL_UNSIGNED_SHORT}


def send(vertices: np.ndarray, faces: np.ndarray, inputs: Sequence[str]) -> tuple[int, list[int]]:
    """Send a mesh to the driver.

    Args:
        vertices: (V,) of a structured type with a field for each input. Whole numbers come to a shader as shares of the largest
            one, those of `bones` as they are.
        faces: (F, 3) numbers of vertices.
        inputs: Names of the fields, at the location that each has in the shader; '' for none.

    Returns:
        The vertex array, and its buffers.
    """
    array = gl.glGenVertexArrays(1)
    points, elements = (int(name) for name in gl.glGenBuffers(2))
    gl.glBindVertexArray(array)
    gl.glBindBuffer(gl.GL_ARRAY_BUFFER, points)
    gl.glBufferData(gl.GL_ARRAY_BUFFER, vertices.nbytes, vertices, gl.GL_STATIC_DRAW)
    gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, elements)
    gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, faces.nbytes, np.ascontiguousarray(faces), gl.GL_STATIC_DRAW)
    fields: Mapping[str, Any] = vertices.dtype.fields or {}
    for location, name in enumerate(inputs):
        if not name:
            continue
        kind, offset = fields[name][:2]
        base, (count,) = kind.subdtype or (kind, (1,))
        start, step, number = ctypes.c_void_p(offset), vertices.dtype.itemsize, _TYPES[base.name]
        gl.glEnableVertexAttribArray(location)
        if name == "bones":
            gl.glVertexAttribIPointer(location, count, number, step, start)
        else:
            gl.glVertexAttribPointer(location, count, number, base.kind == "u", step, start)
    return array, [points, elements]


def forget(array: int, buffers: list[int]) -> None:
    """Release what `send` returned."""
    gl.glDeleteVertexArrays(1, [array])
    gl.glDeleteBuffers(len(buffers), buffers)


def draw_layer(draw: Callable[[], object]) -> None:
    """Draw what is transparent as a single layer, and let all else be drawn over it."""
    gl.glColorMask(False, False, False, False)
    draw()
    gl.glColorMask(True, True, True, True)
    gl.glEnable(gl.GL_BLEND)
    gl.glDepthFunc(gl.GL_EQUAL)
    draw()
    gl.glDepthFunc(gl.GL_LESS)
    gl.glDisable(gl.GL_BLEND)
    gl.glClear(gl.GL_DEPTH_BUFFER_BIT)
