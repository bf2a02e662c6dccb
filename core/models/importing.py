"""Open a model that others have trained: which kind it is, by the names of its tensors."""

from __future__ import annotations

from pathlib import Path

from motionpatches.core.errors import FileProblem
from motionpatches.core.models import published_checkpoint
from motionpatches.core.models.tmr_checkpoint import DECODER, DISTILBERT, ENCODERS, install_tmr, released_state
from motionpatches.core.models.weights import tensor_names
from motionpatches.core.progress import Job, Progress

# A tensor that only MotionColBert (Zhang et al., ACCV 2026) has: the linear map of one of its 14 groups of joint angles.
JOINT_ANGLES = "motion_encoder.embed_global.weight"
# Files and folders inside a released run, which are called the same in each.
INSIDE = {*ENCODERS, DECODER, "last_weights", "last", "checkpoints", "logs"}


def name_of(place: Path) -> str:
    """Name a model after its file, or after the run that the file lies in."""
    names = (place.stem, *(folder.name for folder in place.resolve().parents))
    return next((name for name in names if name and name not in INSIDE), place.stem)


def install(place: Path, data: Path, out: Path, origin: str, text: str = "") -> Job[None]:
    """Import a released model into a model folder.

    Args:
        place: a state dict, or the folder of a released run.
        data: what mean and deviation come from: the data set of a model of motion patches; mean.pt and std.pt of TMR.
        out: model folder to write.
        origin: where it comes from, in words.
        text: for TMR, DistilBERT's folder or name on the hub; '' for the published name.

    Raises:
        FileProblem: `out` is there already; a model of no known kind; tensors or statistics that do not fit.
    """
    if out.exists():
        raise FileProblem(out, "it is there already", "Choose another place, or remove it")
    if not place.exists():
        raise FileProblem(place, "it is not there", "Name a file of weights, or the folder of a released run")
    yield Progress("Reading the released tensors", 0, 1)
    tmr = released_state(place)
    if tmr is not None:
        yield from install_tmr(place, tmr, data, out, origin, text or DISTILBERT)
        return
    if place.is_dir():
        raise FileProblem(
            place,
            "it holds no last_weights with motion_encoder.pt and text_encoder.pt",
            "Name the folder of a run of TMR, or one file of weights",
        )
    if JOINT_ANGLES in tensor_names(place):
        raise FileProblem(
            place,
            "it is of MotionColBert, which reads joint angles of a program of its own and has no vector of a whole motion",
            "It cannot be searched with here; the preset `interaction` trains late interaction over patches",
        )
    yield from published_checkpoint.install(place, data, out, origin)
