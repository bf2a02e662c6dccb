"""Where things live: what the program ships, and the user's own caches and settings."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import platformdirs

APP = "MotionPatchesStudio"


def assets() -> Path:
    """The folder of shipped files, in a source tree and when installed."""
    return Path(str(files("assets")))


def demo_library() -> Path:
    return assets() / "demo.npz"


def starter_model() -> Path:
    return assets() / "starter"


def shipped_galleries() -> Path:
    return assets() / "galleries"


def cache() -> Path:
    """The user's cache folder for this program."""
    return Path(platformdirs.user_cache_dir(APP, appauthor=False))


def user_galleries() -> Path:
    return cache() / "galleries"


def user_models() -> Path:
    """Models that the user imported or pulled."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "models"


def model_name(folder: Path) -> str:
    """The folder's name; that of the run for the best and last model of a training run."""
    return folder.parent.name if folder.name in ("best", "last") else folder.name


def user_runs() -> Path:
    """Training runs that the studio started."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "runs"


def user_captions() -> Path:
    """Captions of the user's own for libraries whose files are left as they are."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "captions"


def corrections() -> Path:
    """What the user has said about skeletons whose unit, axis or parts were guessed wrongly."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "skeletons.json"
