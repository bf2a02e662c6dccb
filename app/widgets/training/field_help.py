"""Each field of a training run in a sentence: what it does, what it is by default, and when to change it."""

from __future__ import annotations

from dataclasses import dataclass

from motionpatches.core.training.config import TrainingConfig


@dataclass(frozen=True)
class FieldHelp:
    """`what` the field does and `when` to change it, a sentence each."""

    what: str
    when: str


HELP = {
    "name": FieldHelp("The folder of the run, and the name of its model.", "Change it to find the model by what it learned."),
    "start": FieldHelp(
        "The model whose weights the training begins with.",
        "Choose a new model only for a large data set: it begins with random or pretrained weights and knows no motion.",
    ),
    "trained": FieldHelp(
        "The parts of the model that change.",
        "Train the heads only with few clips, or where the model must forget nothing; everything where its phrases are new.",
    ),
    "frozen_text_layers": FieldHelp(
        "This many of the lowest layers of the text encoder keep their weights.",
        "Raise it where other sentences are found worse after training.",
    ),
    "frozen_motion_layers": FieldHelp(
        "This many of the lowest layers of the motion encoder keep their weights.",
        "Raise it with few clips, or to save memory and time.",
    ),
    "epochs": FieldHelp(
        "Passes over all training clips.", "Raise it while the validation recall still rises at the end; lower it to save time."
    ),
    "patience": FieldHelp(
        "Stop after this many epochs without a higher validation score; 0: train all epochs.",
        "Set 5 to 10 for long runs, so that they end once nothing improves.",
    ),
    "batch": FieldHelp(
        "Pairs of motion and caption in a step, which the loss tells from each other.",
        "Raise it for better retrieval where memory allows; lower it where memory runs out.",
    ),
    "chunk": FieldHelp(
        "Pairs that are encoded at a time (gradient caching: the same gradient with less memory, slower); 0: all.",
        "Set it where the batch does not fit into memory.",
    ),
    "lr_text": FieldHelp(
        "The learning rate of the text encoder; 0 freezes it.",
        "Raise it for many new words; lower it where the loss jumps or other sentences suffer.",
    ),
    "lr_motion": FieldHelp(
        "The learning rate of the motion encoder; 0 freezes it.",
        "Raise it for motions unlike any before; lower it where the loss jumps.",
    ),
    "lr_heads": FieldHelp(
        "The learning rate of the two projections into the common space.", "Lower it where the loss jumps in the first steps."
    ),
    "precision": FieldHelp(
        "Number format of the products in the encoders; auto measures which is faster.",
        "Choose fp32 where the loss is not finite, or to repeat a run to the last digit.",
    ),
    "device": FieldHelp(
        "The processor that trains; auto takes a graphics card where one can be used.",
        "Choose cpu where the graphics card has too little memory.",
    ),
    "seed": FieldHelp(
        "Starts all random numbers of the run, such as the order of clips.",
        "Change it to see how much of a difference is chance.",
    ),
    "mirror": FieldHelp(
        "Also train on mirrored motions, with left and right exchanged in the caption.",
        "Switch it off where captions mean a side that they do not name.",
    ),
    "crop": FieldHelp(
        "Cut long takes at a random position, and start others a little later.",
        "Switch it off where a caption describes the first seconds only.",
    ),
    "augment": FieldHelp(
        "Amount of change of speed, size, heading, limb lengths, posture and noise; 0: none.",
        "Raise it with few clips; lower it where captions name speed or size.",
    ),
    "caption_choice": FieldHelp(
        "Of several captions of a clip, take a random one at each step, or always the first.",
        "Choose first where the others are of poor quality.",
    ),
    "cutmix": FieldHelp(
        "Share of motions in which another motion replaces two or three body parts (Part-CutMix).",
        "Try 0.2 to 0.5 where captions name body parts.",
    ),
    "same_caption_positives": FieldHelp(
        "All motions of a batch with the same caption count as right answers of it.",
        "Switch it off only to repeat the recipe of the paper.",
    ),
    "mask_above": FieldHelp(
        "Pairs whose captions have sentence embeddings with a cosine above this count neither as right nor as wrong; 0: off.",
        "Set 0.8 to 0.9 where many captions say the same in other words.",
    ),
    "sentences": FieldHelp(
        "Sentences whose results are listed after every epoch, one per line.", "List what you will search for most."
    ),
}


def field_tip(name: str, default: TrainingConfig) -> str:
    """Return the tooltip of a field.

    Args:
        name: a key of HELP.
        default: the proposed configuration.
    """
    text, value = HELP[name], getattr(default, name, None)
    if name == "sentences" or value is None:
        return f"{text.what} {text.when}"
    return f"{text.what}\nDefault: {_spelled(value)}.\n{text.when}"


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else f"{value}"
