"""Run folders: config.json, events.jsonl, best/, last/, note.txt, and the state while a run is not finished."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.training import config as training_config
from motionpatches.core.training import resume
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import Control
from motionpatches.core.training.events import TrainingEvent
from motionpatches.core.training.history import History

CONFIG, EVENTS, NOTE, LOCK = "config.json", "events.jsonl", "note.txt", ".lock"


@dataclass(frozen=True, eq=False)
class Run:
    """A run folder as it lies on the disk. `status`: 'running', 'finished', 'stopped' (can be resumed), 'failed' or 'new'."""

    folder: Path
    config: TrainingConfig
    history: History
    status: str
    note: str

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def can_resume(self) -> bool:
        return self.status in ("stopped", "failed", "new")

    @property
    def best(self) -> Path | None:
        """The folder of its best model, where there is one yet."""
        return self.folder / "best" if (self.folder / "best" / "config.json").is_file() else None


def read_run(folder: Path) -> Run:
    """Raises StudioError where the folder holds no run."""
    folder = Path(folder)
    config, history = training_config.read(folder / CONFIG), History.read(folder / EVENTS)
    note = folder / NOTE
    text = note.read_text(encoding="utf-8", errors="replace") if note.is_file() else ""
    return Run(folder, config, history, _status(folder, history), text)


def _status(folder: Path, history: History) -> str:
    if is_held(folder):
        return "running"
    if history.error:
        return "failed"
    if history.end is not None and not history.end.get("stopped"):
        return "finished"
    return "stopped" if history.steps or resume.has_state(folder) else "new"


def runs_in(root: Path) -> list[Run]:
    """The runs below a folder, the newest first; folders that hold none are passed by."""
    found = []
    for file in sorted(root.glob(f"*/{CONFIG}"), key=lambda f: f.stat().st_mtime, reverse=True):
        try:
            found.append(read_run(file.parent))
        except (StudioError, OSError):
            continue
    return found


def new_run(root: Path, name: str, config: TrainingConfig) -> Path:
    """A folder of its own for a run, with its configuration; a number makes the name new."""
    folder, number = root / name, 2
    while folder.exists():
        folder, number = root / f"{name} {number}", number + 1
    write_config(folder, config)
    return folder


def write_config(folder: Path, config: TrainingConfig) -> None:
    """Raises FileProblem where the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        training_config.write(config, folder / CONFIG)
    except OSError as error:
        raise os_problem(folder, error) from error


def write_note(folder: Path, text: str) -> None:
    try:
        (folder / NOTE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise os_problem(folder / NOTE, error) from error


def delete_run(folder: Path) -> None:
    """Removes the folder of a run that is not under way."""
    if is_held(folder):
        raise StudioError(f"{folder.name} is under way. Stop it first.")
    if not (folder / CONFIG).is_file():
        raise FileProblem(folder, "it holds no run", "Choose the folder of a run")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise os_problem(folder, error) from error


def differences(one: TrainingConfig, other: TrainingConfig) -> list[tuple[str, str, str]]:
    """(field, one, other) of all that differs."""
    a, b = asdict(one), asdict(other)
    return [(name, str(a[name]), str(b[name])) for name in a if a[name] != b[name]]


def events_of(folder: Path, control: Control, leads: bool = True) -> Iterator[TrainingEvent]:
    """Trains, or goes on with, the run of a folder; its events are kept in events.jsonl as well."""
    from motionpatches.core.training.trainer import train

    config = training_config.read(folder / CONFIG)
    if not leads:
        yield from train(config, folder, control)
        return
    with hold(folder):
        history = History.read(folder / EVENTS)
        if history.end is not None and not history.end.get("stopped") and not resume.has_state(folder):
            raise StudioError(f"{folder.name} is a finished run. Train into another folder, or go on from its best model.")
        yield from _kept(folder / EVENTS, train(config, folder, control), anew=not resume.has_state(folder))


def _kept(file: Path, events: Iterator[TrainingEvent], anew: bool) -> Iterator[TrainingEvent]:
    """The events, each also appended to a file; an error is one of them. A disk that refuses does not end the run."""

    def keep(event: TrainingEvent, mode: str = "a") -> None:
        try:
            with open(file, mode, encoding="utf-8") as stream:
                stream.write(event.to_line() + "\n")
        except OSError:
            return

    if anew:
        file.unlink(missing_ok=True)
    try:
        for event in events:
            if event.kind != "prepare":
                keep(event)
            yield event
    except StudioError as error:
        keep(TrainingEvent("error", {"message": str(error)}))
        raise


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """The run belongs to this process inside; the system gives it free when the process dies."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StudioError(f"{folder.name} is under way in another process.") from None
    except OSError as error:
        raise os_problem(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether a process trains it now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with FileLock(folder / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
