"""Draws poses into rectangles of one OpenGL 3.3 core context: floor, soft shadows, instanced capsules."""

from __future__ import annotations

import ctypes

import numpy as np
import OpenGL

OpenGL.ERROR_CHECKING = False
OpenGL.ERROR_LOGGING = False
from OpenGL import GL as gl  # noqa: E402

# Called for every tile: without the conversions of arguments that PyOpenGL adds.
from OpenGL.raw.GL.VERSION.GL_1_5 import glBufferData  # noqa: E402
from OpenGL.raw.GL.VERSION.GL_2_0 import glUniformMatrix4fv  # noqa: E402

from motionpatches.app.detail import FULL  # noqa: E402
from motionpatches.app.gl import shaders  # noqa: E402
from motionpatches.app.gl.camera import Camera  # noqa: E402
from motionpatches.app.gl.drawn import Drawn, Look, Skin  # noqa: E402
from motionpatches.app.gl.figure.character import PosedCharacter  # noqa: E402
from motionpatches.app.gl.figure.character_drawing import CharacterDrawing  # noqa: E402
from motionpatches.app.gl.figure.drawing import FigureDrawing  # noqa: E402
from motionpatches.app.gl.figure.posed import Posed  # noqa: E402
from motionpatches.app.gl.geometry import INSTANCE_FLOATS, capsule  # noqa: E402

# Locations and sizes of the rows of `geometry.instances`: start, end, radii and colour, one row for each instance.
_ROW = ((1, 3), (2, 3), (3, 2), (4, 3))
# Pixels of height from which a body is worth the fine mesh, and up to which the coarsest will do.
FINE_ABOVE, SMALL = 320, 200


