"""Published figures: Yu, Tanaka and Fujiwara, CVPR 2024, Tables 2 to 7. For comparison with the same data set, protocol and test
items only. TEMOS, T2M and TMR are as that paper gives them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from motionpatches.core.evaluation.metrics import RECALLS
from motionpatches.core.library.library import Library
from motionpatches.core.motion.skeleton import SMPL22, known_name

NAMES = (*(f"R@{k}" for k in RECALLS), "MedR")
SHORT = ("R@1", "R@5", "R@10", "MedR")


@dataclass(frozen=True)
class Published:
    """Figures of one method: `t2m` and `m2t` in the order of `names` (all of NAMES, or R@1, 5, 10 and MedR). `by_tmr`: the paper
    takes them from TMR's, where only the own pair counts; it marks them with †."""

    method: str
    t2m: tuple[float, ...]
    m2t: tuple[float, ...]
    by_tmr: bool = False

    @property
    def title(self) -> str:
        return f"{self.method} †" if self.by_tmr else self.method

    @property
    def names(self) -> tuple[str, ...]:
        return NAMES if len(self.t2m) == len(NAMES) else SHORT

    def short(self) -> Published:
        """R@1, 5, 10 and MedR alone, as Tables 4 to 7 have them."""
        kept = [NAMES.index(name) for name in SHORT]
        return replace(self, t2m=tuple(self.t2m[i] for i in kept), m2t=tuple(self.m2t[i] for i in kept))

    def ways(self) -> dict[str, dict[str, float]]:
        return {"t2m": dict(zip(self.names, self.t2m, strict=True)), "m2t": dict(zip(self.names, self.m2t, strict=True))}


OURS, SCRATCH = "Motion Patches", "Motion Patches, from scratch"
PUBLISHED: dict[tuple[str, str], tuple[Published, ...]] = {
    ("HumanML3D", "exact_caption"): (
        Published("TEMOS", (2.12, 4.09, 5.87, 8.26, 13.52, 173.0), (3.86, 4.54, 6.94, 9.38, 14.00, 183.25), True),
        Published("T2M", (1.80, 3.42, 4.79, 7.12, 12.47, 81.0), (2.92, 3.74, 6.00, 8.36, 12.95, 81.5), True),
        Published("TMR", (8.92, 12.04, 16.33, 22.06, 33.37, 25.0), (9.44, 11.84, 16.90, 22.92, 32.21, 26.0)),
        Published(SCRATCH, (8.46, 12.76, 16.22, 23.56, 35.27, 23.0), (9.63, 11.78, 16.58, 22.87, 33.57, 25.0)),
        Published(OURS, (10.80, 14.98, 20.00, 26.72, 38.02, 19.0), (11.25, 13.86, 19.98, 26.86, 37.40, 20.5)),
    ),
    ("HumanML3D", "small_batches"): (
        Published("TEMOS", (40.49, 53.52, 61.14, 70.96, 84.15, 2.33), (39.96, 53.49, 61.79, 72.40, 85.89, 2.33), True),
        Published("T2M", (52.48, 71.05, 80.65, 89.66, 96.58, 1.39), (52.00, 71.21, 81.11, 89.87, 96.78, 1.38), True),
        Published("TMR", (67.45, 80.98, 86.22, 91.56, 95.46, 1.03), (68.59, 81.73, 86.75, 91.10, 95.39, 1.02)),
        Published(SCRATCH, (67.61, 82.40, 86.79, 91.75, 95.97, 1.01), (67.11, 80.04, 85.86, 91.86, 95.98, 1.00)),
        Published(OURS, (71.61, 85.81, 90.02, 94.35, 97.69, 1.00), (72.11, 85.26, 90.21, 94.44, 97.76, 1.00)),
    ),
    ("KIT-ML", "exact_caption"): (
        Published("TEMOS", (7.11, 13.25, 17.59, 24.10, 35.66, 24.0), (11.69, 15.30, 20.12, 26.63, 36.39, 26.5), True),
        Published("T2M", (3.37, 6.99, 10.84, 16.87, 27.71, 28.0), (4.94, 6.51, 10.72, 16.14, 25.30, 28.5), True),
        Published("TMR", (10.05, 13.87, 20.74, 30.03, 44.66, 14.0), (11.83, 13.74, 22.14, 29.39, 38.55, 16.0)),
        Published(SCRATCH, (10.41, 17.01, 24.43, 31.55, 46.50, 13.0), (12.13, 14.83, 22.54, 30.83, 40.12, 15.0)),
        Published(OURS, (14.02, 21.08, 28.91, 34.10, 50.00, 10.5), (13.61, 17.26, 27.54, 33.33, 44.77, 13.0)),
    ),
    ("KIT-ML", "small_batches"): (
        Published("TEMOS", (43.88, 58.25, 67.00, 74.00, 84.75, 2.06), (41.88, 55.88, 65.62, 75.25, 85.75, 2.25), True),
        Published("T2M", (42.25, 62.62, 75.12, 87.50, 96.12, 1.88), (39.75, 62.75, 73.62, 86.88, 95.88, 1.95), True),
        Published("TMR", (50.00, 69.14, 78.02, 87.97, 94.87, 1.50), (51.21, 69.53, 78.64, 89.00, 95.31, 1.50)),
        Published(SCRATCH, (51.13, 70.15, 78.96, 88.06, 95.74, 1.43), (53.12, 70.31, 79.40, 89.34, 95.59, 1.33)),
        Published(OURS, (53.55, 71.30, 79.82, 88.92, 96.29, 1.36), (54.54, 72.15, 79.68, 89.35, 96.11, 1.31)),
    ),
    ("InterHuman", "exact_caption"): (
        Published("TMR", (5.38, 15.64, 24.40, 34.0), (5.13, 15.26, 25.65, 33.0)),
        Published(OURS, (9.51, 21.27, 32.41, 27.0), (8.26, 22.65, 32.66, 24.0)),
    ),
}

