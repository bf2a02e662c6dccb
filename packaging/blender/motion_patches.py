"""Blender add-on: ask a library that `motionpatches serve` answers for, and bring motions onto an armature.

The rest pose of the armature is sent as BVH, and the clip comes back as BVH on that rig: its rotations, in the world's axes at
rest, become those of the pose bones. Blender 4.2 or later.
"""

from __future__ import annotations

import json
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import bpy
from mathutils import Euler, Matrix, Vector

bl_info = {
    "name": "Motion Patches",
    "author": "Motion Patches Studio contributors",
    "version": (0, 3, 0),
    "blender": (4, 2, 0),
    "location": "3D View > Sidebar > Motion Patches",
    "description": "Find motions by a sentence and bring them onto an armature",
    "category": "Animation",
}

ADDRESS, WAIT_S = "http://127.0.0.1:8765", 30
# Blender has Z up and its figures face -Y; BVH files here have Y up and face +Z.
TO_BLENDER = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))


class Refused(Exception):
    """What the library answered instead, or why it did not."""


def ask(path, content=None, **values):
    """Return the bytes that the library answers; raise Refused with a sentence."""
    preferences = bpy.context.preferences.addons[__name__].preferences
    url = f"{preferences.address.rstrip('/')}{path}?{urllib.parse.urlencode(values)}"
    if not url.startswith(("http://", "https://")):
        raise Refused("The address in the add-on's preferences does not begin with http://.")
    headers = {"Authorization": f"Bearer {preferences.token}", "Content-Type": "application/octet-stream"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=WAIT_S) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        try:
            raise Refused(json.loads(error.read())["error"]) from None
        except (ValueError, KeyError, TypeError):
            raise Refused(f"The library answered {error.code}.") from None
    except (OSError, ValueError) as error:
        raise Refused(f"No library answers at {preferences.address} ({error}). Start it: motionpatches serve TAKES") from None


def bones_of(armature):
    """Return the bones of the armature's largest tree, each after its parent."""
    trees = [[bone, *bone.children_recursive] for bone in armature.data.bones if bone.parent is None]
    if not trees:
        raise Refused(f"{armature.name} has no bones.")
    return max(trees, key=len)


def rest_as_bvh(armature):
    """Return the rest pose of an armature as a BVH file, in centimetres with Y up, two frames long."""
    bones, size = bones_of(armature), 100 * armature.matrix_world.median_scale
    number = {bone.name: i for i, bone in enumerate(bones)}
    back = TO_BLENDER.transposed() * size

    def lines(bone, depth):
        space = "  " * depth
        start = bone.head_local if bone.parent is None else bone.head_local - bone.parent.head_local
        x, y, z = back @ start
        yield f"{space}{'JOINT' if depth else 'ROOT'} b{number[bone.name]}_{_plain(bone.name)}"
        yield f"{space}{{"
        yield f"{space}  OFFSET {x:.6f} {y:.6f} {z:.6f}"
        places = "" if depth else "Xposition Yposition Zposition "
        yield f"{space}  CHANNELS {3 if depth else 6} {places}Zrotation Xrotation Yrotation"
        for child in bone.children:
            yield from lines(child, depth + 1)
        if not bone.children:
            x, y, z = back @ (bone.tail_local - bone.head_local)
            yield f"{space}  End Site\n{space}  {{\n{space}    OFFSET {x:.6f} {y:.6f} {z:.6f}\n{space}  }}"
        yield f"{space}}}"

    place = " ".join(f"{v:.6f}" for v in back @ bones[0].head_local)
    still = f"{place} {' '.join(['0'] * (3 * len(bones)))}"
    text = "\n".join(lines(bones[0], 0))
    return f"HIERARCHY\n{text}\nMOTION\nFrames: 2\nFrame Time: 0.033333\n{still}\n{still}\n".encode()


def _plain(name):
    return "".join(c if c.isalnum() else "_" for c in name)


def read_bvh(text):
    """Return offsets and channels of each joint by name, and frames: rate and rows of numbers."""
    joints, names, words = {}, [], text.split()
    at = 0
    while words[at] != "MOTION":
        if words[at] in ("ROOT", "JOINT"):
            names.append(words[at + 1])
        elif words[at] == "End":
            names.append("")
        elif words[at] == "OFFSET" and names[-1]:
            joints[names[-1]] = [Vector(map(float, words[at + 1 : at + 4])), []]
        elif words[at] == "CHANNELS":
            count = int(words[at + 1])
            joints[names[-1]][1] = words[at + 2 : at + 2 + count]
        at += 1
    frames, rate = int(words[at + 2]), 1 / float(words[at + 5])
    width = sum(len(channels) for _, channels in joints.values())
    numbers = [float(word) for word in words[at + 6 : at + 6 + frames * width]]
    return joints, rate, [numbers[i * width : (i + 1) * width] for i in range(frames)]


