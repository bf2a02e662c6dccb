"""Run by a Python with bpy: imports a character and renders its silhouette in some frames.

Arguments: folder for the answers, a JSON file: `file`, `rate`, `size` of the pictures in pixels, `angle` of view in radians, and
`frames`, each with `at`, `eye` and `target` in metres, Y up.
"""

import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

out, asked = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
bpy.ops.wm.read_factory_settings(use_empty=True)
for name in ("io_scene_gltf2", "cycles"):
    bpy.ops.preferences.addon_enable(module=name)
scene = bpy.context.scene
scene.render.fps = asked["rate"]
bpy.ops.import_scene.gltf(filepath=asked["file"])
for one in bpy.data.objects:
    # The importer of glTF draws bones as a mesh of its own.
    one.hide_render = one.type == "MESH" and not any(m.type == "ARMATURE" for m in one.modifiers)
scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
scene.collection.objects.link(scene.camera)
scene.camera.data.angle, scene.camera.data.clip_start = asked["angle"], 0.01
scene.render.engine, scene.cycles.samples, scene.cycles.pixel_filter_type = "CYCLES", 16, "BOX"
scene.cycles.use_denoising = False
scene.render.film_transparent = True
scene.render.resolution_x = scene.render.resolution_y = asked["size"]
scene.render.image_settings.color_mode = "RGBA"
armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
start, pictures = round(armature.animation_data.action.frame_range[0]), []
for number, frame in enumerate(asked["frames"]):
    scene.frame_set(start + frame["at"])
    eye, target = (Vector((x, -z, y)) for x, y, z in (frame["eye"], frame["target"]))
    scene.camera.location = eye
    scene.camera.rotation_euler = (target - eye).to_track_quat("-Z", "Y").to_euler()
    scene.render.filepath = str(out / f"{number}.png")
    bpy.ops.render.render(write_still=True)
    picture = bpy.data.images.load(scene.render.filepath)
    pixels = np.array(picture.pixels[:], np.float32).reshape(asked["size"], asked["size"], 4)
    pictures.append(pixels[::-1, :, 3] > 0.5)
np.savez(out / "silhouettes.npz", pictures=np.array(pictures))
os._exit(0)  # bpy may crash when its interpreter ends
