"""What a run does not do although its configuration or its captions ask for it: said before the first step."""

from __future__ import annotations

from collections.abc import Iterable

from motionpatches.core.models.hub import local_text_folder
from motionpatches.core.models.hub_folder import sentence_notes
from motionpatches.core.models.motion_encoder import MotionEncoder
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.word_head import can_fill
from motionpatches.core.training.config import TrainingConfig

# Words that a note names.
NAMED = 5


def notes(config: TrainingConfig, model: MotionTextModel, captions: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence on each field without effect, and on what the text encoder does not read of the captions."""
    return (*unused_fields(config, model), *unread_captions(model, captions))


def unused_fields(config: TrainingConfig, model: MotionTextModel) -> list[str]:
    """Return a sentence on each group of fields that this model leaves without effect."""
    found, recipe, encoder = [], model.config.patches, model.motion_encoder
    varied = [name for name in ("mirror", "augment") if getattr(config, name)]
    if varied and recipe.form == "patches" and recipe.normalisation == "joint":
        found.append(
            f"{_named(varied)} no effect: the model's statistics are per joint, so its motions are normalised before they could "
            "be varied."
        )
    if config.cutmix and recipe.form != "patches":
        found.append("cutmix has no effect: raw joints have no columns of body parts.")
    if model.config.trim_padding and isinstance(encoder, MotionEncoder) and not encoder.trim_padding:
        found.append(f"trim_padding has no effect: {model.config.motion} reads whole images.")
    if config.model.get("dropout") and model.config.head != "residual":
        found.append(f"dropout has no effect: it belongs to residual heads, and this head is {model.config.head}.")
    if config.max_sim != TrainingConfig.max_sim and model.token_heads is None:
        found.append("max_sim has no effect: the model has no tokens; set its token_dim.")
    if not config.start_from and model.config.text_weights == "hub" and (folder := local_text_folder(model.config.text)):
        found += sentence_notes(folder, model.config.text_pooling)
    if config.mlm and not config.lr_text:
        found.append("mlm has no effect: the text encoder is frozen.")
    elif config.mlm and not can_fill(model.text_encoder):
        found.append("mlm has no effect: the text encoder has no token for hidden words, or word vectors of another width.")
    return found


def unread_captions(model: MotionTextModel, captions: Iterable[str]) -> list[str]:
    """Return a sentence on words that the text encoder cannot tell apart, and one on captions that it cuts."""
    different, found = list(dict.fromkeys(captions)), []
    unread = model.text_encoder.unread(different)
    if unread.words:
        shown = ", ".join(f"{word!r} ({count:,})" for word, count in unread.words.most_common(NAMED))
        more = ", …" if len(unread.words) > NAMED else ""
        words = "word is" if len(unread.words) == 1 else "words are"
        found.append(
            f"{len(unread.words):,} {words} unknown to the text encoder, which reads one mark for all of them (number of "
            f"different captions): {shown}{more}."
        )
    if unread.cut:
        found.append(
            f"{unread.cut:,} of {len(different):,} different captions are longer than the text encoder reads; they are cut."
        )
    return found


def _named(names: list[str]) -> str:
    return f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'}"
