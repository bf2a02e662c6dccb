"""Blender add-on: list the results that an open window shows, or those of a library that is served, and bring them in.

The window answers while "Let Blender See the Results" is on in its menu File, and is found by itself; `motionpatches serve` has
an address and a token. The rest pose of the armature is sent as BVH, and the clip comes back as BVH on that rig: its rotations,
in the world's axes at rest, become those of the pose bones. Blender 4.2 or later.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import bpy
import bpy.utils.previews
from mathutils import Euler, Matrix, Vector

bl_info = {
    "name": "Motion Patches",
    "author": "Motion Patches Studio contributors",
    "version": (0, 3, 0),
    "blender": (4, 2, 0),
    "location": "3D View > Sidebar > Motion Patches",
    "description": "Bring motions that were found by a sentence onto an armature",
    "category": "Animation",
}

ADDRESS, WAIT_S = "http://127.0.0.1:8765", 30
HOME_VARIABLE, APP, FILE = "MOTIONPATCHES_HOME", "MotionPatchesStudio", "window.json"
# Most hits that are listed with a picture.
PICTURES = 24
TURN_ON = "In the window choose File > Let Blender See the Results."
# Blender has Z up and its figures face -Y; BVH files here have Y up and face +Z.
TO_BLENDER = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))


class Refused(Exception):
    """What the library answered instead, or why it did not."""


def window_file():
    """Return the file in which an open window keeps address and token."""
    home = _preferences().folder or os.environ.get(HOME_VARIABLE)
    if home:
        return os.path.join(os.path.expanduser(home), "data", FILE)
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        data = os.path.expanduser("~/Library/Application Support")
    else:
        data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(data, APP, FILE)


def place():
    """Return address and token of what is asked, and what to do where it does not answer; raise Refused where no window does."""
    preferences = _preferences()
    if preferences.source == "SERVED":
        return preferences.address, preferences.token, "Start it: motionpatches serve TAKES"
    try:
        with open(window_file(), encoding="utf-8") as stream:
            values = json.load(stream)
        return str(values["address"]), str(values["token"]), TURN_ON
    except FileNotFoundError:
        raise Refused(f"No window answers. {TURN_ON}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"{window_file()} cannot be read ({error}). {TURN_ON}") from None


def ask(path, content=None, **values):
    """Return the bytes that window or library answers; raise Refused with a sentence."""
    address, token, what_to_do = place()
    url = f"{address.rstrip('/')}{path}?{urllib.parse.urlencode(values)}"
    if not url.startswith(("http://", "https://")):
        raise Refused("The address in the add-on's preferences does not begin with http://.")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=WAIT_S) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        try:
            raise Refused(json.loads(error.read())["error"]) from None
        except (ValueError, KeyError, TypeError):
            raise Refused(f"{address} answers {error.code}, as no library does. {what_to_do}") from None
    except (OSError, ValueError) as error:
        raise Refused(f"Nothing answers at {address} ({error}). {what_to_do}") from None


def _preferences():
    return bpy.context.preferences.addons[__name__].preferences


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
    start_s: bpy.props.FloatProperty()
    end_s: bpy.props.FloatProperty()
    picture: bpy.props.StringProperty()


class Preferences(bpy.types.AddonPreferences):
    bl_idname = __name__
    source: bpy.props.EnumProperty(
        name="Ask",
        items=(
            ("WINDOW", "Open Window", "List the results that the window of Motion Patches Studio shows"),
            ("SERVED", "Served Library", "Ask a library that motionpatches serve answers for"),
        ),
    )
    folder: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", description="Folder of a portable Motion Patches Studio; empty where it is installed"
    )
    address: bpy.props.StringProperty(name="Address", default=ADDRESS)
    token: bpy.props.StringProperty(name="Token", subtype="PASSWORD", description="What motionpatches serve printed or keeps")

    def draw(self, _context):
        self.layout.row().prop(self, "source", expand=True)
        for name in ("folder",) if self.source == "WINDOW" else ("address", "token"):
            self.layout.prop(self, name)


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


class Refresh(_Asking):
    """List the results that the window shows now"""

    bl_idname, bl_label = "motion_patches.refresh", "Refresh"

    def run(self, context):
        found = json.loads(ask("/shown"))
        context.scene.motion_patches_query = found["query"]
        list_hits(context.scene, found["hits"])
        if not found["hits"]:
            self.report({"INFO"}, "The window shows no results. Search there, then choose Refresh.")


class Search(_Asking):
    """Ask the library for motions"""

    bl_idname, bl_label = "motion_patches.search", "Search"

    def run(self, context):
        scene = context.scene
        found = json.loads(ask("/search", text=scene.motion_patches_query, k=scene.motion_patches_count))
        list_hits(scene, found["hits"])


class BringOnto(_Asking):
    """Key the chosen armature by the chosen motion, in a new action from the current frame on"""

    bl_idname, bl_label = "motion_patches.bring_onto", "Bring onto Armature"

    @classmethod
    def poll(cls, context):
        return context.object is not None and context.object.type == "ARMATURE" and _chosen(context) is not None

    def run(self, context):
        hit, armature = _chosen(context), context.object
        bvh = ask("/motion", rest_as_bvh(armature), hands=context.scene.motion_patches_hands, **_what(context)).decode()
        frames = key_onto(armature, bvh, hit.caption[:60])
        self.report({"INFO"}, f"{frames} frames on {armature.name}")


class BringIn(_Asking):
    """Bring the chosen motion in with an armature of its own"""

    bl_idname, bl_label = "motion_patches.bring_in", "Bring In"

    @classmethod
    def poll(cls, context):
        return _chosen(context) is not None

    def run(self, context):
        content = ask("/motion", format="glb", **_what(context))
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
        row.label(text=f"{item.start_s:.1f}–{item.end_s:.1f} s  {item.strength}")


class Panel(bpy.types.Panel):
    bl_idname, bl_label = "MOTION_PATCHES_PT_panel", "Motion Patches"
    bl_space_type, bl_region_type, bl_category = "VIEW_3D", "UI", "Motion Patches"

    def draw(self, context):
        scene, layout, preferences = context.scene, self.layout, _preferences()
        layout.row().prop(preferences, "source", expand=True)
        if preferences.source == "WINDOW":
            layout.operator(Refresh.bl_idname, icon="FILE_REFRESH")
            layout.label(text=scene.motion_patches_query or "No query")
        else:
            row = layout.row(align=True)
            row.prop(scene, "motion_patches_query", text="")
            row.operator(Search.bl_idname, text="", icon="VIEWZOOM")
            layout.prop(scene, "motion_patches_count")
        layout.template_list(Rows.bl_idname, "", scene, "motion_patches_hits", scene, "motion_patches_chosen")
        hit = _chosen(context)
        if hit is not None and hit.picture in _pictures:
            layout.template_icon(_pictures[hit.picture].icon_id, scale=6)
        layout.prop(scene, "motion_patches_range")
        layout.prop(scene, "motion_patches_hands")
        layout.operator(BringOnto.bl_idname)
        layout.operator(BringIn.bl_idname)


def list_hits(scene, hits):
    """Show hits in the place of those that are there, the first of them with their pictures."""
    _pictures.clear()
    scene.motion_patches_hits.clear()
    for hit in hits:
        row = scene.motion_patches_hits.add()
        row.clip, row.strength, row.start_s, row.end_s = hit["id"], hit["strength"], hit["start_s"], hit["end_s"]
        row.caption = row.name = hit.get("caption") or (hit["captions"] or [hit["id"]])[0]
        if len(_pictures) < PICTURES:
            row.picture = hit["picture"]
            picture(row.picture)
    scene.motion_patches_chosen = 0


def picture(address):
    """Fetch a small picture; without it the list is as good."""
    path, _, values = address.partition("?")
    with contextlib.suppress(Refused), tempfile.TemporaryDirectory() as folder:
        content = ask(path, **dict(urllib.parse.parse_qsl(values)))
        file = os.path.join(folder, "picture.png")
        with open(file, "wb") as stream:
            stream.write(content)
        _ = _pictures.load(address, file, "IMAGE").image_size[:]  # read while the file is there


def _what(context):
    """Return the chosen clip as values of a request, with its range where that alone is wanted."""
    hit = _chosen(context)
    wanted = {"start_s": hit.start_s, "end_s": hit.end_s} if context.scene.motion_patches_range else {}
    return {"clip": hit.clip, **wanted}


def _chosen(context):
    hits, at = context.scene.motion_patches_hits, context.scene.motion_patches_chosen
    return hits[at] if 0 <= at < len(hits) else None


CLASSES = (Hit, Preferences, Refresh, Search, BringOnto, BringIn, Rows, Panel)
PROPERTIES = {
    "motion_patches_query": lambda: bpy.props.StringProperty(name="What the motion should show"),
    "motion_patches_count": lambda: bpy.props.IntProperty(name="Hits", default=8, min=1, max=100),
    "motion_patches_hits": lambda: bpy.props.CollectionProperty(type=Hit),
    "motion_patches_chosen": lambda: bpy.props.IntProperty(),
    "motion_patches_range": lambda: bpy.props.BoolProperty(
        name="Found Range Only", description="Bring the seconds that answer best instead of the whole motion"
    ),
    "motion_patches_hands": lambda: bpy.props.BoolProperty(
        name="Hands in Place", description="Hands are where they were in space; elbows bend for it"
    ),
}
_pictures = None


def register():
    global _pictures
    _pictures = bpy.utils.previews.new()
    for one in CLASSES:
        bpy.utils.register_class(one)
    for name, make in PROPERTIES.items():
        setattr(bpy.types.Scene, name, make())


def unregister():
    for name in PROPERTIES:
        delattr(bpy.types.Scene, name)
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
    bpy.utils.previews.remove(_pictures)
