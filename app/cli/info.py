"""`info`: what a file or folder holds and how it was understood; without a path, what the program runs on."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from motionpatches.app.cli.console import answer, open_path
from motionpatches.app.cli.options import add_json, add_layout
from motionpatches.core import api, paths
from motionpatches.core.library.splits import SPLITS
from motionpatches.core.motion.motion import rate_text
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.progress import counted, format_duration
from motionpatches.core.version import VERSION


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        nargs="?",
        metavar="PATH",
        help="a motion file, a folder or a data set (default: what the program itself runs on)",
    )
    add_layout(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print what a path holds, or what the program runs on."""
    if options.path is None:
        _about_program(options)
    else:
        _about_path(options)
    return 0


def _about_program(options: argparse.Namespace) -> None:
    """Print the version, the device and why it was chosen, and the folders of the program."""
    from motionpatches.core.models import device as devices

    device = devices.pick_device()
    folders = {
        "data": str(paths.data()),
        "cache": str(paths.cache()),
        "config": str(paths.config()),
        "reports": str(paths.reports()),
    }
    values = {
        "version": VERSION,
        "device": devices.device_label(device),
        "why": devices.device_reason(device),
        "portable": paths.portable_home() is not None,
        "plug_ins": [asdict(one) for one in api.plug_ins()],
        **folders,
    }
    lines = [f"Motion Patches Studio {VERSION} on {values['device']}. {values['why']}"]
    lines += [f"  {name}: {folder}" for name, folder in folders.items()]
    lines += [f"  plug-in: {one.named}" for one in api.plug_ins()]
    answer(options, values, "\n".join(lines))


def _about_path(options: argparse.Namespace) -> None:
    """Print counts of a library, and the first motion with the assumptions it was read with."""
    library = open_path(options.path, options.layout)
    motion = library.load(library.clips[0].id)
    skeleton = motion.skeleton
    parts = {PART_NAMES[i]: [skeleton.joint_names[j] for j in chain] for i, chain in enumerate(skeleton.chains)}
    duration_s = sum(clip.duration_s for clip in library.clips)
    values = {
        "path": str(options.path),
        "layout": library.layout,
        "motions": len(library.clips),
        "captions": sum(len(clip.captions) for clip in library.clips),
        "seconds": round(duration_s, 2),
        "splits": {split: len(library.in_split(split)) for split in SPLITS},
        "first": {
            "id": library.clips[0].id,
            "frames": motion.frame_count,
            "fps": motion.fps,
            "joints": skeleton.joint_count,
            "assumptions": [asdict(a) for a in motion.assumptions],
            "body_parts": parts,
        },
        "notes": library.notes,
        "skipped": [skipped.reason for skipped in library.skipped],
    }
    lines = [f"{library.name}: {library.layout}, {counted(len(library.clips), 'motion')}, {format_duration(duration_s)}"]
    lines += [f"  {note}" for note in library.notes]
    frames, joint_count = counted(motion.frame_count, "frame"), counted(skeleton.joint_count, "joint")
    lines += [f"first motion, {motion.name}: {frames}, {rate_text(motion.fps)} fps, {joint_count}"]
    lines += [f"  {a.what}: {a.value} ({a.reason}; {a.confidence:.0%} sure)" for a in motion.assumptions]
    lines += [f"  {part}: {' '.join(joints)}" for part, joints in parts.items()]
    answer(options, values, "\n".join(lines))
