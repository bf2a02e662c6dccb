"""Draws characters with OpenGL: meshes and pictures are sent once, bones for each pose."""

from __future__ import annotations

import ctypes
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from OpenGL import GL as gl

from motionpatches.app.gl.figure import shaders
from motionpatches.app.gl.figure.character import DrawnCharacter, PosedCharacter
from motionpatches.app.gl.figure.sending import draw_layer, forget, send

if TYPE_CHECKING:
    from motionpatches.core.io.gltf.meshes import Material, Meshes

# Meshes of characters kept by the graphics driver, of each of which there are three.
KEPT = 6
_VERTEX = np.dtype(
    [
        ("place", "<f4", 3),
        ("side", "<f4", 3),
        ("at", "<f4", 2),
        ("weights", "<u2", 4),
        ("bones", "<u2", 4),
        ("own", "u1", 4),
    ]
)
# Colours of glTF are linear, those of a screen to about this power.
GAMMA = 1 / 2.2


@dataclass(frozen=True)
class _Sent:
    """A character in the driver: `keep` holds it, so that its id stays its own."""

    keep: DrawnCharacter
    meshes: Meshes
    array: int
    buffers: list[int]
    pictures: list[int]


class CharacterDrawing:
    """Owns the GL objects of characters in a context, which must be current in every call.

    Args:
        program: Compiles and links two shaders.
        use: Draws with a program and sets what all programs share.
        at: The location of a uniform.
    """

    def __init__(self, program: Callable[[str, str], int], use: Callable[[int], None], at: Callable[[int, str], int]):
        self.program, self.use, self.at = program(shaders.CHARACTER_VERTEX, shaders.CHARACTER_FRAGMENT), use, at
        self.rows, self.rows_seen = gl.glGenBuffers(1), gl.glGenTextures(1)
        self.white = _send_picture(np.full((1, 1, 4), 255, np.uint8))
        self.sent: OrderedDict[tuple[int, int], _Sent] = OrderedDict()
        self.level = 0

    def draw(self, bodies: Sequence[PosedCharacter], level: int, rim: float) -> None:
        """Draw characters; those that are transparent first, behind the others, each a single layer.

        Args:
            bodies: Characters.
            level: Which of their meshes, 0 for the finest.
            rim: Strength of the light from behind.
        """
        self.level = level
        if not bodies:
            return
        self.use(self.program)
        gl.glUniform1f(self.at(self.program, "rim"), rim)
        gl.glUniform1i(self.at(self.program, "picture"), 0)
        gl.glUniform1i(self.at(self.program, "rows"), 1)
        for body in (body for body in bodies if body.opacity < 1):
            draw_layer(partial(self._draw, body, self._bind(body), clear=False))
        whole = [body for body in bodies if body.opacity >= 1]
        for body in whole:
            self._draw(body, self._bind(body), clear=False)
        for body in whole:
            if any(part.material.clear for part in body.drawn.character.meshes.parts):
                self._draw_clear(body)
        gl.glDisable(gl.GL_CULL_FACE)
        gl.glActiveTexture(gl.GL_TEXTURE0)

    def _draw_clear(self, body: PosedCharacter) -> None:
        """Draw what is transparent of a character, over what is there."""
        gl.glEnable(gl.GL_BLEND)
        gl.glBlendFuncSeparate(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        gl.glDepthMask(False)
        self._draw(body, self._bind(body), clear=True)
        gl.glDepthMask(True)
        gl.glBlendFuncSeparate(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ZERO, gl.GL_ONE)
        gl.glDisable(gl.GL_BLEND)

    def _bind(self, body: PosedCharacter) -> _Sent:
        """Make a character's meshes and bones current."""
        sent = self._send(body.drawn)
        rows = np.ascontiguousarray(body.rows, np.float32)
        gl.glBindBuffer(gl.GL_TEXTURE_BUFFER, self.rows)
        gl.glBufferData(gl.GL_TEXTURE_BUFFER, rows.nbytes, rows, gl.GL_STREAM_DRAW)
        gl.glActiveTexture(gl.GL_TEXTURE1)
        gl.glBindTexture(gl.GL_TEXTURE_BUFFER, self.rows_seen)
        gl.glTexBuffer(gl.GL_TEXTURE_BUFFER, gl.GL_RGBA32F, self.rows)
        gl.glActiveTexture(gl.GL_TEXTURE0)
        gl.glBindVertexArray(sent.array)
        gl.glUniform1f(self.at(self.program, "opacity"), body.opacity)
        return sent

    def _draw(self, body: PosedCharacter, sent: _Sent, clear: bool) -> None:
        """Draw the parts that are transparent, or those that are not."""
        for part in sent.meshes.parts:
            if part.material.clear == clear:
                self._use_material(part.material, sent)
                start = ctypes.c_void_p(12 * part.first)
                gl.glDrawElements(gl.GL_TRIANGLES, 3 * part.count, gl.GL_UNSIGNED_INT, start)

    def _use_material(self, material: Material, sent: _Sent) -> None:
        (gl.glDisable if material.both_sides else gl.glEnable)(gl.GL_CULL_FACE)
        red, green, blue, opacity = material.colour
        gl.glUniform4f(self.at(self.program, "factor"), red**GAMMA, green**GAMMA, blue**GAMMA, opacity)
        gl.glUniform1f(self.at(self.program, "cutoff"), material.cutoff)
        gl.glUniform1i(self.at(self.program, "clear"), material.clear)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self.white if material.picture < 0 else sent.pictures[material.picture])

    def _send(self, drawn: DrawnCharacter) -> _Sent:
        """Return a character in the driver; it is sent once."""
        levels = drawn.character.levels
        key = id(drawn), min(self.level, len(levels) - 1)
        if key not in self.sent:
            meshes = levels[key[1]]
            pictures = [_send_picture(picture) for picture in drawn.pictures]
            self.sent[key] = _Sent(drawn, meshes, *_send_meshes(meshes), pictures)
            if len(self.sent) > KEPT:
                _, old = self.sent.popitem(last=False)
                forget(old.array, old.buffers)
                if old.pictures:
                    gl.glDeleteTextures(len(old.pictures), old.pictures)
        self.sent.move_to_end(key)
        return self.sent[key]


def _send_meshes(meshes: Meshes) -> tuple[int, list[int]]:
    """Return the vertex array of meshes, and its buffers."""
    data = np.zeros(len(meshes.vertices), _VERTEX)
    data["place"], data["side"], data["at"], data["bones"] = meshes.vertices, meshes.normals, meshes.places, meshes.bones
    data["weights"] = np.round(meshes.weights * 65535)
    colours = meshes.colours.copy()
    colours[:, :3] **= GAMMA
    data["own"] = np.round(colours * 255)
    return send(data, meshes.faces, ("place", "side", "weights", "bones", "at", "own"))


def _send_picture(picture: np.ndarray) -> int:
    """Return the texture of a picture (H, W, 4) uint8."""
    texture = int(gl.glGenTextures(1))
    height, width = picture.shape[:2]
    gl.glActiveTexture(gl.GL_TEXTURE0)
    gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
    rows = np.ascontiguousarray(picture)
    gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_RGBA8, width, height, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, rows)
    gl.glGenerateMipmap(gl.GL_TEXTURE_2D)
    gl.glTexParameteri(gl.GL_TEXTURE_2D, gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR_MIPMAP_LINEAR)
    gl.glTexParameteri(gl.GL_TEXTURE_2D, gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR)
    return texture
