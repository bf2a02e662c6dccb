"""Run by a Python with bpy: imports characters and saves where Blender moves their vertices.

Arguments: folder for the answers, frames per second, a picture to render or '', then files.
"""

import os
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

out, rate, picture, files = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], [Path(name) for name in sys.argv[4:]]
IMPORTERS = {".glb": bpy.ops.import_scene.gltf, ".fbx": bpy.ops.import_scene.fbx}


def vertices() -> np.ndarray:
    """World places (V, 3) of all meshes as they are drawn, in the order of their names."""
    graph, found = bpy.context.evaluated_depsgraph_get(), []
    # The importer of glTF draws bones as a mesh of its own.
    meshes = [o for o in bpy.data.objects if o.type == "MESH" and any(m.type == "ARMATURE" for m in o.modifiers)]
    for one in sorted(meshes, key=lambda o: o.name):
        drawn = one.evaluated_get(graph)
        places = np.empty(3 * len(drawn.data.vertices), np.float32)
        drawn.data.vertices.foreach_get("co", places)
        matrix = np.array(drawn.matrix_world)
        found.append(places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
    return np.concatenate(found)


def render(file: str) -> None:
    """A picture by Cycles, which needs no screen."""
    scene, low, high = bpy.context.scene, vertices().min(axis=0), vertices().max(axis=0)
    middle, size = Vector((low + high) / 2), float(np.max(high - low))
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    light = bpy.data.objects.new("light", bpy.data.lights.new("light", "SUN"))
    light.data.energy, light.rotation_euler = 3.0, (0.7, 0.2, 0.5)
    camera.location = middle + Vector((0.7 * size, -2.2 * size, 0.5 * size))
    camera.rotation_euler = (middle - camera.location).to_track_quat("-Z", "Y").to_euler()
    for one in (camera, light):
        scene.collection.objects.link(one)
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0.6, 0.62, 0.65, 1)
    scene.camera, scene.render.engine, scene.cycles.samples = camera, "CYCLES", 16
    scene.render.resolution_x = scene.render.resolution_y = 480
    scene.render.filepath = file
    bpy.ops.render.render(write_still=True)


for file in files:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for name in ("io_scene_fbx", "io_scene_gltf2"):
        bpy.ops.preferences.addon_enable(module=name)
    scene = bpy.context.scene
    scene.render.fps = rate
    IMPORTERS[file.suffix](filepath=str(file))
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    start, end = armature.animation_data.action.frame_range
    found = []
    for frame in range(round(start), round(end) + 1):
        scene.frame_set(frame)
        found.append(vertices())
    colours = [
        list(one.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value)
        for one in bpy.data.materials
        if one.use_nodes
    ]
    images = [image.size[:] for image in bpy.data.images if image.has_data or image.packed_file]
    np.savez(out / f"{file.name}.npz", vertices=np.array(found), colours=np.array(colours), images=np.array(images))
    if picture and file.suffix == ".fbx":
        bpy.ops.preferences.addon_enable(module="cycles")
        scene.frame_set(round((start + end) / 2))
        render(picture)
os._exit(0)  # bpy may crash when its interpreter ends
