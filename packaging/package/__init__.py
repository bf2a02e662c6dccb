"""Motion Patches Studio, installed: `import motionpatches as mp`; the names are those of `motionpatches.core.api`."""


def __getattr__(name: str) -> object:
    from motionpatches.core import api

    return getattr(api, name)
