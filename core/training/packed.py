"""A run as one file: packed here, trained on another computer, followed by its folder.

The file is a zip archive without compression: config.json, the weights to start from, the prepared data (all that a run reads of
its library, so neither the library nor what was corrected in it is needed there), and texts for people. Where the file lies, a
folder of its name becomes the run's: on a folder that both computers see, its events are read here as they are written there.
"""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath

from motionpatches.core import atomic, paths
from motionpatches.core.atomic import replacing, whole_folder
from motionpatches.core.errors import StudioError, os_problem
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training import config as training_config
from motionpatches.core.training import dataset, runs
from motionpatches.core.training.alone import mark_elsewhere, packed_command
from motionpatches.core.training.assemble import model_and_data
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.distributed import World
from motionpatches.core.training.events import Preparing, Warned
from motionpatches.core.version import VERSION

SUFFIX = ".run.zip"
START, README, REQUIREMENTS = "start", "README.txt", "requirements.txt"
MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json", "README.md")
DATA = (dataset.FILE, *(f"{split}.points" for split in dataset.SPLITS))
# What a file may hold; of a name in it, letters of any script, digits, blanks and `_.,()+-`.
_NAME = r"(?![. ])[\w .,()+-]{1,60}(?<![. ])"
MEMBER = re.compile(
    "|".join(map(re.escape, (runs.CONFIG, README, REQUIREMENTS, *DATA)))
    + f"|{START}/{_NAME}/(?:{'|'.join(map(re.escape, MODEL_FILES))})"
)
# Packages whose versions a packed run names.
_PACKAGES = ("torch", "numpy", "safetensors", "tokenizers")
PIECE = 1 << 24


@dataclass(frozen=True)
class Packed:
    """A packed run: its file, the folder beside it that will hold the run, and what preparing its data warned of."""

    file: Path
    folder: Path
    warnings: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """Return the line that trains it, beside the file."""
        return packed_command(self.file.name)


def run_folder(file: Path) -> Path:
    """Return the folder of a packed run: beside the file, under its name."""
    name = file.name
    short = name.removesuffix(SUFFIX) if name.endswith(SUFFIX) else name.removesuffix(".zip")
    return file.with_name(short if short not in ("", name) else f"{name} run")


def pack(config: TrainingConfig, file: Path, by_reference: bool = False) -> Job[Packed]:
    """Write a run into one file, and make the folder that will hold it.

    Args:
        config: The run; its device and the processes that make batches are chosen where it is trained.
        file: The packed run.
        by_reference: Pack no data: the run reads the library of its configuration, on a path that the other computer sees too.

    Raises:
        StudioError: the folder is there already, a field of the model names a folder of this computer, or a run that cannot be
            begun.
    """
    file, folder = Path(file).absolute(), run_folder(Path(file).absolute())
    if folder.exists():
        raise StudioError(f"{folder.name} exists beside the packed run, which will lie there. Choose another name.")
    if here := [name for name, value in config.model.items() if isinstance(value, str) and Path(value).is_absolute()]:
        raise StudioError(f"The field {here[0]} of the model is a folder of this computer. Start from a model instead.")
    yield Progress(f"Packing {folder.name}", 0, 0)
    try:
        with tempfile.TemporaryDirectory(atomic.SUFFIX, atomic.PREFIX, file.parent, ignore_cleanup_errors=True) as made:
            work, warnings = Path(made), []
            config = _portable(config, work)
            if not by_reference:
                warnings = yield from _prepare(config, work)
            training_config.write(config, work / runs.CONFIG)
            (work / REQUIREMENTS).write_text(_requirements(), encoding="utf-8")
            (work / README).write_text(_readme(file.name, folder.name, warnings), encoding="utf-8")
            yield from _write(work, file)
        runs.write_config(folder, config)
        mark_elsewhere(folder, file.name)
    except OSError as error:
        raise os_problem(file, error) from error
    return Packed(file, folder, tuple(warnings))


def _portable(config: TrainingConfig, work: Path) -> TrainingConfig:
    """Copy the weights to start from into a folder; return the configuration that names them by their place in it."""
    if config.start_from:
        source = whole_folder(Path(config.start_from))
        name = re.sub(r"[^\w .,()+-]", "_", paths.model_name(source))[:60].strip(" .") or "model"
        place = PurePosixPath(START, name)
        (work / place).mkdir(parents=True)
        for part in MODEL_FILES:
            if (source / part).is_file():
                shutil.copyfile(source / part, work / place / part)
        config = replace(config, start_from=str(place))
    return replace(config, device="auto", workers=-1)


def _prepare(config: TrainingConfig, work: Path) -> Job[list[str]]:
    """Prepare the data of the run as its first start would; return what that warns of."""
    warnings = []
    with closing(model_and_data(config, work, World())) as events:
        for event in events:
            if isinstance(event, Preparing):
                yield Progress(event.what, event.done, event.total)
            elif isinstance(event, Warned):
                warnings.append(event.message)
    return warnings


def _write(work: Path, file: Path) -> Job[None]:
    names = sorted(str(path.relative_to(work).as_posix()) for path in work.rglob("*") if path.is_file())
    names = [name for name in names if MEMBER.fullmatch(name)]
    sizes = [(work / name).stat().st_size for name in names]
    done, total = 0, sum(sizes)
    with replacing(file) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, size in zip(names, sizes, strict=True):
            with open(work / name, "rb") as source, archive.open(name, "w", force_zip64=size > 1 << 30) as target:
                while piece := source.read(PIECE):
                    target.write(piece)
                    done += len(piece)
                    yield Progress(f"Packing {file.name} (MB)", done >> 20, max(total >> 20, 1))


def _requirements() -> str:
    lines = [f"motionpatches-studio=={VERSION}", f"# packed with Python {platform.python_version()} and"]
    for name in _PACKAGES:
        try:
            lines.append(f"# {name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "\n".join(lines) + "\n"


def _readme(file: str, folder: str, warnings: list[str]) -> str:
    said = "".join(f"\nNote: {warning}" for warning in warnings)
    return (
        "A training run of Motion Patches Studio, packed into one file.\n\n"
        f"With Motion Patches Studio {VERSION} installed (requirements.txt names what it was packed with):\n"
        f"    {packed_command(file)}\n\n"
        f'The run lies in "{folder}", beside this file. Ctrl+C saves and stops it; the same line resumes it, also after a kill.\n'
        "On a folder that two computers share, the studio on the other one shows its progress and stops it. Otherwise copy\n"
        f'"{folder}" back into the place from which it was packed.\n{said}'
    )
