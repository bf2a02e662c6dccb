"""Models with random weights, texts and motions to measure with: nothing is downloaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.training import config as training_config
from motionpatches.core.training.assemble import model_and_data
from motionpatches.core.training.batches import Batch, make_batch
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.dataset import Prepared
from motionpatches.core.training.distributed import World
from tests.benchmarks.gpu.timing import products

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# Of HumanML3D: most motions have 40 to 196 frames at 20 fps, a caption about 12 words.
FRAMES, WORDS = (40, 197), (6, 20)
# Motions of a kind move alike and share a verb, so that a model can learn which caption fits.
KINDS = 64


@dataclass(frozen=True)
class Scale:
    """Sizes of what is measured.

    Attributes:
        motion: timm's transformer of `paper` and `official`; '' for their own.
        text: the architecture of their text encoder, as transformers' config.json.
        clips: of the library that is trained on.
        batches: motions per step of `paper` and `official`; `starter_batches` of the starter, its own recipe's first.
        cached: batch of gradient caching, and its chunk.
        steps: optimizer steps of the comparison with the plain loop.
        seconds: about how long one case is repeated.
        curve: steps and batch of the loss curve on two devices.
        exact: preset of what is compared bit by bit, whose state is quickly saved.
        windows: of the gallery.
        encoded: windows encoded at a time, the last of them for the gallery.
        vectors: searched through.
    """

    motion: str
    text: dict[str, Any]
    clips: int
    batches: tuple[int, int]
    starter_batches: tuple[int, ...]
    cached: tuple[int, int]
    steps: int
    seconds: float
    curve: tuple[int, int]
    exact: str
    windows: int
    encoded: tuple[int, ...]
    vectors: int


FULL = Scale(
    motion="",
    text={"dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "vocab_size": 30522, "max_position_embeddings": 512},
    clips=4000,
    batches=(128, 256),
    starter_batches=(64, 256, 1024),
    cached=(1024, 128),
    steps=24,
    seconds=1.5,
    curve=(50, 32),
    exact="starter",
    windows=100_000,
    encoded=(64, 512, 2048),
    vectors=1_000_000,
)
SMALL = Scale(
    motion="test_vit",
    text={"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "vocab_size": 2000, "max_position_embeddings": 96},
    clips=72,
    batches=(8, 16),
    starter_batches=(8,),
    cached=(32, 8),
    steps=4,
    seconds=0.2,
    curve=(3, 8),
    exact="paper",
    windows=64,
    encoded=(16,),
    vectors=20_000,
)


@dataclass(eq=False)
class Bench:
    """The device, the sizes, and a folder; models and data are made once."""

    device: str
    scale: Scale
    folder: Path
    _started: dict[str, tuple[MotionTextModel, Prepared, TrainingConfig]] = field(default_factory=dict)

    @property
    def is_cuda(self) -> bool:
        return self.device.startswith("cuda")

    @property
    def device_name(self) -> str:
        return torch.cuda.get_device_name(self.device) if self.is_cuda else "CPU"

    @cached_property
    def library(self) -> Path:
        return write_library(self.folder / "library", self.scale.clips, int(self.scale.text["vocab_size"]))

    @cached_property
    def text(self) -> Path:
        return write_text_encoder(self.folder / "text", self.scale.text)

    def config(self, preset: str, **changes: Any) -> TrainingConfig:
        """Return the recipe of a preset on the benchmark's library, with random weights (`starter`: the shipped ones)."""
        model: dict[str, Any] = {}
        if preset != "starter":
            model = {"motion_weights": "", "text": str(self.text), "text_weights": ""}
            model |= {"motion": self.scale.motion} if self.scale.motion else {}
        common = {"library": str(self.library), "device": self.device, "save_every_s": 1e9, "epochs": 1000, "model": model}
        return training_config.recipe(preset, **{**common, **changes})

    def start(self, preset: str) -> tuple[MotionTextModel, Prepared, TrainingConfig]:
        """Return the model of a preset on the device, its prepared data, and its recipe; one preset is kept at a time."""
        if preset not in self._started:
            self._started.clear()
            share = min(1.0, 1.2 * self.scale.cached[0] / self.scale.clips) if preset == "official" else 1.0
            config = self.config(preset, train_share=share)
            torch.manual_seed(config.seed)
            model, data = result_of(model_and_data(config, self.folder / preset, World(device=self.device)))
            self._started[preset] = model.train(), data, config
        return self._started[preset]

    def batch(self, preset: str, size: int) -> Batch:
        """Return a batch of `size` motions, the first ones again where the data are fewer."""
        model, data, config = self.start(preset)
        return make_batch(data.train, np.arange(size) % len(data.train), model.statistics, config, step=0)


@contextmanager
def precision_of(name: str) -> Iterator[str]:
    """Yield the trainer's precision for 'fp32', 'tf32' or 'bf16'; inside, TF32 is on or off."""
    with products(tf32=name == "tf32"):
        yield "fp32" if name == "tf32" else name


def result_of(job: Any) -> Any:
    """Run a generator to its end and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def write_text_encoder(folder: Path, sizes: dict[str, Any]) -> Path:
    """Write config.json and tokenizer.json of a DistilBERT whose words are 'w5', 'w6', …, as the hub's folders have them."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    words = [*SPECIAL, *(f"w{i}" for i in range(len(SPECIAL), sizes["vocab_size"]))]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"model_type": "distilbert", "pad_token_id": 0, **sizes}))
    return folder


def write_library(root: Path, count: int, words: int, seed: int = 0) -> Path:
    """Write motions and captions in the layout of HumanML3D; one in 25 is for validation."""
    (root / "new_joints").mkdir(parents=True, exist_ok=True)
    (root / "texts").mkdir(exist_ok=True)
    splits: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    rng = np.random.default_rng(seed)
    for i in range(count):
        name, kind = f"{i:06d}", int(rng.integers(KINDS))
        np.save(root / "new_joints" / f"{name}.npy", moving_body(int(rng.integers(*FRAMES)), kind, rng))
        filler = rng.integers(len(SPECIAL) + KINDS, words, int(rng.integers(*WORDS)))
        caption = " ".join([f"w{len(SPECIAL) + kind}", *(f"w{w}" for w in filler)])
        (root / "texts" / f"{name}.txt").write_text(f"{caption}#{caption}#0.0#0.0\n")
        splits["val" if i % 25 == 0 else "train"].append(name)
    for split, names in splits.items():
        (root / f"{split}.txt").write_text("\n".join(names) + "\n")
    return root


def moving_body(frames: int, kind: int, rng: np.random.Generator) -> np.ndarray:
    """Make joints (frames, 22, 3) in metres of a standing body that moves in the way of its kind, with a drift of its own."""
    from motionpatches.core.demo.body import make_body
    from motionpatches.core.demo.gait import WALK, straight, walk_along
    from motionpatches.core.demo.solve import solve

    if not _WALK:
        _WALK.append(solve(walk_along(make_body(), straight(3.0, 10.0), WALK)).astype(np.float32))
    walk, own = _WALK[0], np.random.default_rng(kind)
    at = (np.arange(frames) * (0.5 + kind / KINDS) + rng.integers(20)).astype(int) % len(walk)
    swing = np.sin(np.arange(frames)[:, None, None] * own.uniform(0.05, 0.4) + own.uniform(0, 6, (1, 22, 3)))
    drift = np.linspace(0, rng.normal(0, 1, 3) * (1, 0, 1), frames)[:, None]
    return (walk[at] + 0.05 * swing * own.uniform(0, 1, (1, 22, 3)) + drift).astype(np.float32)


_WALK: list[np.ndarray] = []
