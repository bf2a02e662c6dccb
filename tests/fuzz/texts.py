"""Small files of text formats, and a glTF scene."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 1.0 2.0 3.0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0.0 10.0 0.0
    CHANNELS 3 Yrotation Zrotation Xrotation
    JOINT Head
    {
      OFFSET 0.0 5.0 1.0
      CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
      End Site
      {
        OFFSET 0.0 1.0 0.0
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.05
0 0 0 0 0 0 0 0 0 0 5 1 0 0 0
1 2 3 30 40 -50 20 10 70 0.5 6 2 15 25 35
1 2 3 31 40.5 -5e1 20 10 70 0.5 6 2 15 25 35
"""
_PERSON = BVH[BVH.index("ROOT") : BVH.index("MOTION")]
BVH_TWO = "HIERARCHY\n" + _PERSON + _PERSON + "MOTION\nFrames: 2\nFrame Time: 0,033\n" + ("0,5 " * 30 + "\n") * 2

ASF = """# a comment
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name lfemur
     direction 0.34 -0.94 0
     length 7.2
     axis 10 -20 30 XYZ
    dof rx ry rz
    limits (-160.0 20.0)
           (-70.0 70.0)
           (-60.0 70.0)
  end
  begin
     id 2
     name ltibia
     direction 0.34 -0.94 0
     length 7.4
     axis 0 0 20 XYZ
    dof rx
  end
:hierarchy
  begin
    root lfemur
    lfemur ltibia
  end
"""
AMC = """#!OML:ASF demo
:FULLY-SPECIFIED
:DEGREES
1
root 9.3 17.8 -17.3 -2 3.3 -33
lfemur 5 6 7
ltibia 21
2
root 9.1 17.9 -17.1 1 13.3 -3
lfemur -15 16 -7
ltibia 40
"""
MARKERS = ("LASI", "RASI", "LKNE", "RKNE", "C7")


def _numbers(frame: int, count: int, between: str) -> str:
    return between.join(f"{(frame * 7 + i * 13) % 100 + 0.25:.3f}" for i in range(count))


TRC = (
    "PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
    f"OrigNumFrames\n100\t100\t4\t{len(MARKERS)}\tmm\t100\t1\t4\nFrame#\tTime\t"
    + "\t\t\t".join(MARKERS)
    + "\t\t\n\t\t"
    + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, 6))
    + "\n\n"
    + "".join(f"{i + 1}\t{i / 100:.2f}\t{_numbers(i, 15, chr(9))}\n" for i in range(4))
)
CSV_WIDE = (
    "time,"
    + ",".join(f"{m}_{axis} (mm)" for m in MARKERS for axis in "xyz")
    + "\n"
    + "".join(f"{i / 30:.4f},{_numbers(i, 15, ',')}\n" for i in range(4))
)
CSV_LONG = "frame,joint,x,y,z\n" + "".join(
    f"{i},{m},{_numbers(i + j, 3, ',')}\n" for i in range(4) for j, m in enumerate(MARKERS)
)
CSV_OPTITRACK = (
    "Format Version,1.23,Take Name,a,Capture Frame Rate,120.000000,Export Frame Rate,120.000000,Total Frames in Take,4,"
    "Length Units,Meters,Coordinate Space,Global\n\n,Type"
    + ",Bone" * 15
    + "\n,Name"
    + "".join(f",Skeleton:{m}" * 3 for m in MARKERS)
    + "\n,ID"
    + ",1" * 15
    + "\n,,"
    + ",".join(["Position"] * 15)
    + "\nFrame,Time (Seconds)"
    + ",X,Y,Z" * 5
    + "\n"
    + "".join(f"{i},{i / 120:.6f},{_numbers(i, 15, ',')}\n" for i in range(4))
)
_SEGMENTS = ("Pelvis", "L5", "T12", "Neck", "Head")
MVNX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<mvnx xmlns="http://www.xsens.com/mvn/mvnx" version="4">\n<mvn version="2021"/>\n'
    '<subject label="A" frameRate="60" segmentCount="5">\n<segments>\n'
    + "".join(
        f'<segment id="{i}" label="{name}"><points><point label="p"><pos_b>0 0 0</pos_b></point></points></segment>\n'
        for i, name in enumerate(_SEGMENTS, 1)
    )
    + "</segments>\n<joints>\n"
    + "".join(
        f'<joint label="j{a}{b}"><connector1>{a}/j</connector1><connector2>{b}/j</connector2></joint>\n'
        for a, b in zip(_SEGMENTS, _SEGMENTS[1:], strict=False)
    )
    + '</joints>\n<frames segmentCount="5" sensorCount="0" jointCount="4">\n'
    + "".join(
        f'<frame time="{i * 16}" index="{i}" type="{"normal" if i else "tpose"}">\n'
        f"<orientation>{_numbers(i, 20, ' ')}</orientation>\n"
        f"<position>{_numbers(i, 15, ' ')}</position>\n</frame>\n"
        for i in range(4)
    )
    + "</frames>\n</subject>\n</mvnx>\n"
)
NTU = "3\n" + "".join(
    "2\n"
    + "".join(
        f"7205759403793{body} 0 1 1 1 1 0 0.1 -0.2 2\n25\n"
        + "".join(f"{_numbers(frame + joint, 11, ' ')} 2\n" for joint in range(25))
        for body in range(2)
    )
    for frame in range(3)
)

