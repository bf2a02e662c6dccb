"""The example of docs/plug-ins.md: a format of its own (JSON with names, parents and places) read and written, a preset, and a
metric."""

import json
from dataclasses import replace

import numpy as np

from motionpatches.core.evaluation.metrics import averaged_ranks, summarise
from motionpatches.core.evaluation.protocols import Protocol
from motionpatches.core.export.write import Exporter
from motionpatches.core.io.formats import Format
from motionpatches.core.models.config import PRESETS
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated


def read(path):
    """Read {"fps", "names", "parents", "places"}: places (T, J, 3) in metres, Y up."""
    values = json.loads(path.read_text())
    return [
        RawTake(
            np.array(values["places"], np.float32),
            values["fps"],
            Skeleton(tuple(values["names"]), tuple(values["parents"])),
            Assumption("rate", f"{values['fps']} fps", "stated", 1.0),
            unit=Stated(1.0, "stated"),
            up=Stated("Y", "stated"),
        )
    ]


def write(prepared, path):
    """Write what `read` reads."""
    motion = prepared.motion
    values = {
        "fps": motion.fps,
        "names": motion.skeleton.joint_names,
        "parents": motion.skeleton.parents,
        "places": motion.positions.tolist(),
    }
    path.write_text(json.dumps(values))


def last_is_right(material):
    """Count only the last item as the right answer of every query."""
    right = np.zeros_like(material.equal)
    right[:, -1] = True
    ranks = summarise(averaged_ranks(material.scores, right))
    return {"t2m": ranks, "m2t": ranks}


PLACES = Format("Places", (".places",), read)
NATIVE = Format("Places of a library", (".nplaces",), read, native=True)
WRITER = Exporter(".places", "Places", write)
SMALL = replace(PRESETS["starter"], dim=64)
LAST = Protocol("Only the last", last_is_right, "The last motion is the right answer.")


def _fails(path):
    raise KeyError("places")


FAILING = Format("Failing", (".failing",), _fails)
NAMELESS = Format("BVH", (".places2",), read)
