"""What the subcommands do: call the core, print for people or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from motionpatches.app.cli.console import drive, load, open_path
from motionpatches.core import paths as app_paths
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.progress import format_duration
from motionpatches.core.version import VERSION

SAMPLE_QUERY = "a person waves with the right hand"


def info(options: argparse.Namespace) -> int:
    return _about_program(options) if options.path is None else _about_path(options)


def _about_program(options: argparse.Namespace) -> int:
    """What runs here, on what, why, and where it keeps things."""
    from motionpatches.core.models import device as devices

    device = devices.pick_device()
    values = {
        "version": VERSION,
        "device": devices.device_label(device),
        "why": devices.device_reason(device),
        "portable": app_paths.portable_home() is not None,
        "data": str(app_paths.data()),
        "cache": str(app_paths.cache()),
        "config": str(app_paths.config()),
        "reports": str(app_paths.reports()),
    }
    if options.json:
        print(json.dumps(values))
    else:
        print(f"Motion Patches Studio {VERSION} on {values['device']}. {values['why']}")
        for name in ("data", "cache", "config", "reports"):
            print(f"  {name}: {values[name]}")
    return 0


def _about_path(options: argparse.Namespace) -> int:
    library = open_path(options.path, options.layout)
    motion = library.load(library.clips[0].id)
    skeleton = motion.skeleton
    parts = {PART_NAMES[i]: [skeleton.joint_names[j] for j in chain] for i, chain in enumerate(skeleton.chains)}
    seconds = sum(c.duration_s for c in library.clips)
    values = {
        "path": str(options.path),
        "layout": library.layout,
        "motions": len(library.clips),
        "captions": sum(len(c.captions) for c in library.clips),
        "seconds": round(seconds, 2),
        "splits": {s: sum(c.split == s for c in library.clips) for s in ("train", "val", "test")},
        "first": {
            "id": library.clips[0].id,
            "frames": motion.frame_count,
            "fps": motion.fps,
            "joints": skeleton.joint_count,
            "assumptions": [asdict(a) for a in motion.assumptions],
            "body_parts": parts,
        },
        "notes": library.notes,
        "skipped": [s.reason for s in library.skipped],
    }
    if options.json:
        print(json.dumps(values))
        return 0
    print(f"{library.name}: {library.layout}, {len(library.clips):,} motions, {format_duration(seconds)}")
    for note in library.notes:
        print(f"  {note}")
    print(f"first motion, {motion.name}: {motion.frame_count} frames, {motion.fps:g} fps, {skeleton.joint_count} joints")
    for a in motion.assumptions:
        print(f"  {a.what}: {a.value} ({a.reason}; {a.confidence:.0%} sure)")
    for name, joints in parts.items():
        print(f"  {name}: {' '.join(joints)}")
    return 0


def search(options: argparse.Namespace) -> int:
    from motionpatches.core.search.retriever import Retriever, update_gallery

    if options.k < 1:
        raise StudioError("-k must be at least 1.")
    library, model = open_path(options.library, options.layout), load(options)
    gallery = drive(update_gallery(model, library))
    if gallery.skipped:
        print(f"{len(gallery.skipped)} left out of the search. {gallery.skipped[0]}", file=sys.stderr)
    hits = Retriever(model, gallery).search_text(options.text, options.k)
    rows = [
        {
            "rank": h.rank,
            "id": h.clip_id,
            "score": round(h.score, 4),
            "caption": library.by_id[h.clip_id].caption,
            "path": str(library.by_id[h.clip_id].path),
            "start_s": h.start_s,
            "end_s": h.end_s,
        }
        for h in hits
        if h.clip_id in library.by_id
    ]
    if options.json:
        print(json.dumps({"query": options.text, "model": model.name, "library": library.name, "hits": rows}))
    else:
        for row in rows:
            print(f"{row['rank']:3d}  {row['score']:.3f}  {row['id']:40s}  {row['caption']}")
    return 0


def index(options: argparse.Namespace) -> int:
    from motionpatches.core.search.retriever import update_gallery

    library, model = open_path(options.library, options.layout), load(options)
    gallery = drive(update_gallery(model, library))
    values = {
        "library": library.name,
        "model": model.name,
        "motions": len(library.clips),
        "entries": len(gallery.entries),
        "skipped": list(gallery.skipped),
    }
    print(
        json.dumps(values)
        if options.json
        else f"{values['entries']:,} entries for {values['motions']:,} motions; {len(gallery.skipped)} left out"
    )
    return 0


def patches(options: argparse.Namespace) -> int:
    import numpy as np

    from motionpatches.core.library.folder import load_take
    from motionpatches.core.models.config import preset
    from motionpatches.core.patches import compute_statistics, prepare, to_patches, to_rgb

    recipe = preset(options.preset).patches
    motion = prepare(load_take(options.motion), recipe)
    if options.statistics is None:
        statistics = compute_statistics([motion], recipe)
    elif (options.statistics / "model.safetensors").exists():
        from motionpatches.core.models.checkpoint import load_model

        model = load_model(options.statistics)
        statistics = model.statistics
        recipe = model.config.patches
        motion = prepare(load_take(options.motion), recipe)
    else:
        library = open_path(options.statistics)
        clips = library.in_split("train") if recipe.normalisation == "sample_point" else library.clips
        statistics = compute_statistics((prepare(library.load(c.id), recipe) for c in clips or library.clips), recipe)
    image = to_patches(motion, statistics, recipe=recipe)
    try:
        if options.out.suffix == ".npy":
            np.save(options.out, image.pixels)
        elif options.out.suffix == ".png":
            from PIL import Image

            Image.fromarray(to_rgb(image.pixels)).save(options.out)
        else:
            raise FileProblem(options.out, "it is neither .npy nor .png", "Choose one of them")
    except OSError as error:
        raise os_problem(options.out, error) from error
    values = {"motion": str(options.motion), "out": str(options.out), "frames": image.frames, "preset": options.preset}
    print(json.dumps(values) if options.json else f"{options.out}: {image.frames} of 224 frames, {image.pixels.shape[2]} columns")
    return 0


def studio(options: argparse.Namespace) -> int:
    from motionpatches.app.virtual_screen import has_screen

    for path in options.paths:
        if not path.exists():
            raise FileProblem(path, "it does not exist", "Check the path")
    if has_screen():
        from motionpatches.app.application import run_studio

        return run_studio(options.paths, options.model, options.device)
    out = Path("studio.png")
    print(
        f"There is no screen here, so the studio runs on a virtual one, is asked {SAMPLE_QUERY!r}, and its window "
        f"is saved as {out}."
    )
    return _shoot(out, options.paths, options, SAMPLE_QUERY, (1600, 1000))


def screenshot(options: argparse.Namespace) -> int:
    paths = [options.library] if options.library else []
    for path in paths:
        if not path.exists():
            raise FileProblem(path, "it does not exist", "Check the path")
    code = _shoot(options.out, paths, options, options.query, options.size)
    if options.json:
        print(json.dumps({"out": str(options.out), "query": options.query, "size": options.size}))
    return code


def _shoot(out: Path, paths: list[Path], options: argparse.Namespace, query: str, size: tuple[int, int]) -> int:
    from contextlib import nullcontext

    from motionpatches.app.virtual_screen import has_screen, virtual_screen

    with nullcontext() if has_screen() else virtual_screen((max(size[0], 640), max(size[1], 480))):
        from motionpatches.app.application import take_screenshot

        problem = take_screenshot(
            out, paths, options.model, options.device, query, size, lambda text: print(text, file=sys.stderr)
        )
    if problem:
        raise StudioError(f"No picture was taken: {problem}")
    print(f"saved {out}", file=sys.stderr)
    return 0
