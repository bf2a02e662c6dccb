"""Lay a packed run out in a folder, to be trained there. Nothing is written outside of the folder, whatever the file holds."""

from __future__ import annotations

import json
import shutil
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.training import config as training_config
from motionpatches.core.training import dataset, resume, runs
from motionpatches.core.training.alone import is_held
from motionpatches.core.training.assemble import data_fields
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.packed import MEMBER, MODEL_FILES, PIECE, run_folder


def unpack(file: Path, folder: Path | None = None, library: str = "", device: str = "") -> Path:
    """Lay a packed run out in its folder; one that was begun there is left as it is, to be resumed.

    Args:
        file: The packed run.
        folder: Where it shall lie; beside the file without one.
        library: The library of a run that was packed by reference, where its path is another one here.
        device: That of the run; '' to choose one.

    Raises:
        StudioError: the file is no packed run, is damaged, or the folder holds another run.
    """
    file = Path(file).expanduser().absolute()
    folder = Path(folder).expanduser().absolute() if folder else run_folder(file)
    try:
        with zipfile.ZipFile(file) as archive:
            members = _members(file, archive)
            config = _configuration(file, archive, members, folder)
            if library and dataset.FILE not in members:
                config = replace(config, library=str(Path(library).expanduser().absolute()))
            config = replace(config, device=device) if device else config
            if not _is_begun(folder, config):
                _extract(file, archive, members, folder)
                if dataset.FILE in members and not dataset.is_prepared(folder, data_fields(config)):
                    raise FileProblem(file, "its data do not belong to its configuration", "Pack the run again")
            training_config.write(config, folder / runs.CONFIG)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError, RuntimeError, struct.error) as error:
        raise FileProblem(file, f"it is no packed run, or a damaged one ({str(error)[:120]})", "Pack or copy it again") from None
    except OSError as error:
        raise os_problem(file, error) from error
    return folder


def _members(file: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return what a packed run holds by name. Raises FileProblem for what no packed run does."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        wrong = "" if MEMBER.fullmatch(info.filename) else "a name that no packed run has"
        wrong = wrong or ("one name twice" if info.filename in found else "")
        wrong = wrong or ("an encrypted file" if info.flag_bits & 1 else "")
        wrong = wrong or ("a compressed file" if info.compress_type != zipfile.ZIP_STORED else "")
        if wrong:
            raise FileProblem(
                file, f"it holds {wrong} ({info.filename[:80]!r}), so nothing of it was written", "Pack the run again"
            )
        found[info.filename] = info
    if runs.CONFIG not in found or found[runs.CONFIG].file_size > 1 << 20:
        raise FileProblem(file, "it holds no configuration of a run", "Choose a file that the studio packed")
    if sum(info.file_size for info in found.values()) > file.stat().st_size:
        raise FileProblem(file, "its parts are larger than it is", "Pack or copy it again")
    return found


def _configuration(file: Path, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], folder: Path) -> TrainingConfig:
    """Read the configuration; the weights to start from lie in the file."""
    try:
        values = json.loads(archive.read(members[runs.CONFIG]))
    except (ValueError, RecursionError) as error:
        raise FileProblem(file, f"its configuration is no JSON ({str(error)[:80]})", "Pack or copy it again") from None
    config = training_config.parsed(values, folder / runs.CONFIG)
    if config.start_from and f"{config.start_from}/{MODEL_FILES[1]}" not in members:
        raise FileProblem(file, "the weights that its run starts from are not in it", "Pack the run again")
    return config


def _is_begun(folder: Path, config: TrainingConfig) -> bool:
    """Whether the folder holds this run, begun already. Raises StudioError where it holds another run, or something else."""
    if is_held(folder):
        raise StudioError(f"{folder.name} is under way already.")
    if not (folder / runs.CONFIG).is_file():
        if folder.is_dir() and any(folder.iterdir()):
            raise StudioError(f"{folder} is there already and holds no run. Choose another folder with -o.")
        return False
    there = training_config.read(folder / runs.CONFIG)
    if replace(there, device="", library="") != replace(config, device="", library=""):
        raise StudioError(f"{folder} holds another run. Choose another folder with -o.")
    return resume.has_state(folder) or runs.read_run(folder).status in ("finished", "stopped", "failed")


def _extract(file: Path, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Write all but the configuration, which comes last. Raises FileProblem where the disk has no room."""
    folder.mkdir(parents=True, exist_ok=True)
    needed = sum(info.file_size for info in members.values())
    if needed > shutil.disk_usage(folder).free:
        raise FileProblem(folder, f"the disk has no room for {needed >> 20:,} MB", "Free some space or choose another folder")
    for name, info in members.items():
        if name == runs.CONFIG:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(folder.resolve()):
            raise FileProblem(target.parent, "it is a link that leads out of the run's folder", "Remove it")
        with archive.open(info) as source, replacing(target) as stream:
            shutil.copyfileobj(source, stream, PIECE)
