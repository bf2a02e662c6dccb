"""A glTF 2.0 document: its JSON, its nodes as a tree, and its accessors as arrays. Every number of the file is checked first."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem

MAX_JSON = 64 << 20
# Numbers of one accessor, and of all that are read.
MAX_COUNT, MAX_NUMBERS = 20_000_000, 100_000_000
MAX_NODES = 100_000
COMPONENTS = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
COMPRESSED = ("EXT_meshopt_compression", "KHR_meshopt_compression")


class Document:
    """Lists and accessors of a file. `fail` raises FileProblem."""

    def __init__(self, path: Path):
        self.path = path
        self.json, self.binary = _parts(path)
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._buffers: dict[int, np.ndarray] = {}
        self._arrays: dict[int, np.ndarray] = {}
        self._rising: dict[int, bool] = {}
        self._numbers = 0
        self.names, self.parents, self.order = self._tree()

    def fail(self, problem: str, where: str = "", advice: str = "Export it again") -> NoReturn:
        raise FileProblem(self.path, problem, advice, where)

    def items(self, name: str, holder: Any = None) -> list[dict[str, Any]]:
        """A list of objects, empty where there is none."""
        if holder is None and name in self._lists:
            return self._lists[name]
        value = (self.json if holder is None else holder).get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(f"its '{name}' is no list of objects")
        if holder is None:
            self._lists[name] = value
        return value

    def integer(self, holder: dict[str, Any], name: str, limit: int, default: int | None = None) -> int:
        """A number from 0 to below `limit`."""
        value = holder.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
            self.fail(f"'{name}' is {str(value)[:40]} where a number below {limit:,} belongs")
        return value

    def numbers(self, holder: dict[str, Any], name: str, default: tuple[float, ...]) -> np.ndarray:
        """As many finite numbers as the default has."""
        value = holder.get(name, default)
        try:
            array = np.array(value, np.float64)
        except (ValueError, TypeError, OverflowError):
            array = np.zeros(0)
        if array.shape != (len(default),) or not np.isfinite(array).all():
            self.fail(f"'{name}' of a node is not {len(default)} finite numbers")
        return array

    def accessor(self, index: Any) -> np.ndarray:
        """(N, width) float64 values, integers normalised where the accessor says so."""
        accessors = self.items("accessors")
        number = self.integer({"accessor": index}, "accessor", len(accessors))
        if number not in self._arrays:
            self._arrays[number] = self._read(accessors[number], f"accessor {number}")
        return self._arrays[number]

    def rises(self, index: int) -> bool:
        """Whether the numbers of an accessor begin at zero or later and never fall."""
        if index not in self._rising:
            numbers = self.accessor(index)[:, 0]
            self._rising[index] = bool(numbers[0] >= 0 and (np.diff(numbers) >= 0).all())
        return self._rising[index]

    def external_files(self) -> list[Path]:
        """The files beside it that its buffers name."""
        return [
            self.beside(buffer["uri"])
            for buffer in self.items("buffers")
            if isinstance(buffer.get("uri"), str) and not buffer["uri"].startswith("data:")
        ]

    def _tree(self) -> tuple[list[str], list[int], list[int]]:
        """Names and parents of nodes, and the nodes in an order where every parent comes before its children."""
        nodes = self.items("nodes")
        if len(nodes) > MAX_NODES:
            self.fail(f"it holds {len(nodes):,} nodes", advice="Export only the skeleton")
        parents = [-1] * len(nodes)
        children: list[list[int]] = []
        for index, node in enumerate(nodes):
            listed = node.get("children", [])
            if not isinstance(listed, list):
                self.fail("the children of a node are no list", f"node {index}")
            own = [self.integer({"child": child}, "child", len(nodes)) for child in listed]
            for child in own:
                if parents[child] >= 0:
                    self.fail("a node has two parents", f"node {child}")
                parents[child] = index
            children.append(own)
        order: list[int] = []
        stack = [index for index in reversed(range(len(nodes))) if parents[index] < 0]
        while stack:
            index = stack.pop()
            order.append(index)
            stack.extend(reversed(children[index]))
        if len(order) < len(nodes):
            self.fail("its nodes form a circle")
        names = [str(node.get("name") or f"node {index}")[:200] for index, node in enumerate(nodes)]
        return names, parents, order

    def _read(self, accessor: dict[str, Any], where: str) -> np.ndarray:
        kind_of_value = accessor.get("type")
        width = WIDTHS.get(kind_of_value) if isinstance(kind_of_value, str) else None
        if width is None:
            self.fail(f"its type is {str(kind_of_value)[:40]}", where)
        count = self.integer(accessor, "count", MAX_COUNT)
        self._numbers += count * width
        if self._numbers > MAX_NUMBERS:
            self.fail("its animations are too large to open", advice="Export fewer or shorter ones")
        kind = self._kind(accessor, where)
        if "bufferView" in accessor:
            values = self._strided(accessor, kind, count, width, where).astype(kind.newbyteorder("="))
        else:
            values = np.zeros((count, width), kind)
        if "sparse" in accessor:
            self._replace(values, accessor["sparse"], kind, width, where)
        values = values.astype(np.float64)
        if accessor.get("normalized") is True and kind.kind in "iu":
            values = np.maximum(values / np.iinfo(kind).max, -1.0)
        if not np.isfinite(values).all():
            self.fail("a value is no finite number", where)
        return values

    def _kind(self, holder: dict[str, Any], where: str) -> np.dtype:
        code = holder.get("componentType")
        if not isinstance(code, int) or code not in COMPONENTS:
            self.fail(f"its component type is {str(code)[:40]}", where)
        return np.dtype(COMPONENTS[code]).newbyteorder("<")

    def _strided(self, holder: dict[str, Any], kind: np.dtype, count: int, width: int, where: str) -> np.ndarray:
        views = self.items("bufferViews")
        view = views[self.integer(holder, "bufferView", len(views))]
        extensions = view.get("extensions")
        if isinstance(extensions, dict) and any(name in extensions for name in COMPRESSED):
            self.fail(
                "its animation is compressed by meshopt, which is not read",
                where,
                "Decompress it first, for example with gltf-transform",
            )
        content = self.view(view)
        length = len(content)
        at = self.integer(holder, "byteOffset", length + 1, 0)
        size = width * kind.itemsize
        step = self.integer(view, "byteStride", 1 << 16, size) or size
        if count and (step < size or at + step * (count - 1) + size > length):
            self.fail("it reaches beyond its buffer: the file is cut off or damaged", where, "Copy or export it again")
        content = np.ascontiguousarray(content[at : at + step * max(count - 1, 0) + size * (count > 0)])
        return np.ndarray((count, width), kind, content, strides=(step, kind.itemsize)) if count else np.zeros((0, width), kind)

    def _replace(self, values: np.ndarray, sparse: Any, kind: np.dtype, width: int, where: str) -> None:
        if not isinstance(sparse, dict) or not all(isinstance(sparse.get(key), dict) for key in ("indices", "values")):
            self.fail("its sparse part is incomplete", where)
        count = self.integer(sparse, "count", len(values) + 1)
        places = self._strided(sparse["indices"], self._kind(sparse["indices"], where), count, 1, where)[:, 0]
        if places.dtype.kind != "u" or (count and int(places.max()) >= len(values)):
            self.fail("its sparse part lies outside of it", where)
        values[places] = self._strided(sparse["values"], kind, count, width, where)

    def view(self, view: dict[str, Any]) -> np.ndarray:
        """Bytes of a view of a buffer."""
        buffer = self.content(self.integer(view, "buffer", len(self.items("buffers"))))
        start = self.integer(view, "byteOffset", len(buffer) + 1, 0)
        return buffer[start : start + self.integer(view, "byteLength", len(buffer) - start + 1)]

    def from_text(self, uri: str, where: str) -> np.ndarray:
        """Bytes of an address that holds them as base64 text."""
        try:
            return np.frombuffer(base64.b64decode(uri.split(",", 1)[1], validate=True), np.uint8)
        except (binascii.Error, ValueError, IndexError):
            self.fail("its data are no base64 text", where)

    def content(self, index: int) -> np.ndarray:
        """Bytes of a buffer, mapped where it is a file."""
        if index not in self._buffers:
            uri = self.items("buffers")[index].get("uri")
            if uri is None and index == 0 and self.binary is not None:
                content = self.binary
            elif not isinstance(uri, str):
                self.fail("a buffer has no content", f"buffer {index}")
            elif uri.startswith("data:"):
                content = self.from_text(uri, f"buffer {index}")
            else:
                content = _mapped(self.beside(uri))
            self._buffers[index] = content
        return self._buffers[index]

    def beside(self, uri: str) -> Path:
        """The file that a buffer names, which has to lie in the document's folder."""
        name = unquote(uri)
        path = self.path.parent / name
        parts = Path(name.replace("\\", "/")).parts
        inside = ":" not in name and "\0" not in name and parts and not name.startswith(("/", "\\")) and ".." not in parts
        try:
            inside = inside and path.resolve().is_relative_to(self.path.parent.resolve())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            self.fail(f"it names a file outside of its folder ('{name[:60]}')", advice="Put its .bin beside it, or save as GLB")
        return path