def key_onto(armature, bvh, name):
    """Key the bones of an armature by a BVH file on its own rig, in a new action from the current frame on; return the frames."""
    joints, rate, rows = read_bvh(bvh)
    bones = bones_of(armature)
    size = 100 * armature.matrix_world.median_scale
    scene = bpy.context.scene
    step = scene.render.fps / scene.render.fps_base / rate
    data = armature.animation_data or armature.animation_data_create()
    data.action = bpy.data.actions.new(name)
    by_number = {f"b{i}_{_plain(bone.name)}": bone.name for i, bone in enumerate(bones)}
    for bone in bones:
        armature.pose.bones[bone.name].rotation_mode = "QUATERNION"
    for number, row in enumerate(rows):
        frame, at = scene.frame_current + number * step, 0
        for joint, (offset, channels) in joints.items():
            values = dict(zip(channels, row[at : at + len(channels)], strict=True))
            at += len(channels)
            bone = armature.pose.bones[by_number[joint]]
            rest = bone.bone.matrix_local.to_3x3()
            turn = Matrix.Identity(3)
            for channel, value in values.items():
                if channel.endswith("rotation"):
                    turn = turn @ Euler([value * 0.017453292519943295 * (axis == channel[0]) for axis in "XYZ"]).to_matrix()
            basis = rest.transposed() @ TO_BLENDER @ turn @ TO_BLENDER.transposed() @ rest
            turned = basis.to_quaternion()
            if number:
                turned.make_compatible(bone.rotation_quaternion)
            bone.rotation_quaternion = turned
            bone.keyframe_insert("rotation_quaternion", frame=frame)
            if any(channel.endswith("position") for channel in channels):
                place = Vector([values.get(f"{axis}position", offset[i]) for i, axis in enumerate("XYZ")])
                bone.location = rest.transposed() @ (TO_BLENDER @ (place - offset)) / size
                bone.keyframe_insert("location", frame=frame)
    return len(rows)


class Hit(bpy.types.PropertyGroup):
    clip: bpy.props.StringProperty()
    caption: bpy.props.StringProperty()
    strength: bpy.props.StringProperty()


class Preferences(bpy.types.AddonPreferences):
    bl_idname = __name__
    address: bpy.props.StringProperty(name="Address", default=ADDRESS)
    token: bpy.props.StringProperty(name="Token", subtype="PASSWORD", description="What motionpatches serve printed or keeps")

    def draw(self, _context):
        self.layout.prop(self, "address")
        self.layout.prop(self, "token")


class _Asking(bpy.types.Operator):
    """What asks the library; a refusal is a message in Blender's own way."""

    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        try:
            self.run(context)
        except Refused as refused:
            self.report({"ERROR"}, str(refused))
            return {"CANCELLED"}
        return {"FINISHED"}


class Search(_Asking):
    """Ask the library for motions"""

    bl_idname, bl_label = "motion_patches.search", "Search"

    def run(self, context):
        scene = context.scene
        found = json.loads(ask("/search", text=scene.motion_patches_query, k=scene.motion_patches_count))
        scene.motion_patches_hits.clear()
        for hit in found["hits"]:
            row = scene.motion_patches_hits.add()
            row.clip, row.strength = hit["id"], hit["strength"]
            row.caption = row.name = (hit["captions"] or [hit["id"]])[0]
        scene.motion_patches_chosen = 0


class BringOnto(_Asking):
    """Key the chosen armature by the chosen motion, in a new action from the current frame on"""

    bl_idname, bl_label = "motion_patches.bring_onto", "Bring onto Armature"

    @classmethod
    def poll(cls, context):
        return context.object is not None and context.object.type == "ARMATURE" and _chosen(context) is not None

    def run(self, context):
        hit, armature = _chosen(context), context.object
        bvh = ask("/motion", rest_as_bvh(armature), clip=hit.clip).decode()
        frames = key_onto(armature, bvh, hit.caption[:60])
        self.report({"INFO"}, f"{frames} frames on {armature.name}")


class BringIn(_Asking):
    """Bring the chosen motion in with an armature of its own"""

    bl_idname, bl_label = "motion_patches.bring_in", "Bring In"

    @classmethod
    def poll(cls, context):
        return _chosen(context) is not None

    def run(self, context):
        content = ask("/motion", clip=_chosen(context).clip, format="glb")
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "motion.glb")
            with open(file, "wb") as stream:
                stream.write(content)
            bpy.ops.import_scene.gltf(filepath=file)


class Rows(bpy.types.UIList):
    bl_idname = "MOTION_PATCHES_UL_hits"

    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property):
        row = layout.row()
        row.label(text=item.caption)
        row.label(text=item.strength)


class Panel(bpy.types.Panel):
    bl_idname, bl_label = "MOTION_PATCHES_PT_panel", "Motion Patches"
    bl_space_type, bl_region_type, bl_category = "VIEW_3D", "UI", "Motion Patches"

    def draw(self, context):
        scene, layout = context.scene, self.layout
        row = layout.row(align=True)
        row.prop(scene, "motion_patches_query", text="")
        row.operator(Search.bl_idname, text="", icon="VIEWZOOM")
        layout.prop(scene, "motion_patches_count")
        layout.template_list(Rows.bl_idname, "", scene, "motion_patches_hits", scene, "motion_patches_chosen")
        layout.operator(BringOnto.bl_idname)
        layout.operator(BringIn.bl_idname)


def _chosen(context):
    hits, at = context.scene.motion_patches_hits, context.scene.motion_patches_chosen
    return hits[at] if 0 <= at < len(hits) else None


CLASSES = (Hit, Preferences, Search, BringOnto, BringIn, Rows, Panel)
PROPERTIES = {
    "motion_patches_query": lambda: bpy.props.StringProperty(name="What the motion should show"),
    "motion_patches_count": lambda: bpy.props.IntProperty(name="Hits", default=8, min=1, max=100),
    "motion_patches_hits": lambda: bpy.props.CollectionProperty(type=Hit),
    "motion_patches_chosen": lambda: bpy.props.IntProperty(),
}


def register():
    for one in CLASSES:
        bpy.utils.register_class(one)
    for name, make in PROPERTIES.items():
        setattr(bpy.types.Scene, name, make())


def unregister():
    for name in PROPERTIES:
        delattr(bpy.types.Scene, name)
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
