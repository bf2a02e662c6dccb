"""What is exported and how: kinds of files, looks, purposes, and the clean-up. Qt is not imported here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from motionpatches.app.export.files import PICTURE_FORMATS
from motionpatches.core.export.choices import PLAIN, PRESETS, Choices
from motionpatches.core.export.clean_up import NONE, CleanUp
from motionpatches.core.export.write import EXPORTERS, MANIFEST, clean_name, exporters, file_name

LOOKS = ("light", "dark", "transparent")
# Poses of a contact sheet.
SHEET_POSES = 12
Way = Literal["file", "each", "together"]


@dataclass(frozen=True)
class Style:
    """How pictures look.

    Args:
        size: Width and height of the whole picture in pixels.
        fps: Frames per second of a video.
        look: One of LOOKS.
        azimuth, elevation: Angles of the camera in radians.
        zoom: Distance of the camera over that which shows the whole body.
        shift: Metres from the middle of the body to what the camera looks at.
        follow: Whether the camera follows the body.
        turn_s: Seconds in which the camera turns once around the body; 0 for none.
        trails: Draw the paths of hands, feet and head over the last 1.2 s.
        ghosts: Draw the poses before and after.
        trajectory: Draw the path of the root.
        axes: Draw the axes at the origin.
        colouring: 'parts' or 'speed'.
        labels: Write captions below.
    """

    size: tuple[int, int] = (720, 720)
    fps: float = 25.0
    look: str = "light"
    azimuth: float = 0.5
    elevation: float = 0.18
    zoom: float = 1.0
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    follow: bool = True
    turn_s: float = 0.0
    trails: bool = False
    ghosts: bool = False
    trajectory: bool = False
    axes: bool = False
    colouring: str = "parts"
    labels: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of file: its suffix and name; `picture`, and if so whether it is `moving`, can be `clear`, or is a `sheet`."""

    suffix: str
    title: str
    picture: bool = False
    moving: bool = False
    clear: bool = False
    sheet: bool = False


def _kinds() -> dict[str, Kind]:
    found = {
        suffix.removeprefix("."): Kind(suffix, one.title, True, one.moving, one.clear) for suffix, one in PICTURE_FORMATS.items()
    }
    found["sheet"] = Kind(".png", "Contact sheet", True, clear=True, sheet=True)
    found.update({suffix.removeprefix("."): Kind(suffix, one.title) for suffix, one in EXPORTERS.items()})
    return found


KINDS = _kinds()


@dataclass(frozen=True)
class Plan:
    """How files are made: `kind` of KINDS; `style` of pictures with the number of `poses` of a sheet; `choices` of data;
    `clean_up` of all."""

    kind: str = "gif"
    style: Style = field(default_factory=Style)
    choices: Choices = PLAIN
    clean_up: CleanUp = NONE
    poses: int = 1

    @property
    def format(self) -> Kind:
        """Return the kind of file."""
        return KINDS[self.kind]

    def fitting(self) -> Plan:
        """Return the plan with a look that the format has, and poses as many as it shows."""
        style = self.style
        if style.look == "transparent" and self.format.picture and not self.format.clear:
            style = replace(style, look="light")
        poses = max(self.poses, 2) if self.format.sheet else 1
        return replace(self, style=style, poses=poses)


@dataclass(frozen=True)
class Purpose:
    """What files are wanted for: a name, a kind, and what follows from the purpose."""

    title: str
    kind: str
    size: tuple[int, int] = (720, 720)
    fps: float = 25.0
    program: str = ""
    look: str = ""

    def apply(self, plan: Plan) -> Plan:
        """Return a plan for this purpose; what the purpose leaves open stays."""
        style = plan.style
        if KINDS[self.kind].picture:
            style = replace(style, size=self.size, fps=self.fps, look=self.look or style.look)
        choices = PRESETS.get(self.program, PLAIN)
        return replace(plan, kind=self.kind, style=style, choices=choices, poses=SHEET_POSES).fitting()


# In the order in which they are offered.
PURPOSES = {
    "gif-chat": Purpose("GIF for chat", "gif", (480, 480), 15.0),
    "mp4-1080p": Purpose("MP4 1080p", "mp4", (1920, 1080), 30.0),
    "picture": Purpose("Picture", "png", (1080, 1080)),
    "sticker": Purpose("Picture on nothing", "png", (1080, 1080), look="transparent"),
    "contact-sheet": Purpose("Contact sheet", "sheet", (1920, 1440)),
    "fbx-unreal": Purpose("FBX for Unreal", "fbx", program="unreal"),
    "fbx-maya": Purpose("FBX for Maya", "fbx", program="maya"),
    "glb-unity": Purpose("GLB for Unity", "glb", program="unity"),
    "glb-godot": Purpose("GLB for Godot", "glb", program="godot"),
    "glb-blender": Purpose("GLB for Blender", "glb", program="blender"),
    "bvh-blender": Purpose("BVH for Blender", "bvh", program="blender"),
    "usd": Purpose("USD", "usda", program="blender"),
    "npz": Purpose("Arrays for Python", "npz"),
    "csv": Purpose("Table", "csv"),
}


def with_plug_ins() -> dict[str, Purpose]:
    """PURPOSES, with a kind and a purpose for each exporter of another package."""
    for suffix, one in exporters().items():
        name = suffix.removeprefix(".")
        if name not in KINDS:
            KINDS[name] = Kind(suffix, one.title)
            PURPOSES[name] = Purpose(one.title, name)
    return PURPOSES


def plan_for(purpose: str, **style: Any) -> Plan:
    """Return the plan of a name in PURPOSES with fields of its Style."""
    return PURPOSES[purpose].apply(Plan(style=Style(**style)))


@dataclass(frozen=True)
class Item:
    """A clip, or a range of it in seconds (end_s 0: to its end); rank and score where it is a result."""

    clip_id: str
    caption: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    rank: int = 1
    score: float | None = None


@dataclass(frozen=True)
class Request:
    """One export.

    `way`: one item as a 'file', 'each' item as a file in a folder with a manifest, or all 'together' in a file. `query` and
    `model` are for the manifest. `replaces`: files that are there are replaced.
    """

    items: tuple[Item, ...]
    plan: Plan
    path: Path
    way: Way = "file"
    query: str = ""
    model: str = ""
    replaces: bool = False

    def files(self) -> list[Path]:
        """Return the files that are written; the second people of pairs have files beside these."""
        if self.way != "each":
            return [self.path]
        suffix = self.plan.format.suffix
        return [*(self.path / f"{file_name(i.rank, i.clip_id)}{suffix}" for i in self.items), self.path / MANIFEST]

    def existing(self) -> list[Path]:
        """Return those that are there already."""
        return [file for file in self.files() if file.exists() or file.is_symlink()]


def suggested_name(items: tuple[Item, ...], plan: Plan, way: Way, name: str = "") -> str:
    """Return a name for what is written: that of the clip, or of the query or library that the items are from."""
    if way == "file":
        return clean_name(items[0].clip_id) + plan.format.suffix
    return clean_name(name) + ("" if way == "each" else plan.format.suffix)


def can_be_together(kind: str) -> bool:
    """Return whether several clips fit into one file of a kind: as tiles of a picture, or as animations of a glTF file."""
    return (KINDS[kind].picture and not KINDS[kind].sheet) or kind == "glb"
