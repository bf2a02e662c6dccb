"""Folders of the program: shipped files, and the user's data, caches, settings and reports.

By each platform's rules (platformdirs), or all in one folder: that of the variable MOTIONPATCHES_HOME, or a folder named
`portable` beside a frozen program.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

APP = "MotionPatchesStudio"
HOME_VARIABLE = "MOTIONPATCHES_HOME"
PORTABLE = "portable"


def portable_home() -> Path | None:
    """The one folder of portable mode, or None."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser()
    beside = Path(sys.executable).parent / PORTABLE
    return beside if getattr(sys, "frozen", False) and beside.is_dir() else None


def assets() -> Path:
    """The folder of shipped files, in a source tree, when installed, and frozen."""
    return Path(__file__).resolve().parent.parent / "assets"


def demo_library() -> Path:
    return assets() / "demo.npz"


def starter_model() -> Path:
    return assets() / "starter"


def shipped_galleries() -> Path:
    return assets() / "galleries"


def blender_add_on() -> Path:
    """The add-on for Blender: shipped with the program, or that of a source tree."""
    shipped = assets() / "blender" / "motion_patches.py"
    return shipped if shipped.is_file() else assets().parent / "packaging" / "blender" / "motion_patches.py"


def cache() -> Path:
    """What can be made again: galleries and indexes."""
    home = portable_home()
    return home / "cache" if home else Path(platformdirs.user_cache_dir(APP, appauthor=False))


def data() -> Path:
    """What the user made: runs, models, captions."""
    home = portable_home()
    return home / "data" if home else Path(platformdirs.user_data_dir(APP, appauthor=False))


def config() -> Path:
    """Settings."""
    home = portable_home()
    return home / "config" if home else Path(platformdirs.user_config_dir(APP, appauthor=False))


def reports() -> Path:
    """Logs and reports of crashes."""
    home = portable_home()
    return home / "reports" if home else Path(platformdirs.user_log_dir(APP, appauthor=False))


def user_galleries() -> Path:
    return cache() / "galleries"


def user_models() -> Path:
    """Models that the user imported or pulled."""
    return data() / "models"


def model_name(folder: Path) -> str:
    """The folder's name; that of the run for the best and last model of a training run."""
    return folder.parent.name if folder.name in ("best", "last") else folder.name


def user_runs() -> Path:
    """Training runs that the studio started."""
    return data() / "runs"


def known_runs() -> Path:
    """Return the list of training runs in other folders."""
    return data() / "runs.json"


def user_captions() -> Path:
    """Captions of the user's own for libraries whose files are left as they are."""
    return data() / "captions"


def open_window() -> Path:
    """Return the file with the address at which the open window answers other programs."""
    return data() / "window.json"


def corrections() -> Path:
    """Return the file of import corrections."""
    return config() / "skeletons.json"


def joint_maps() -> Path:
    """Return the file of joints that were set for pairs of rigs."""
    return config() / "joint_maps.json"
