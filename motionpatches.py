"""Motion Patches Studio in a clone: the folders beside this file are the package `motionpatches`.

`import motionpatches as mp` gives the names of `motionpatches.core.api`. In the wheel the folders lie inside of a package, whose
`__init__` is packaging/package/__init__.py.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from motionpatches.core.api import *  # noqa: F403

__path__ = [str(Path(__file__).resolve().parent)]


def __getattr__(name: str) -> object:
    from motionpatches.core import api

    return getattr(api, name)


def __dir__() -> list[str]:
    from motionpatches.core import api

    return [*globals(), *api.__all__]


if __name__ == "__main__":
    from motionpatches.app.__main__ import main

    main()
