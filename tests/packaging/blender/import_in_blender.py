"""Run by a Python with bpy: imports motion files by Blender's own importers and saves where the bones' heads are.

Arguments: folder for the answers, then files. A rate is set before, since importers take keys to frames of the scene.
"""

import os
import sys
from pathlib import Path

import bpy
import numpy as np

out, files = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
IMPORTERS = {
    ".glb": lambda name: bpy.ops.import_scene.gltf(filepath=name),
    ".fbx": lambda name: bpy.ops.import_scene.fbx(filepath=name),
    ".bvh": lambda name: bpy.ops.import_anim.bvh(filepath=name, global_scale=0.01, rotate_mode="QUATERNION", use_fps_scale=False),
}
for file in files:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for name in ("io_scene_fbx", "io_anim_bvh", "io_scene_gltf2"):
        bpy.ops.preferences.addon_enable(module=name)
    scene = bpy.context.scene
    scene.render.fps = 20
    IMPORTERS[file.suffix](str(file))
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    start, end = armature.animation_data.action.frame_range
    found = []
    for frame in range(round(start), round(end) + 1):
        scene.frame_set(frame)
        found.append([armature.matrix_world @ bone.head for bone in armature.pose.bones])
    names = np.array([bone.name for bone in armature.pose.bones])
    np.savez(out / f"{file.stem}{file.suffix}.npz", places=np.array(found), names=names)
os._exit(0)  # bpy may crash when its interpreter ends