FBX_ASCII = """; FBX 7.3.0 project file
FBXHeaderExtension:  {
    FBXHeaderVersion: 1003
    FBXVersion: 7300
}
GlobalSettings:  {
    Version: 1000
    Properties70:  {
        P: "UpAxis", "int", "Integer", "",1
        P: "UnitScaleFactor", "double", "Number", "",1
        P: "TimeMode", "enum", "", "",6
    }
}
Definitions:  {
    Version: 100
    Count: 5
}
Objects:  {
    Model: 1, "Model::Hips", "LimbNode" {
        Version: 232
        Properties70:  {
            P: "Lcl Translation", "Lcl Translation", "", "A",0,90,0
            P: "RotationOrder", "enum", "", "",0
        }
    }
    Model: 2, "Model::ns:Spine", "LimbNode" {
        Version: 232
        Properties70:  {
            P: "Lcl Translation", "Lcl Translation", "", "A",0,10,0
            P: "PreRotation", "Vector3D", "Vector", "",10,0,5
        }
    }
    AnimationStack: 10, "AnimStack::Take 001", "" {
        Properties70:  {
            P: "LocalStop", "KTime", "Time", "",46186158000
        }
    }
    AnimationLayer: 11, "AnimLayer::Base", "" {
    }
    AnimationCurveNode: 12, "AnimCurveNode::T", "" {
        Properties70:  {
            P: "d|X", "Number", "", "A",0
            P: "d|Y", "Number", "", "A",90
            P: "d|Z", "Number", "", "A",0
        }
    }
    AnimationCurve: 13, "AnimCurve::", "" {
        Default: 0
        KeyVer: 4008
        KeyTime: *3 {
            a: 0,1539538600,46186158000
        }
        KeyValueFloat: *3 {
            a: 0,5,20
        }
        KeyAttrFlags: *1 {
            a: 24836
        }
        KeyAttrDataFloat: *4 {
            a: 0,0,218434821,0
        }
        KeyAttrRefCount: *1 {
            a: 3
        }
    }
}
Connections:  {
    C: "OO",1,0
    C: "OO",2,1
    C: "OO",11,10
    C: "OO",12,11
    C: "OP",12,1, "Lcl Translation"
    C: "OP",13,12, "d|X"
}
"""
USDA = """#usda 1.0
(
    defaultPrim = "Root"
    endTimeCode = 2
    metersPerUnit = 0.01
    startTimeCode = 0
    timeCodesPerSecond = 24
    upAxis = "Y"
)
def SkelRoot "Root"
{
    def Skeleton "Skel" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {
        uniform matrix4d[] bindTransforms = [( (1,0,0,0), (0,1,0,0), (0,0,1,0), (0,90,0,1) ),
            ( (1,0,0,0), (0,1,0,0), (0,0,1,0), (0,100,0,1) )]
        uniform token[] joints = ["Hips", "Hips/Spine"]
        uniform matrix4d[] restTransforms = [( (1,0,0,0), (0,1,0,0), (0,0,1,0), (0,90,0,1) ),
            ( (1,0,0,0), (0,1,0,0), (0,0,1,0), (0,10,0,1) )]
        rel skel:animationSource = </Root/Anim>
    }
    def SkelAnimation "Anim"
    {
        uniform token[] joints = ["Hips", "Hips/Spine"]
        quatf[] rotations.timeSamples = {
            0: [(1, 0, 0, 0), (1, 0, 0, 0)],
            2: [(0.9, 0.1, 0, 0), (1, 0, 0, 0)],
        }
        half3[] scales = [(1, 1, 1), (1, 1, 1)]
        float3[] translations.timeSamples = {
            0: [(0, 90, 0), (0, 10, 0)],
            2: [(5, 90, 0), (0, 10, 0)],
        }
    }
}
"""


