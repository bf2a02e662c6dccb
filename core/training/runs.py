"""Run folders: config.json, events.jsonl, best/, last/, note.txt, and the state while a run is not finished."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from motionpatches.core.atomic import whole_folder, write_atomically
from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.io.text import read_text
from motionpatches.core.training import config as training_config
from motionpatches.core.training import resume
from motionpatches.core.training.alone import has_died, hold, is_held, packed_as
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import Control
from motionpatches.core.training.events import Failed, Preparing, Steps, TrainingEvent, Warned
from motionpatches.core.training.history import History

CONFIG, EVENTS, NOTE = "config.json", "events.jsonl", "note.txt"
# Characters of a name: 240 bytes at most, where a system allows 255.
MOST_NAME = 60
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]')
MOST_NOTE = 1 << 20


@dataclass(eq=False)
class Run:
    """A run folder and its state on disk when it was read.

    Attributes:
        status: 'running', 'finished', 'stopped' (can be resumed), 'died' (so can this: its process ended without a word),
            'failed', 'new', 'broken' (history.error says why; its configuration is not known), or 'away' (it was not read yet).
        packed: The file into which this computer packed it, until it is finished elsewhere and that was reported.
        start: The folder of the model that it starts from; '' for a new one.
        best: The folder of its best model, where there was one.
    """

    folder: Path
    config: TrainingConfig
    history: History
    status: str
    note: str
    packed: str = ""
    start: str = ""
    best: Path | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def can_resume(self) -> bool:
        return self.status in ("stopped", "died", "failed") or (self.status == "new" and not self.packed)


def read_run(folder: Path) -> Run:
    """Raises StudioError where the folder holds no run."""
    folder = Path(folder)
    config, history = training_config.read(folder / CONFIG), History.read(folder / EVENTS)
    text = read_text(folder / NOTE, MOST_NOTE) if (folder / NOTE).exists() else ""
    start = training_config.start_folder(config, folder)
    return Run(folder, config, history, _status(folder, history), text, packed_as(folder), start, best_of(folder))


def best_of(folder: Path) -> Path | None:
    """Return the folder of a run's best model, where there is one yet."""
    best = whole_folder(Path(folder) / "best")
    return best if (best / "config.json").is_file() else None


def _status(folder: Path, history: History) -> str:
    if is_held(folder):
        return "running"
    if history.error:
        return "failed"
    if history.finished:
        return "finished"
    if history.end is None and (history.start is not None or has_died(folder)):
        return "died"
    return "stopped" if history.steps or resume.has_state(folder) else "new"


def runs_in(root: Path) -> list[Run]:
    """The runs below a folder, the newest first. One that cannot be read is a run of the status 'broken'."""
    return [read_or_broken(file.parent) for file in sorted(root.glob(f"*/{CONFIG}"), key=_changed_at, reverse=True)]


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def read_or_broken(folder: Path) -> Run:
    """Read a run, or make one of the status 'broken' that says why it cannot be read."""
    try:
        return read_run(folder)
    except (StudioError, OSError) as error:
        return Run(folder, TrainingConfig(), History(error=str(error)), "broken", "")


def new_run(root: Path, name: str, config: TrainingConfig) -> Path:
    """Make a folder for a run, with its configuration, and return it.

    Args:
        root: Where runs lie.
        name: Of the folder; it may come from a library. Characters that a folder's name cannot hold become "_", so that it
            never leaves `root`; a number is added where it exists.
        config: The configuration.
    """
    name = _NO_NAME.sub("_", name)[:MOST_NAME].strip(" .") or "run"
    folder, number = root / name, 2
    while folder.exists():
        folder, number = root / f"{name} {number}", number + 1
    write_config(folder, config)
    return folder


def write_config(folder: Path, config: TrainingConfig) -> None:
    """Raises FileProblem where the disk refuses."""
    training_config.write(config, folder / CONFIG)


def write_note(folder: Path, text: str) -> None:
    """Raises FileProblem where the disk refuses."""
    write_atomically(folder / NOTE, text)


def delete_run(folder: Path) -> None:
    """Delete the folder of a run that is not training."""
    if is_held(folder):
        raise StudioError(f"{folder.name} is under way. Stop it first.")
    if not (folder / CONFIG).exists():
        raise FileProblem(folder, "it holds no run", "Choose the folder of a run")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise os_problem(folder, error) from error


def differences(one: TrainingConfig, other: TrainingConfig) -> list[tuple[str, str, str]]:
    """(field, one, other) of all that differs."""
    a, b = asdict(one), asdict(other)
    return [(name, str(a[name]), str(b[name])) for name in a if a[name] != b[name]]


def events_of(folder: Path, control: Control, is_main: bool = True) -> Steps[None]:
    """Train or resume the run of a folder. The main process holds the folder's lock and keeps the events in events.jsonl.

    Raises:
        StudioError: the run is finished, another process trains it, or `train` fails; that error is kept as an event.
    """
    from motionpatches.core.training.trainer import train

    config = training_config.read(folder / CONFIG)
    if not is_main:
        yield from train(config, folder, control)
        return
    with hold(folder), control.obeying(folder):
        history = History.read(folder / EVENTS)
        if history.finished and not resume.has_state(folder):
            raise StudioError(f"{folder.name} is a finished run. Train into another folder, or start from its best model.")
        yield from _kept(folder / EVENTS, train(config, folder, control), anew=not resume.has_state(folder))


def _kept(file: Path, events: Steps[None], anew: bool) -> Steps[None]:
    """Yield the events and append each to a file, with the error that ends them. A failing disk does not end the run: the
    first event that cannot be kept is followed by a warning."""
    warned = False

    def keep(event: TrainingEvent) -> OSError | None:
        try:
            _append(file, event.to_line())
        except OSError as error:
            return error
        return None

    if anew:
        file.unlink(missing_ok=True)
    try:
        for event in events:
            problem = None if isinstance(event, Preparing) else keep(event)
            yield event
            if problem is not None and not warned:
                warned = True
                yield Warned(f"The curves of this run will have gaps. {os_problem(file, problem)}")
    except StudioError as error:
        keep(Failed(str(error)))
        raise


def _append(file: Path, line: str) -> None:
    """Append a line; after the half of one that a killed process left, on a new line. No link is followed. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(file, flags, 0o666), "r+b") as stream:
        if stream.seek(0, os.SEEK_END):
            stream.seek(-1, os.SEEK_END)
            line = line if stream.read(1) == b"\n" else "\n" + line
        stream.write(line.encode() + b"\n")
