"""Run by a Python with bpy: installs the add-on, brings two clips in and onto an armature, and saves where the bones are.

Arguments: address, token, clip that is brought in, clip that is brought onto its armature, folder for the answers.
"""

import json
import os
import sys
from pathlib import Path

address, token, first, second, out = sys.argv[1:]
os.environ["BLENDER_USER_SCRIPTS"] = os.environ["BLENDER_USER_CONFIG"] = out
import bpy  # noqa: E402
import numpy as np  # noqa: E402

ADDON = Path(__file__).resolve().parents[3] / "packaging" / "blender" / "motion_patches.py"


def heads(armature, frames):
    """(T, J, 3) world places of the bones' heads, and their names."""
    bones = armature.pose.bones
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame), subframe=frame - int(frame))
        found.append([armature.matrix_world @ bone.head for bone in bones])
    return np.array(found), [bone.name for bone in bones]


bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.preferences.addon_install(filepath=str(ADDON))
bpy.ops.preferences.addon_enable(module="motion_patches")
preferences = bpy.context.preferences.addons["motion_patches"].preferences
preferences.source, preferences.address, preferences.token = "SERVED", address, token
scene = bpy.context.scene
scene.render.fps, scene.frame_current = 20, 1

scene.motion_patches_query = "someone kicks"
assert bpy.ops.motion_patches.search() == {"FINISHED"}
asked = [hit.clip for hit in scene.motion_patches_hits]
scene.motion_patches_hits.clear()
for clip in (first, second):
    scene.motion_patches_hits.add().clip = clip

scene.motion_patches_chosen = 0
assert bpy.ops.motion_patches.bring_in() == {"FINISHED"}
armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
action = armature.animation_data.action
start, end = action.frame_range
brought_in, names = heads(armature, np.arange(int(start), int(end) + 1))

bpy.context.view_layer.objects.active = armature
armature.animation_data_clear()
scene.frame_set(1)
scene.motion_patches_chosen = 1
assert bpy.ops.motion_patches.bring_onto() == {"FINISHED"}
start, end = armature.animation_data.action.frame_range
onto, _ = heads(armature, np.arange(int(start), round(end) + 1))
module = sys.modules["motion_patches"]
rig, rig_names = module.rest_as_bvh(armature), [bone.name for bone in module.bones_of(armature)]
answer = module.ask("/motion", rig, clip=second)
preferences.token = "another token"
refused = ""
try:
    bpy.ops.motion_patches.search()
except RuntimeError as error:
    refused = str(error)

# What the window shows, which is found by its file; the range of its first result alone.
preferences.source = "WINDOW"
assert bpy.ops.motion_patches.refresh() == {"FINISHED"}
hits = scene.motion_patches_hits
shown = [[hit.clip, hit.caption, hit.start_s, hit.end_s, list(module._pictures[hit.picture].image_size)] for hit in hits]
armature.animation_data_clear()
scene.frame_set(1)
scene.motion_patches_chosen, scene.motion_patches_range = 0, True
assert bpy.ops.motion_patches.bring_onto() == {"FINISHED"}
start, end = armature.animation_data.action.frame_range
part, _ = heads(armature, np.arange(int(start), round(end) + 1))
np.savez(Path(out) / "bones.npz", brought_in=brought_in, onto=onto, part=part)
(Path(out) / "onto.bvh").write_bytes(answer)
facts = {"names": names, "rig": rig_names, "asked": asked, "refused": refused, "shown": shown}
(Path(out) / "facts.json").write_text(json.dumps(facts))
os._exit(0)  # bpy may crash when its interpreter ends