def gltf() -> tuple[dict[str, Any], bytes]:
    """Three nodes, of which a skin; two animations of every interpolation; the tree without a buffer's place, and the buffer."""
    times = np.array([0, 0.5, 1], "<f4")
    turns = np.array([[0, 0, 0, 1], [0, 0.7071, 0, 0.7071], [0, 1, 0, 0]], "<f4")
    places = np.arange(9, dtype="<f4").reshape(3, 3)
    cubic = np.arange(27, dtype="<f4").reshape(9, 3)
    inverse = np.tile(np.eye(4, dtype="<f4"), (3, 1, 1))
    parts = (times, turns, places, cubic, inverse)
    kinds = ("SCALAR", "VEC4", "VEC3", "VEC3", "MAT4")
    views, at = [], 0
    for part in parts:
        views.append({"buffer": 0, "byteOffset": at, "byteLength": part.nbytes})
        at += part.nbytes
    sparse = struct.pack("<HH", 1, 2) + np.ones(6, "<f4").tobytes()
    views += [{"buffer": 0, "byteOffset": at, "byteLength": 4}, {"buffer": 0, "byteOffset": at + 4, "byteLength": 24}]
    accessors: list[dict[str, Any]] = [
        {"bufferView": i, "componentType": 5126, "count": len(part), "type": kind}
        for i, (part, kind) in enumerate(zip(parts, kinds, strict=True))
    ]
    accessors[0] |= {"min": [0], "max": [1]}
    accessors.append(
        {
            "componentType": 5126,
            "count": 3,
            "type": "VEC3",
            "sparse": {"count": 2, "indices": {"bufferView": 5, "componentType": 5123}, "values": {"bufferView": 6}},
        }
    )
    buffer = b"".join(part.tobytes() for part in parts) + sparse

    def channel(sampler: int, node: int, path: str) -> dict[str, Any]:
        return {"sampler": sampler, "target": {"node": node, "path": path}}

    tree = {
        "asset": {"version": "2.0", "generator": "by hand"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [
            {"name": "Hips", "children": [1], "translation": [0, 1, 0]},
            {"name": "Spine", "children": [2], "rotation": [0, 0, 0, 1], "translation": [0, 0.2, 0]},
            {"name": "Head", "scale": [1, 1, 1], "translation": [0, 0.5, 0]},
        ],
        "skins": [{"joints": [0, 1, 2], "inverseBindMatrices": 4}],
        "animations": [
            {
                "name": "walk",
                "channels": [channel(0, 0, "translation"), channel(1, 1, "rotation")],
                "samplers": [{"input": 0, "output": 2}, {"input": 0, "output": 1, "interpolation": "STEP"}],
            },
            {
                "name": "run",
                "channels": [channel(0, 0, "translation"), channel(1, 2, "scale")],
                "samplers": [{"input": 0, "output": 3, "interpolation": "CUBICSPLINE"}, {"input": 0, "output": 5}],
            },
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(buffer)}],
    }
    return tree, buffer
