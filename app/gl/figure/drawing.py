"""Draws figures with OpenGL: meshes are sent once, bones for each pose."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from OpenGL import GL as gl
from OpenGL.raw.GL.VERSION.GL_1_1 import glDrawElements
from OpenGL.raw.GL.VERSION.GL_1_5 import glBufferSubData

from motionpatches.app.gl.figure import shaders
from motionpatches.app.gl.figure.posed import Posed
from motionpatches.app.gl.figure.sending import draw_layer, forget, send
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
            draw_layer(partial(glDrawElements, gl.GL_TRIANGLES, count, gl.GL_UNSIGNED_INT, None))
        for body in bodies:
            if body.opacity >= 1:
                glDrawElements(gl.GL_TRIANGLES, self._bind(body, level), gl.GL_UNSIGNED_INT, None)
        gl.glDisable(gl.GL_CULL_FACE)

    def _bind(self, body: Posed, level: int) -> int:
        """Make a figure's mesh and bones current; return its number of indices."""
        array, count = self._mesh(body.shape.meshes[min(level, len(body.shape.meshes) - 1)])
        gl.glBindVertexArray(array)
        rows = np.ascontiguousarray(body.rows[: shaders.BONES], np.float32)
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self.bones)
        glBufferSubData(gl.GL_UNIFORM_BUFFER, 0, rows.nbytes, rows)
        gl.glUniform1f(self.at(self.program, "size"), body.size)
        gl.glUniform1f(self.at(self.program, "opacity"), body.opacity)
        return count

    def _mesh(self, mesh: Mesh) -> tuple[int, int]:
        """Return a mesh's vertex array and number of indices; it is sent once."""
        known = self.meshes.get(id(mesh))
        if known is None:
            known = self.meshes[id(mesh)] = (mesh, *_send(mesh))
            if len(self.meshes) > MESHES:
                forget(*self.meshes.popitem(last=False)[1][1:])
        self.meshes.move_to_end(id(mesh))
        return known[1], mesh.faces.size


def _send(mesh: Mesh) -> tuple[int, list[int]]:
    data = np.zeros(len(mesh.vertices), _VERTEX)
    data["place"], data["side"], data["mark"] = mesh.vertices, mesh.normals, mesh.marks
    data["weights"], data["bones"] = np.round(mesh.weights * 255), mesh.bones
    return send(data, mesh.faces, ("place", "side", "weights", "bones", "mark"))
