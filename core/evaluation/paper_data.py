"""The data sets of the paper's tables: where to download each, and what its folder must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import StudioError


@dataclass(frozen=True)
class Source:
    """`url`: where to download it; `told`: what its folder must contain, in words; `needs`: the same as paths, one each of
    several; `split`: that the figures are of."""

    url: str
    told: str
    needs: tuple[tuple[str, ...], ...]
    split: str = "test"


_JOINTS = (("new_joints", "new_joint_vecs"), ("texts",), ("train.txt",), ("val.txt",), ("test.txt",))
SOURCES = {
    "HumanML3D": Source(
        "https://github.com/EricGuo5513/HumanML3D", "new_joints/, texts/, train.txt, val.txt and test.txt", _JOINTS
    ),
    "KIT-ML": Source(
        "https://motion-annotation.humanoids.kit.edu/dataset",
        "new_joints/, texts/, train.txt, val.txt and test.txt, in HumanML3D's processing",
        _JOINTS,
    ),
    "BABEL": Source(
        "https://babel.is.tue.mpg.de",
        "train.json, val.json, and the AMASS folders beside them or in amass/",
        (("val.json",),),
        "val",
    ),
    "InterHuman": Source(
        "https://github.com/tr3e/InterGen",
        "motions/ or motions_processed/, annots/ and split/",
        (
            ("motions", "motions_processed/person1"),
            ("annots",),
            *((f"split/{split}.txt", f"{split}.txt") for split in ("train", "val", "test")),
        ),
    ),
}


def find_data(table: str, names: Iterable[str], folder: Path) -> None:
    """Check that the data sets of a table are in a folder. Raises StudioError that names what is missing, and its url."""
    names = list(dict.fromkeys(names))
    missing = {name: lack for name in names if (lack := _lack(folder / name, SOURCES[name]))}
    if not missing:
        return
    gone = [name for name, lack in missing.items() if lack == [""]]
    seen = [f"{' and '.join(gone)} {'is' if len(gone) == 1 else 'are'} not there"] if gone else []
    seen += [f"{name} lacks {' and '.join(lack)}" for name, lack in missing.items() if lack != [""]]
    told = " ".join(
        f"Download {name} from {SOURCES[name].url} to {folder / name}; it must contain {SOURCES[name].told}." for name in missing
    )
    raise StudioError(f"{table} needs {' and '.join(names)}; {'; '.join(seen)}. {told}")


def _lack(folder: Path, source: Source) -> list[str]:
    """What a data set lacks; '' alone where it is not there."""
    if not folder.is_dir():
        return [""]
    return [" or ".join(need) for need in source.needs if not any((folder / path).exists() for path in need)]