# Table 4: (ImageNet weights, motion patches) -> figures under exact_caption.
ABLATION: dict[str, dict[tuple[bool, bool], Published]] = {
    "HumanML3D": {
        (True, True): Published("patches, pretrained", (10.80, 26.72, 38.02, 19.0), (11.25, 26.86, 37.40, 20.5)),
        (False, True): Published("patches, from scratch", (8.46, 23.56, 35.37, 23.0), (9.63, 22.87, 33.57, 25.0)),
        (True, False): Published("raw joints, pretrained", (8.36, 22.84, 33.62, 24.0), (8.81, 21.67, 31.35, 29.0)),
        (False, False): Published("raw joints, from scratch", (8.58, 21.54, 32.87, 25.0), (8.46, 21.96, 30.79, 30.0)),
    },
    "KIT-ML": {
        (True, True): Published("patches, pretrained", (14.02, 34.10, 50.00, 10.5), (13.61, 33.33, 44.77, 13.0)),
        (False, True): Published("patches, from scratch", (10.41, 31.55, 46.50, 13.0), (12.13, 30.83, 40.12, 15.0)),
        (True, False): Published("raw joints, pretrained", (9.54, 31.72, 45.86, 14.0), (11.01, 27.31, 37.41, 18.0)),
        (False, False): Published("raw joints, from scratch", (9.87, 30.37, 44.21, 16.0), (10.14, 26.86, 36.43, 21.0)),
    },
}

# Table 5, on KIT-ML under exact_caption.
CROSS_SKELETON = {
    "KIT-ML": Published("trained on KIT-ML", (14.02, 34.10, 50.00, 10.5), (13.61, 33.33, 44.77, 13.0)),
    "HumanML3D": Published("trained on HumanML3D", (7.35, 20.98, 34.33, 23.5), (7.90, 17.71, 25.88, 31.0)),
    "Transferred": Published("trained on HumanML3D, then KIT-ML", (15.28, 38.71, 52.65, 9.0), (16.51, 35.78, 47.47, 11.0)),
}


@dataclass(frozen=True)
class Classified:
    """A row of Table 6: accuracies on BABEL-60 in percent."""

    method: str
    trained_on: str
    zero_shot: bool
    top1: float
    top5: float


CLASSIFICATION = (
    Classified("2s-AGCN", "BABEL", False, 41.14, 73.18),
    Classified("MotionCLIP", "BABEL", False, 40.90, 57.71),
    Classified("TMR", "HumanML3D", True, 30.13, 41.52),
    Classified(OURS, "HumanML3D", True, 41.33, 68.97),
)
DAGGER = "† from the paper of TMR, where only the own pair counts (protocol strict)."


def dataset_of(library: Library, motions: int) -> str:
    """'HumanML3D', 'KIT-ML' or 'InterHuman' for their whole test splits, else '': figures of other data have nothing
    published beside them. Known by layout, skeleton and the size of the split."""
    if library.layout == "InterHuman folder" and 1400 <= motions <= 1700:
        return "InterHuman"
    if library.layout == "KIT-ML folder" and 780 <= motions <= 880:
        return "KIT-ML"
    if library.layout == "HumanML3D folder" and 4000 <= motions <= 4700:
        skeleton = library.load(library.clips[0].id).skeleton
        return "HumanML3D" if known_name(skeleton) == known_name(SMPL22) else ""
    return ""


def beside(dataset: str, protocol: str) -> tuple[Published, ...]:
    """Return the published figures for a data set and protocol. Those that the paper takes from TMR's are of the protocol strict;
    those of small batches have none here."""
    rows = PUBLISHED.get((dataset, "exact_caption" if protocol == "strict" else protocol), ())
    return tuple(row for row in rows if row.by_tmr == (protocol == "strict"))