class Renderer:
    """Owns the GL objects of a context. Every method needs that context to be current."""

    draws_figures = True

    def __init__(self) -> None:
        self.bone = _program(shaders.BONE_VERTEX, shaders.BONE_FRAGMENT)
        self.floor = _program(shaders.FLOOR_VERTEX, shaders.FLOOR_FRAGMENT)
        self.shadow = _program(shaders.SHADOW_VERTEX, shaders.SHADOW_FRAGMENT)
        self.uniforms: dict[tuple[int, str], int] = {}
        self.reads_from: dict[int, int] = {}
        self.instances = gl.glGenBuffers(1)
        self.skin = _program(shaders.MESH_VERTEX, shaders.MESH_FRAGMENT)
        self.fine, self.coarse, self.rough = (self._mesh(*capsule(*size)) for size in ((14, 5), (8, 3), (6, 2)))
        self.body, (self.body_places, self.body_faces) = gl.glGenVertexArrays(1), gl.glGenBuffers(2)
        self.faces_of: np.ndarray | None = None
        self.empty = gl.glGenVertexArrays(1)
        self.figures = FigureDrawing(_program, self._use, self._at)
        self.characters = CharacterDrawing(_program, self._use, self._at)
        self.shared: tuple[np.ndarray, np.ndarray, Look] | None = None
        gl.glBindVertexArray(0)

    def _mesh(self, vertices: np.ndarray, triangles: np.ndarray) -> tuple[int, int]:
        """Return a vertex array that draws instances of a mesh, and its number of indices."""
        array = gl.glGenVertexArrays(1)
        mesh, elements = gl.glGenBuffers(2)
        gl.glBindVertexArray(array)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, mesh)
        gl.glBufferData(gl.GL_ARRAY_BUFFER, vertices.nbytes, vertices, gl.GL_STATIC_DRAW)
        gl.glEnableVertexAttribArray(0)
        gl.glVertexAttribPointer(0, 4, gl.GL_FLOAT, False, 16, ctypes.c_void_p(0))
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, elements)
        gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, triangles.nbytes, triangles, gl.GL_STATIC_DRAW)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self.instances)
        for location, _ in _ROW:
            gl.glEnableVertexAttribArray(location)
            gl.glVertexAttribDivisor(location, 1)
        self._instances_from(array, 0)
        return array, len(triangles)

    def _instances_from(self, array: int, first: int) -> None:
        """Let a vertex array, which is the current one, read instances from a row on."""
        if self.reads_from.get(array) == first:
            return
        self.reads_from[array] = first
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self.instances)
        offset = first * INSTANCE_FLOATS * 4
        for location, size in _ROW:
            gl.glVertexAttribPointer(location, size, gl.GL_FLOAT, False, INSTANCE_FLOATS * 4, ctypes.c_void_p(offset))
            offset += size * 4

    def clear(self, colour: tuple[float, float, float], width: int, height: int) -> None:
        """Fill the whole surface with one colour."""
        gl.glViewport(0, 0, width, height)
        gl.glDisable(gl.GL_SCISSOR_TEST)
        gl.glClearColor(*colour, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)

    def draw(
        self,
        rect: tuple[int, int, int, int],
        camera: Camera,
        drawn: Drawn,
        look: Look,
        bare: bool = False,
        detail: int = FULL,
    ) -> None:
        """Draw into a rectangle.

        Args:
            rect: x, y from below, width and height in device pixels.
            camera: Looks at it.
            drawn: Bodies, and what is beside them.
            look: Colours of the surroundings.
            bare: Without floor and shadow, on nothing (alpha 0).
            detail: From 0, few corners, to FULL; without shadows below 2.
        """
        bones, bodies, extra, behind, over = drawn.bones, drawn.bodies, drawn.extra, drawn.behind, drawn.over
        x, y, width, height = rect
        gl.glViewport(x, y, width, height)
        gl.glScissor(x, y, width, height)
        gl.glEnable(gl.GL_SCISSOR_TEST)
        gl.glClearColor(*look.background, 0 if bare else 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)
        matrix, eye = camera.matrix(width / max(height, 1)), camera.eye().astype(np.float32)
        self.shared = matrix, eye, look
        # The floor first and without depth: everything stands on it.
        gl.glEnable(gl.GL_DEPTH_TEST)
        gl.glDepthMask(False)
        gl.glBindVertexArray(self.empty)
        if eye[1] > 0 and not bare:
            self._use(self.floor)
            gl.glUniform3f(self._at(self.floor, "middle"), *camera.target)
            gl.glUniform3f(self._at(self.floor, "floor_colour"), *look.floor)
            gl.glUniform3f(self._at(self.floor, "line_colour"), *look.line)
            gl.glDrawArrays(gl.GL_TRIANGLE_STRIP, 0, 4)
        # All bodies in one buffer; shadows are blended over the floor, one for each bone, before the bones themselves.
        mesh = self.rough if detail < 2 else self.fine if height > FINE_ABOVE and detail >= FULL else self.coarse
        gl.glBindVertexArray(mesh[0])
        self._instances_from(mesh[0], 0)
        shades = [_shading(body.shadows) for body in bodies if body.opacity >= 1]
        casting = np.concatenate([*shades, bones]) if shades else bones
        parts = [casting, *(rows for rows in (extra, behind, over) if rows is not None)]
        first, last = len(casting) - len(bones), len(casting) + (0 if extra is None else len(extra))
        data = np.ascontiguousarray(np.concatenate(parts), np.float32)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self.instances)
        glBufferData(gl.GL_ARRAY_BUFFER, data.nbytes, data, gl.GL_STREAM_DRAW)
        gl.glBlendFuncSeparate(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ZERO, gl.GL_ONE)
        if not bare and detail >= 2 and len(casting):
            gl.glEnable(gl.GL_BLEND)
            self._use(self.shadow)
            gl.glDrawArraysInstanced(gl.GL_TRIANGLE_STRIP, 0, 4, len(casting))
            gl.glDisable(gl.GL_BLEND)
        gl.glDepthMask(True)
        if behind is not None and len(behind):
            self._draw_bones(mesh, last, len(behind))
            gl.glClear(gl.GL_DEPTH_BUFFER_BIT)
        if bodies:
            characters = [body for body in bodies if isinstance(body, PosedCharacter)]
            level = (height <= FINE_ABOVE) + (height <= SMALL) + FULL - detail
            self.characters.draw(characters, level, look.rim)
            self.figures.draw([body for body in bodies if isinstance(body, Posed)], level, look.rim)
        self._draw_bones(mesh, first, last - first)
        if over is not None and len(over):
            gl.glClear(gl.GL_DEPTH_BUFFER_BIT)
            self._draw_bones(mesh, len(data) - len(over), len(over))
        if drawn.skin is not None:
            self._draw_skin(drawn.skin)
        gl.glBindVertexArray(0)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, 0)
        gl.glDisable(gl.GL_SCISSOR_TEST)
        gl.glDisable(gl.GL_DEPTH_TEST)
        gl.glUseProgram(0)

    def _draw_bones(self, mesh: tuple[int, int], first: int, count: int) -> None:
        """Draw so many instances, from a row on, with the vertex array of a mesh and its number of indices."""
        if count:
            gl.glBindVertexArray(mesh[0])
            self._use(self.bone)
            self._instances_from(mesh[0], first)
            gl.glDrawElementsInstanced(gl.GL_TRIANGLES, mesh[1], gl.GL_UNSIGNED_INT, None, count)

    def _draw_skin(self, skin: Skin) -> None:
        """Draw a body's triangles; their indices are sent only when they are others."""
        gl.glBindVertexArray(self.body)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self.body_places)
        gl.glBufferData(gl.GL_ARRAY_BUFFER, skin.vertices.nbytes, skin.vertices, gl.GL_STREAM_DRAW)
        gl.glEnableVertexAttribArray(0)
        gl.glVertexAttribPointer(0, 3, gl.GL_FLOAT, False, 12, ctypes.c_void_p(0))
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, self.body_faces)
        if self.faces_of is not skin.faces:
            gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, skin.faces.nbytes, skin.faces, gl.GL_STATIC_DRAW)
            self.faces_of = skin.faces
        self._use(self.skin)
        gl.glUniform3f(self._at(self.skin, "shift"), *skin.place)
        gl.glDrawElements(gl.GL_TRIANGLES, skin.faces.size, gl.GL_UNSIGNED_INT, None)

    def _use(self, program: int) -> None:
        """Draw with a program, and set what all programs share."""
        assert self.shared is not None
        matrix, eye, look = self.shared
        gl.glUseProgram(program)
        glUniformMatrix4fv(self._at(program, "camera"), 1, True, matrix)
        gl.glUniform3f(self._at(program, "eye"), *eye)
        gl.glUniform3f(self._at(program, "fog"), *look.background)

    def _at(self, program: int, name: str) -> int:
        """Return the location of a uniform, asked for once."""
        key = (program, name)
        if key not in self.uniforms:
            self.uniforms[key] = gl.glGetUniformLocation(program, name)
        return self.uniforms[key]


def _shading(shadows: np.ndarray) -> np.ndarray:
    """Return instances (S, 11) of what shades the floor (S, 7)."""
    rows = np.zeros((len(shadows), INSTANCE_FLOATS), np.float32)
    rows[:, :7] = shadows
    rows[:, 7] = shadows[:, 6]
    return rows


def _program(vertex: str, fragment: str) -> int:
    """Compile and link two shaders. Raises RuntimeError with the compiler's message."""
    program = gl.glCreateProgram()
    for kind, source in ((gl.GL_VERTEX_SHADER, vertex), (gl.GL_FRAGMENT_SHADER, fragment)):
        shader = gl.glCreateShader(kind)
        gl.glShaderSource(shader, source)
        gl.glCompileShader(shader)
        if not gl.glGetShaderiv(shader, gl.GL_COMPILE_STATUS):
            raise RuntimeError(f"shader: {gl.glGetShaderInfoLog(shader).decode()}")
        gl.glAttachShader(program, shader)
    gl.glLinkProgram(program)
    if not gl.glGetProgramiv(program, gl.GL_LINK_STATUS):
        raise RuntimeError(f"program: {gl.glGetProgramInfoLog(program).decode()}")
    return program
