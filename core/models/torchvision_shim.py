"""A safe first import of timm and transformers beside a torchvision that does not fit this torch."""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from pathlib import Path

# Declarations hold as long as their library object lives.
_KEPT: list[object] = []


@lru_cache(maxsize=1)
def prepare_imports() -> None:
    """Make the first import of timm or transformers safe; call it before.

    A torchvision built for another torch fails on import ("operator torchvision::nms does not exist") and takes
    both down with it. Declaring the two operator schemas lets it import; nothing here calls them. On a complete
    install torchvision declares them itself and nothing is done.
    """
    import torch

    if importlib.util.find_spec("torchvision") is None or "torchvision" in sys.modules:
        return
    if _torchvision_has_its_library():
        return
    library = torch.library.Library("torchvision", "DEF")  # noqa: TOR901
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _KEPT.append(library)


def _torchvision_has_its_library() -> bool:
    """Whether torchvision's compiled operators load into this torch."""
    import torch

    spec = importlib.util.find_spec("torchvision")
    folders = spec.submodule_search_locations or [] if spec else []
    for folder in folders:
        for library in [*Path(folder).glob("_C.so"), *Path(folder).glob("_C*.pyd"), *Path(folder).glob("_C*.so")]:
            try:
                torch.ops.load_library(str(library))
            except OSError:
                return False
            return hasattr(torch.ops.torchvision, "nms")
    return False
