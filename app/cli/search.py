"""`search`, `similar` and `index`: the motions nearest to a query or to a motion, and the index they are found in."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import (
    UsageError,
    answer,
    cut_range,
    drive,
    open_model,
    open_motion,
    open_path,
    searcher,
    tell,
)
from motionpatches.app.cli.options import (
    add_by_motion,
    add_json,
    add_k,
    add_libraries,
    add_libraries_argument,
    add_model,
    add_range,
    add_this,
)
from motionpatches.app.cli.shards import add_shards, indexed
from motionpatches.app.cli.shared import add_shared, ask_it, received, sent
from motionpatches.core.library.kept import marks_of, sheet_of
from motionpatches.core.library.library import Library
from motionpatches.core.progress import counted
from motionpatches.core.search.strength import score_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.gallery import Hit


def add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "query",
        metavar="QUERY",
        help="a sentence, or terms joined by ' + ' and ' - ', as in 'this + running - walking'; words such as len>3 filter",
    )
    add_this(parser)
    add_by_motion(parser)
    add_libraries(parser)
    add_shared(parser, ", asked alone where no library is named")
    add_k(parser, 10)
    add_model(parser)
    add_json(parser)


def search(options: argparse.Namespace) -> int:
    """Print the motions that answer a query, found as the window finds them: exact words first."""
    if options.shared and not options.library:
        return ask_it(options)
    library, model = open_path(options.library, options.layout), open_model(options)
    library = received(options, model, library)
    hits = find_hits(options, library, model, options.by_motion)
    values = {"query": options.query, "model": model.name, "library": library.name, "hits": hit_rows(hits, library)}
    answer(options, values, "\n".join(_lines(hits, library)))
    return 0


def add_similar(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("motion", metavar="MOTION", help="a motion file, or the id of a clip of the library")
    add_range(parser)
    parser.add_argument("--captions", action="store_true", help="also print the captions nearest to the motion")
    add_libraries(parser)
    add_k(parser, 10)
    add_model(parser)
    add_json(parser)


def similar(options: argparse.Namespace) -> int:
    """Print the motions nearest to a motion or a range of it."""
    library, model = open_path(options.library, options.layout), open_model(options)
    motion = cut_range(open_motion(options.motion, library), options.start, options.end)
    retriever = searcher(model, library)
    hits = retriever.search_motion(motion, options.k)
    captions = drive(retriever.captions_near(motion, library, options.k)) if options.captions else []
    values = {
        "motion": options.motion,
        "library": library.name,
        "model": model.name,
        "hits": hit_rows(hits, library),
        "captions": [{"caption": text, "score": round(score, 4)} for text, score in captions],
    }
    lines = _lines(hits, library)
    if captions:
        lines += ["nearest captions:", *(f"     {score:.3f}  {text}" for text, score in captions)]
    answer(options, values, "\n".join(lines))
    return 0


def add_index(parser: argparse.ArgumentParser) -> None:
    add_libraries_argument(parser)
    add_model(parser)
    parser.add_argument(
        "--token-bits",
        type=int,
        choices=(16, 4),
        help="how precisely patch tokens are kept, by a model that has them (default: as they are kept, 16 where there are none)",
    )
    add_shards(parser)
    add_shared(parser, "; vectors of others are taken from it, new ones are sent")
    add_json(parser)


def index(options: argparse.Namespace) -> int:
    """Encode the motions of a library that are new or changed, for searches to come."""
    from motionpatches.core.search.token_indexing import update_tokens

    library, model = open_path(options.library, options.layout), open_model(options)
    library = received(options, model, library)
    gallery = indexed(options, library, model)
    sent(options, library, gallery)
    tokens = None if options.shard else drive(update_tokens(model, library, bits=options.token_bits))
    values = {
        "library": library.name,
        "model": model.name,
        "motions": len(library.clips),
        "entries": len(gallery.entries),
        "skipped": list(gallery.skipped),
        "token_bits": tokens.bits if tokens is not None else None,
    }
    entries, motions = counted(len(gallery.entries), "entry", "entries"), counted(len(library.clips), "motion")
    text = f"{entries} for {motions}; {len(gallery.skipped)} left out"
    answer(options, values, text)
    return 0


def find_hits(options: argparse.Namespace, library: Library, model: MotionTextModel, by_motion: bool = False) -> list[Hit]:
    """Find the clips that answer --query, -k of them; --this names the motion of the term 'this'. Raises StudioError."""
    from motionpatches.core.library.words import WordIndex
    from motionpatches.core.search.find import find
    from motionpatches.core.search.query import parse

    if options.this is None and parse(options.query).has_this:
        raise UsageError("Name the motion that 'this' means in the query: --this MOTION.")
    shown = open_motion(options.this, library) if options.this is not None else None
    retriever = searcher(model, library)
    found = find(
        retriever,
        WordIndex.of(library.clips),
        options.query,
        options.k,
        shown,
        marks=marks_of(library),
        sheet=sheet_of(library),
        most_exact=0 if by_motion else None,
    )
    if found.note:
        tell(found.note)
    return list(found.hits)


def hit_rows(hits: Sequence[Hit], library: Library) -> list[dict[str, Any]]:
    """Return hits as JSON rows: rank, id, score (None: in no gallery), strength ('' for a motion or a sum), caption, path, range
    in seconds."""
    return [
        {
            "rank": hit.rank,
            "id": hit.clip_id,
            "score": None if math.isnan(hit.score) else round(hit.score, 4),
            "strength": hit.strength,
            "caption": library.by_id[hit.clip_id].caption,
            "path": str(library.by_id[hit.clip_id].path),
            "start_s": hit.start_s,
            "end_s": hit.end_s,
        }
        for hit in hits
    ]


def _lines(hits: Sequence[Hit], library: Library) -> list[str]:
    return [f"{hit.rank:3d}  {score_text(hit, 3):12s}  {hit.clip_id:40s}  {library.by_id[hit.clip_id].caption}" for hit in hits]
