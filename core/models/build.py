"""Build models to train: new ones, and others with the encoders of a model, and its heads where they fit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.config import ModelConfig
from motionpatches.core.models.interaction import model_class
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.patches import PatchStatistics

STARTER = "starter"
# Fields of the heads, and of what they read.
OF_HEADS = ("head", "head_hidden", "dim", "people", "motion_pooling", "text_pooling", "patches")


def new_model(config: ModelConfig, statistics: Callable[[], PatchStatistics]) -> MotionTextModel:
    """Make a model with pretrained encoders where the configuration asks for them.

    Args:
        config: of the model.
        statistics: called where the model does not take over those of the starter, which go with its motion encoder.

    Raises:
        StudioError: weights that cannot be had, or an encoder other than the starter's where its weights are asked for.
    """
    if STARTER not in (config.motion_weights, config.text_weights):
        return model_class(config)(config, TextEncoder.pretrained(config), statistics())
    start = load_model(paths.starter_model())
    reads_alike = config.motion_weights == STARTER and config.patches == start.config.patches
    own = start.statistics if reads_alike else statistics()
    text = _pooled(start.text_encoder, config) if config.text_weights == STARTER else TextEncoder.pretrained(config)
    if config.text_weights == STARTER:
        _same_encoder("text", config, start)
    plain = replace(config, motion_weights="") if config.motion_weights == STARTER else config
    model = model_class(config)(plain, text, own)
    if config.motion_weights == STARTER:
        _same_encoder("motion", config, start)
        _take_over(model, start)
    return model


def rebuilt(start: MotionTextModel, config: ModelConfig) -> MotionTextModel:
    """Make a model with the encoders and statistics of `start`, as the configuration has it otherwise. Heads are those of
    `start` where the configuration changes neither them nor what they read, such as where it adds tokens; else they are new.
    The memory of `start`, of rows that its old heads gave, stays behind.

    Raises:
        StudioError: the configuration asks for other encoders.
    """
    config = replace(config, memory_keys=0, memory_meanings=0)
    for name in ("motion", "text"):
        _same_encoder(name, config, start)
    model = model_class(config)(config, _pooled(start.text_encoder, config), start.statistics, pretrained=False)
    _take_over(model, start)
    if all(getattr(config, name) == getattr(start.config, name) for name in OF_HEADS):
        model.motion_head.load_state_dict(start.motion_head.state_dict())
        model.text_head.load_state_dict(start.text_head.state_dict())
    return model


def with_statistics(model: MotionTextModel, statistics: PatchStatistics) -> MotionTextModel:
    """Return the model with the mean and standard deviation of other data; the given model is not changed."""
    if statistics.mean.shape != model.statistics.mean.shape and model.config.patches.form == "joints":
        raise StudioError("A model of raw joints cannot change its skeleton.")
    other = copy.copy(model)
    other.statistics = statistics
    return other


def _pooled(encoder: TextEncoder, config: ModelConfig) -> TextEncoder:
    """The text encoder with the configuration's pooling; weights are shared."""
    other = copy.copy(encoder)
    other.pooling = config.text_pooling
    return other


def _take_over(model: MotionTextModel, start: MotionTextModel) -> None:
    """The transformer blocks of `start`, with its patch and position embeddings where both read patches."""
    own, known = model.motion_encoder.state_dict(), start.motion_encoder.state_dict()
    taken = {name: tensor for name, tensor in known.items() if name in own and own[name].shape == tensor.shape}
    if not any(".blocks." in name for name in taken):
        raise StudioError(f"The motion encoder of {Path(start.name).name} has another architecture.")
    model.motion_encoder.load_state_dict({**own, **taken})


def _same_encoder(name: str, config: ModelConfig, start: MotionTextModel) -> None:
    if getattr(config, name) != getattr(start.config, name):
        raise StudioError(
            f"A model that starts from {start.name} keeps its {name} encoder, {getattr(start.config, name)}; "
            f'leave `{name}` out, or set {name}_weights to "hub" or "".'
        )
