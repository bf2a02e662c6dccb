"""Motion Patches Studio, installed: `import motionpatches as mp`; the names are those of `motionpatches.core.api`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from motionpatches.core.api import *  # noqa: F403


def __getattr__(name: str) -> object:
    from motionpatches.core import api

    return getattr(api, name)


def __dir__() -> list[str]:
    from motionpatches.core import api

    return [*globals(), *api.__all__]
