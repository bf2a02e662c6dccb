"""`motionpatches export`: the window's exports, headless."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from motionpatches.app.cli.console import drive, load, open_path
from motionpatches.core.errors import StudioError
from motionpatches.core.export.write import EXPORTERS


def add_export(sub: Any) -> None:
    p = sub.add_parser("export", help="a motion, or the results of a query, as picture, video or data")
    p.add_argument("motion", nargs="?", type=Path, help="a motion file, or a library with --clip or --query")
    p.add_argument("--clip", help="the id of a clip of the library")
    p.add_argument("--query", help="export what this sentence finds")
    p.add_argument("-k", type=int, default=5)
    p.add_argument("-o", "--out", type=Path, required=True, help="OUT.{gif,mp4,png,bvh,npy,npz,csv}; a folder with --query")
    p.add_argument("--format", default="gif", choices=("gif", "mp4", "png", "bvh", "npy", "npz", "csv"), help="with --query")
    p.add_argument("--start", type=float, default=0.0, help="seconds")
    p.add_argument("--end", type=float, default=0.0, help="seconds; 0: to the end")
    p.add_argument("--size", default="720x720")
    p.add_argument("--fps", type=float, default=25.0)
    p.add_argument("--look", default="light", choices=("light", "dark", "transparent"))
    p.add_argument("--turn", type=float, default=0.0, help="seconds for a turn of the camera")
    p.add_argument("--trails", action="store_true")
    p.add_argument("--sheet", type=int, default=1, help="frames on a contact sheet (.png)")
    p.add_argument("--model", type=Path)
    p.add_argument("--device", default="auto", choices=("auto", "cuda", "mps", "cpu"))
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=export)


def export(options: argparse.Namespace) -> int:
    suffix = f".{options.format}" if options.query else options.out.suffix.lower()
    with _surface(suffix) as surface:
        written = _write(options, suffix, surface)
    if options.json:
        print(json.dumps({"out": str(options.out), "files": written}))
    else:
        print(f"saved {options.out}", file=sys.stderr)
    return 0


def _write(options: argparse.Namespace, suffix: str, surface: Any) -> list[str]:
    from motionpatches.app.export.jobs import Item, export_each, export_motion, load_item
    from motionpatches.app.export.pictures import Style
    from motionpatches.core.search.retriever import Retriever, update_gallery

    if options.fps <= 0 or options.fps > 120 or options.sheet < 1:
        raise StudioError("--fps lies between 1 and 120, --sheet is at least 1.")
    try:
        size = tuple(int(v) for v in options.size.lower().split("x"))
    except ValueError:
        size = ()
    if len(size) != 2 or not all(16 <= v <= 7680 for v in size):
        raise StudioError(f"--size is WIDTHxHEIGHT in pixels, not {options.size}.")
    style = Style(size, options.fps, options.look, turn_s=options.turn, trails=options.trails)
    library = open_path(options.motion)
    if options.query:
        model = load(options)
        hits = Retriever(model, drive(update_gallery(model, library))).search_text(options.query, options.k)
        items = [Item(h.clip_id, library.by_id[h.clip_id].caption, h.start_s, h.end_s, h.rank, round(h.score, 4)) for h in hits]
        for problem in drive(
            export_each(library, items, options.out, suffix, style, options.sheet, surface, options.query, model.name)
        ):
            print(problem, file=sys.stderr)
        return sorted(f.name for f in options.out.iterdir())
    clip = library.by_id.get(options.clip or library.clips[0].id)
    if clip is None:
        raise StudioError(f"{library.name} has no clip {options.clip!r}.")
    motion = load_item(library, Item(clip.id, start_s=options.start, end_s=options.end))
    drive(export_motion(motion, clip.caption, options.out, style, options.sheet, surface))
    return [options.out.name]


def _surface(suffix: str):
    """What pictures are drawn on, where they are wanted; on a machine without a screen a virtual one."""
    if suffix in EXPORTERS:
        return nullcontext()
    from contextlib import contextmanager

    @contextmanager
    def opened():
        from motionpatches.app.virtual_screen import has_screen, virtual_screen

        with nullcontext() if has_screen() else virtual_screen():
            from motionpatches.app.application import make_application
            from motionpatches.app.gl.offscreen import make_surface

            app = make_application(smooth=True)
            yield make_surface()
            app.shutdown()

    return opened()
