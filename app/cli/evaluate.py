"""evaluate, classify, similar and reproduce: what the window's panels do, for the terminal."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from motionpatches.app.cli.console import drive, load, model_field, open_path
from motionpatches.core.errors import FileProblem, StudioError, os_problem


def evaluate(options: argparse.Namespace) -> int:
    from motionpatches.core.evaluation.evaluate import evaluate as run_evaluation
    from motionpatches.core.evaluation.report import FORMATS, markdown, values

    for out in options.out:
        if out.suffix not in FORMATS:
            raise FileProblem(out, f"{out.suffix or 'no suffix'} is no format of a report", f"Choose {', '.join(FORMATS)}")
    library, model = open_path(options.library, options.layout), load(options)
    result = drive(
        run_evaluation(
            model,
            library,
            "" if options.split == "all" else options.split,
            options.protocol or (),
            options.seed,
            options.dataset,
            options.sentences,
        )
    )
    for out in options.out:
        try:
            out.write_text(FORMATS[out.suffix](result), encoding="utf-8")
        except OSError as error:
            raise os_problem(out, error) from error
    print(json.dumps(values(result)) if options.json else markdown(result), end="\n" if options.json else "")
    return 0


def classify(options: argparse.Namespace) -> int:
    from motionpatches.core.evaluation.embed import embed_clips, embed_texts
    from motionpatches.core.evaluation.labels import prompts, read_labels, read_truth, truth_of
    from motionpatches.core.evaluation.zero_shot import classify as score

    labels = read_labels(options.labels)
    sentences = prompts(labels, options.prompt)
    table = read_truth(options.truth) if options.truth else None
    library, model = open_path(options.path, options.layout), load(options)
    embedded = drive(embed_clips(model, library, library.in_split(options.split)))
    words = embed_texts(model, sentences)
    scores = embedded.motions @ words.T
    truth = truth_of(embedded.clips, labels, table)
    known = [row for row, right in enumerate(truth) if right]
    result = score(embedded.motions[known], words, [truth[row] for row in known], labels) if known else None
    if options.json:
        print(
            json.dumps(
                {
                    "library": library.name,
                    "model": model.name,
                    "labels": labels,
                    "prompt": options.prompt,
                    "clips": [
                        {"id": clip.id, "label": labels[row.argmax()], "score": round(float(row.max()), 4)}
                        for clip, row in zip(embedded.clips, scores, strict=True)
                    ],
                    "accuracy": result
                    and {
                        "motions": len(known),
                        "top1": round(result.top1, 2),
                        "top5": round(result.top5, 2),
                        "balanced_top1": round(result.balanced1, 2),
                        "balanced_top5": round(result.balanced5, 2),
                        "confusion": result.confusion.tolist(),
                    },
                }
            )
        )
        return 0
    if result is None or len(embedded.clips) <= 20:
        for clip, row in zip(embedded.clips, scores, strict=True):
            best = row.argsort()[::-1][:3]
            print(f"{clip.id:40s}  " + "   ".join(f"{labels[i]} {row[i]:.3f}" for i in best))
    if result is not None:
        print(
            f"{len(known):,} motions with one of {len(labels)} labels: top-1 {result.top1:.2f} %, top-5 {result.top5:.2f} %; "
            f"mean over labels {result.balanced1:.2f} %, {result.balanced5:.2f} %"
        )
    return 0


def similar(options: argparse.Namespace) -> int:
    from motionpatches.core.library.folder import load_take
    from motionpatches.core.search.retriever import Retriever, update_gallery

    if options.k < 1:
        raise StudioError("-k must be at least 1.")
    library, model = open_path(options.library, options.layout), load(options)
    own = library.by_id.get(str(options.motion))
    motion = library.load(own.id) if own else load_take(Path(options.motion))
    if not 0 <= options.start < min(options.end or motion.duration_s, motion.duration_s):
        raise StudioError(f"From {options.start:g} to {options.end:g} s there is no frame of {motion.name}.")
    motion = motion.cut(options.start, options.end)
    gallery = drive(update_gallery(model, library))
    retriever = Retriever(model, gallery)
    hits = retriever.search_motion(motion, options.k)
    captions = drive(retriever.captions_near(motion, library, options.k)) if options.captions else []
    if options.json:
        print(
            json.dumps(
                {
                    "motion": str(options.motion),
                    "library": library.name,
                    "model": model.name,
                    "hits": [
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
                    ],
                    "captions": [{"caption": text, "score": round(score, 4)} for text, score in captions],
                }
            )
        )
        return 0
    for h in hits:
        print(f"{h.rank:3d}  {h.score:.3f}  {h.clip_id:40s}  {library.by_id[h.clip_id].caption}")
    if captions:
        print("captions nearest to it:")
    for text, score in captions:
        print(f"     {score:.3f}  {text}")
    return 0


def reproduce(options: argparse.Namespace) -> int:
    from motionpatches.core.reproduce import Settings
    from motionpatches.core.reproduce import reproduce as run_table

    given = {name: getattr(options, name) for name in ("epochs", "batch", "seed", "chunk")}
    changes = {name: value for name, value in given.items() if value is not None}
    if options.set:
        changes["model"] = dict(model_field(text) for text in options.set)
    text = drive(run_table(options.table, Settings(options.data, options.runs, options.preset, changes)))
    if options.out:
        try:
            options.out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise os_problem(options.out, error) from error
    print(text, end="")
    return 0
