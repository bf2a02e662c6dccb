"""Small FBX files of version 7.4, binary and ASCII, written from the format's public description."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SECOND = 46_186_158_000  # FBX's unit of time
Tree = tuple[str, list, list]


@dataclass
class Model:
    """A node; `parent` its place in the list, -1 for the scene. `curves`: property ('T', 'R' or 'S') and axis -> values a frame,
    in the stack of that name."""

    name: str
    kind: str = "LimbNode"
    parent: int = -1
    translation: tuple = (0, 0, 0)
    rotation: tuple = (0, 0, 0)
    scaling: tuple = (1, 1, 1)
    inherit: int = 1  # 0 part by part, 1 all of the parent's scale, 2 none
    extra: dict = field(default_factory=dict)
    curves: dict[str, dict[str, list[float]]] = field(default_factory=dict)


def scene(
    models: list[Model],
    stacks: dict[str, float],
    fps_mode: int = 6,
    unit: float = 1.0,
    axes=(1, 1, 2, 1, 0, 1),
    fps: float = 30.0,
    bind: dict[int, tuple] | None = None,
) -> list[Tree]:
    """`stacks`: seconds by name. `axes`: up, its sign, front, its sign, right, its sign."""
    names = ("UpAxis", "UpAxisSign", "FrontAxis", "FrontAxisSign", "CoordAxis", "CoordAxisSign")
    settings = [_p(name, "int", "Integer", "", value) for name, value in zip(names, axes, strict=True)]
    settings += [_p("UnitScaleFactor", "double", "Number", "", float(unit)), _p("TimeMode", "enum", "", "", fps_mode)]
    objects: list[Tree] = []
    links: list[Tree] = []

    def link(child: int, parent: int, prop: str = "") -> None:
        links.append(("C", ["OP" if prop else "OO", child, parent, *([prop] if prop else [])], []))

    for number, model in enumerate(models):
        ident = 1000 + number
        if model.kind in ("LimbNode", "Camera", "Light"):
            objects.append(
                (
                    "NodeAttribute",
                    [5000 + number, _name("", "NodeAttribute"), model.kind],
                    [("TypeFlags", ["Skeleton" if model.kind == "LimbNode" else model.kind], [])],
                )
            )
            link(5000 + number, ident)
        props = [
            _p(f"Lcl {what}", f"Lcl {what}", "", "A", *map(float, value))
            for what, value in (("Translation", model.translation), ("Rotation", model.rotation), ("Scaling", model.scaling))
        ]
        props += [_p("InheritType", "enum", "", "", model.inherit)]
        props += [_p(name, "Vector3D", "Vector", "", *map(float, value)) for name, value in model.extra.items()]
        if model.extra:
            props.append(_p("RotationActive", "bool", "", "", 1))
        objects.append(("Model", [ident, _name(model.name, "Model"), model.kind], [("Version", [232], []), _props(props)]))
        link(ident, 0 if model.parent < 0 else 1000 + model.parent)
    ident = 10_000
    for stack, seconds in stacks.items():
        span = [_p("LocalStart", "KTime", "Time", "", 0), _p("LocalStop", "KTime", "Time", "", round(seconds * SECOND))]
        objects.append(("AnimationStack", [ident, _name(stack, "AnimStack"), ""], [_props(span)]))
        objects.append(("AnimationLayer", [ident + 1, _name("Base", "AnimLayer"), ""], []))
        link(ident + 1, ident)
        layer, ident = ident + 1, ident + 2
        for number, model in enumerate(models):
            for what, label in (("T", "Lcl Translation"), ("R", "Lcl Rotation"), ("S", "Lcl Scaling")):
                curves = {key[1]: values for key, values in model.curves.get(stack, {}).items() if key[0] == what}
                if not curves:
                    continue
                start = {"T": model.translation, "R": model.rotation, "S": model.scaling}[what]
                objects.append(
                    (
                        "AnimationCurveNode",
                        [ident, _name(what, "AnimCurveNode"), ""],
                        [_props([_p(f"d|{axis}", "Number", "", "A", float(v)) for axis, v in zip("XYZ", start, strict=True)])],
                    )
                )
                link(ident, layer)
                link(ident, 1000 + number, label)
                holder, ident = ident, ident + 1
                for axis, values in curves.items():
                    times = [round(i * SECOND / fps) for i in range(len(values))]
                    objects.append(
                        (
                            "AnimationCurve",
                            [ident, _name("", "AnimCurve"), ""],
                            [
                                ("Default", [0.0], []),
                                ("KeyVer", [4008], []),
                                ("KeyTime", [("l", times)], []),
                                ("KeyValueFloat", [("f", [float(v) for v in values])], []),
                                ("KeyAttrFlags", [("i", [4])], []),
                                ("KeyAttrDataFloat", [("f", [0.0] * 4)], []),
                                ("KeyAttrRefCount", [("i", [len(values)])], []),
                            ],
                        )
                    )
                    link(ident, holder, f"d|{axis}")
                    ident += 1
    if bind:
        unit = [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
        nodes = [
            ("PoseNode", [], [("Node", [1000 + n], []), ("Matrix", [("d", [*unit, *place, 1])], [])]) for n, place in bind.items()
        ]
        objects.append(
            (
                "Pose",
                [9000, _name("BindPose", "Pose"), "BindPose"],
                [("Type", ["BindPose"], []), ("Version", [100], []), ("NbPoseNodes", [len(nodes)], []), *nodes],
            )
        )
    return [
        ("FBXHeaderExtension", [], [("FBXHeaderVersion", [1003], []), ("FBXVersion", [7400], [])]),
        ("GlobalSettings", [], [("Version", [1000], []), _props(settings)]),
        ("Objects", [], objects),
        ("Connections", [], links),
    ]


def _p(name: str, kind: str, label: str, flags: str, *values) -> Tree:
    return ("P", [name, kind, label, flags, *values], [])


def _props(properties: list[Tree]) -> Tree:
    return ("Properties70", [], properties)


def _name(name: str, kind: str) -> tuple[str, str]:
    return (name, kind)


def ascii_fbx(tree: list[Tree]) -> bytes:
    """As text."""
    return ("; FBX 7.4.0 project file\n" + "".join(_ascii(node) for node in tree)).encode()


def _ascii(node: Tree) -> str:
    name, values, children = node
    parts = []
    for value in values:
        if isinstance(value, tuple) and len(value[0]) == 1 and isinstance(value[1], list):
            parts.append(f"*{len(value[1])} {{\na: {','.join(map(repr, value[1]))}\n}}")
        elif isinstance(value, tuple):
            parts.append(f'"{value[1]}::{value[0]}"')
        else:
            parts.append(f'"{value}"' if isinstance(value, str) else repr(value))
    body = f" {{\n{''.join(_ascii(child) for child in children)}}}\n" if children or name in ("AnimationLayer",) else "\n"
    return f"{name}: {', '.join(parts)}{body}"


def binary_fbx(tree: list[Tree]) -> bytes:
    """As bytes."""
    out = bytearray(b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7400))
    for node in tree:
        _binary(node, out)
    return bytes(out) + bytes(13) + bytes(200)


def _binary(node: Tree, out: bytearray) -> None:
    name, values, children = node
    start = len(out)
    data = b"".join(map(_value, values))
    out += bytes(12) + bytes([len(name)]) + name.encode() + data
    for child in children:
        _binary(child, out)
    if children:
        out += bytes(13)
    out[start : start + 12] = struct.pack("<III", len(out), len(values), len(data))


def _value(value) -> bytes:
    if isinstance(value, tuple) and isinstance(value[1], list):
        code = {"l": "q", "f": "f", "i": "i", "d": "d"}[value[0]]
        data = struct.pack(f"<{len(value[1])}{code}", *value[1])
        return value[0].encode() + struct.pack("<III", len(value[1]), 0, len(data)) + data
    if isinstance(value, tuple):
        value = f"{value[0]}\0\x01{value[1]}"
    if isinstance(value, str):
        return b"S" + struct.pack("<I", len(value.encode())) + value.encode()
    return b"D" + struct.pack("<d", value) if isinstance(value, float) else b"L" + struct.pack("<q", value)
