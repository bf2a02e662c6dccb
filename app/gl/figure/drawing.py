"""Draws figures with OpenGL: meshes are sent once, bones for each pose."""

from __future__ import annotations

import ctypes
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from OpenGL import GL as gl

from motionpatches.app.gl.figure import shaders
from motionpatches.app.gl.figure.posed import Posed
from motionpatches.core.figure.figure import Mesh

# Meshes kept by the graphics driver; bytes of a vertex.
MESHES = 48
_VERTEX = np.dtype(
    [("place", "<f4", 3), ("side", "<f4", 3), ("weights", "u1", 4), ("bones", "u1", 4), ("mark", "<f4", 2)],
)


class FigureDrawing:
    """Owns the GL objects of figures in a context, which must be current in every call.

    Args:
        program: Compiles and links two shaders.
        use: Draws with a program and sets what all programs share.
        at: The location of a uniform.
    """

    def __init__(self, program: Callable[[str, str], int], use: Callable[[int], None], at: Callable[[int, str], int]):
        self.program, self.use, self.at = program(shaders.VERTEX, shaders.FRAGMENT), use, at
        gl.glUniformBlockBinding(self.program, gl.glGetUniformBlockIndex(self.program, "Bones"), 0)
        self.bones = gl.glGenBuffers(1)
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self.bones)
        gl.glBufferData(gl.GL_UNIFORM_BUFFER, 48 * shaders.BONES, None, gl.GL_STREAM_DRAW)
        self.meshes: OrderedDict[int, tuple[Mesh, int, list[int]]] = OrderedDict()

    def draw(self, bodies: Sequence[Posed], level: int, rim: float) -> None:
        """Draw figures; those that are transparent first, behind the others, each a single layer.

        Args:
            bodies: Figures.
            level: Which of their meshes, 0 for the finest.
            rim: Strength of the light from behind.
        """
        self.use(self.program)
        gl.glUniform1f(self.at(self.program, "rim"), rim)
        gl.glEnable(gl.GL_CULL_FACE)
        gl.glBindBufferBase(gl.GL_UNIFORM_BUFFER, 0, self.bones)
        pale = [body for body in bodies if body.opacity < 1]
        for body in pale:
            count = self._bind(body, level)
            gl.glColorMask(False, False, False, False)
            gl.glDrawElements(gl.GL_TRIANGLES, count, gl.GL_UNSIGNED_INT, None)
            gl.glColorMask(True, True, True, True)
            gl.glEnable(gl.GL_BLEND)
            gl.glDepthFunc(gl.GL_EQUAL)
            gl.glDrawElements(gl.GL_TRIANGLES, count, gl.GL_UNSIGNED_INT, None)
            gl.glDepthFunc(gl.GL_LESS)
            gl.glDisable(gl.GL_BLEND)
            gl.glClear(gl.GL_DEPTH_BUFFER_BIT)
        for body in bodies:
            if body.opacity >= 1:
                gl.glDrawElements(gl.GL_TRIANGLES, self._bind(body, level), gl.GL_UNSIGNED_INT, None)
        gl.glDisable(gl.GL_CULL_FACE)

    def _bind(self, body: Posed, level: int) -> int:
        """Make a figure's mesh and bones current; return its number of indices."""
        array, count = self._mesh(body.shape.meshes[min(level, len(body.shape.meshes) - 1)])
        gl.glBindVertexArray(array)
        rows = np.ascontiguousarray(body.rows[: shaders.BONES], np.float32)
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self.bones)
        gl.glBufferSubData(gl.GL_UNIFORM_BUFFER, 0, rows.nbytes, rows)
        gl.glUniform1f(self.at(self.program, "size"), body.size)
        gl.glUniform1f(self.at(self.program, "opacity"), body.opacity)
        return count

    def _mesh(self, mesh: Mesh) -> tuple[int, int]:
        """Return a mesh's vertex array and number of indices; it is sent once."""
        known = self.meshes.get(id(mesh))
        if known is None:
            known = self.meshes[id(mesh)] = (mesh, *self._send(mesh))
            if len(self.meshes) > MESHES:
                _, (_, array, buffers) = self.meshes.popitem(last=False)
                gl.glDeleteVertexArrays(1, [array])
                gl.glDeleteBuffers(len(buffers), buffers)
        self.meshes.move_to_end(id(mesh))
        return known[1], mesh.faces.size

    def _send(self, mesh: Mesh) -> tuple[int, list[int]]:
        data = np.zeros(len(mesh.vertices), _VERTEX)
        data["place"], data["side"], data["mark"] = mesh.vertices, mesh.normals, mesh.marks
        data["weights"], data["bones"] = np.round(mesh.weights * 255), mesh.bones
        array = gl.glGenVertexArrays(1)
        vertices, elements = (int(name) for name in gl.glGenBuffers(2))
        gl.glBindVertexArray(array)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, vertices)
        gl.glBufferData(gl.GL_ARRAY_BUFFER, data.nbytes, data, gl.GL_STATIC_DRAW)
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, elements)
        gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, mesh.faces.nbytes, mesh.faces, gl.GL_STATIC_DRAW)
        offset = {name: ctypes.c_void_p(_VERTEX.fields[name][1]) for name in _VERTEX.names or ()}  # type: ignore[index]
        for place, name, count in ((0, "place", 3), (1, "side", 3), (4, "mark", 2)):
            gl.glEnableVertexAttribArray(place)
            gl.glVertexAttribPointer(place, count, gl.GL_FLOAT, False, _VERTEX.itemsize, offset[name])
        gl.glEnableVertexAttribArray(2)
        gl.glVertexAttribPointer(2, 4, gl.GL_UNSIGNED_BYTE, True, _VERTEX.itemsize, offset["weights"])
        gl.glEnableVertexAttribArray(3)
        gl.glVertexAttribIPointer(3, 4, gl.GL_UNSIGNED_BYTE, _VERTEX.itemsize, offset["bones"])
        return array, [vertices, elements]