def _parts(path: Path) -> tuple[dict[str, Any], np.ndarray | None]:
    """The JSON, and the binary part of a GLB."""
    content = _mapped(path)
    binary = None
    text = content
    if content[:4].tobytes() == b"glTF":
        if len(content) < 20:
            raise FileProblem(path, "it is cut off", "Copy or export it again")
        version, length, size, kind = struct.unpack("<IIII", content[4:20].tobytes())
        if version != 2:
            raise FileProblem(path, f"it is glTF {version}, and only glTF 2 is read", "Export it as glTF 2.0")
        if kind != 0x4E4F534A or length > len(content) or 20 + size > len(content):
            raise FileProblem(
                path, f"it is cut off: {length:,} bytes are announced, {len(content):,} are there", "Copy or export it again"
            )
        text = content[20 : 20 + size]
        if len(content) >= 28 + size:
            more, kind = struct.unpack("<II", content[20 + size : 28 + size].tobytes())
            if kind == 0x004E4942:
                binary = content[28 + size : 28 + size + more]
    if len(text) > MAX_JSON:
        raise FileProblem(path, f"its description has {len(text) / 2**20:,.0f} MB", "Export only the skeleton and its animation")
    try:
        document = json.loads(text.tobytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise FileProblem(path, "it is no whole glTF file", "Copy or export it again") from None
    if not isinstance(document, dict) or not isinstance(document.get("asset"), dict):
        raise FileProblem(path, "it is no glTF file: it has no 'asset'", "Export it again")
    if str(document["asset"].get("version", "2")).startswith("1"):
        raise FileProblem(path, "it is glTF 1, and only glTF 2 is read", "Export it as glTF 2.0")
    return document, binary


def _mapped(path: Path) -> np.ndarray:
    try:
        if not path.is_file():
            raise FileProblem(path, "it does not exist" if not path.exists() else "it is no ordinary file", "Check the path")
        return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.zeros(0, np.uint8)
    except OSError as error:
        raise os_problem(path, error) from error
