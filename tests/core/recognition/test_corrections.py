"""Corrections by the user: the nearest scope counts most, field by field; a damaged list never stops an import."""

import json
import os
import subprocess
import sys
import threading
import time
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import notices, paths
from motionpatches.core.errors import FileProblem
from motionpatches.core.motion.skeleton import KIT21, SMPL22, Skeleton
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction, exchange, find, forget, listed, remember
from tests.patience import PATIENCE

FILE = Path("/takes/walks/slow/a.bvh")
CHAINS = SMPL22.chains


def stored() -> Path:
    return paths.corrections()


def write(values) -> None:
    stored().parent.mkdir(parents=True, exist_ok=True)
    stored().write_text(values if isinstance(values, str) else json.dumps(values))


@pytest.fixture(autouse=True)
def no_list_before():
    for file in (stored(), stored().with_name(stored().name + ".damaged")):
        file.unlink(missing_ok=True)
    notices.untold()


def test_fields_of_all_scopes_hold_together():
    remember("rig", SMPL22, None, Correction(chains=CHAINS, unit_m=1.0))
    remember("folder", SMPL22, FILE, Correction(up="Z"))
    remember("file", SMPL22, FILE, Correction(unit_m=0.0254))
    said = find(SMPL22, FILE)
    assert said == Correction(unit_m=0.0254, up="Z", chains=CHAINS)
    assert [said.reason(name) for name in ("unit_m", "up", "chains", "fps")] == [
        "said by you for this file",
        "said by you for this folder",
        "said by you for this rig everywhere",
        "said by you",
    ]
    assert find(SMPL22, FILE.with_name("b.bvh")) == Correction(unit_m=1.0, up="Z", chains=CHAINS)
    assert find(SMPL22, Path("/takes/a.bvh")) == find(SMPL22) == Correction(unit_m=1.0, chains=CHAINS)
    assert find(KIT21, FILE) == Correction(), "another rig in the same file"


def test_the_nearest_place_counts_as_a_slow_twin_says():
    """Against a twin that walks up the folders by hand, for every mix of scopes."""
    spots = {
        "file": ("file", FILE),
        "near": ("folder", FILE),
        "far": ("folder", FILE.parents[2] / "none.bvh"),
        "rig": ("rig", None),
    }
    for chosen in product([False, True], repeat=4):
        said = {name: float(i + 1) for i, (name, on) in enumerate(zip(spots, chosen, strict=True)) if on}
        for name, unit in said.items():
            remember(spots[name][0], SMPL22, spots[name][1], Correction(unit_m=unit))
        twin = next((said[name] for name in ("file", "near", "far", "rig") if name in said), None)
        assert find(SMPL22, FILE).unit_m == twin
        assert len(listed()) == len(said)
        corrections.forget_all()
        assert listed() == () and find(SMPL22, FILE) == Correction()


def test_a_folder_holds_for_what_lies_below_and_not_for_what_begins_alike(tmp_path):
    for name in ("walks/slow", "walks2"):
        (tmp_path / name).mkdir(parents=True)
    remember("folder", SMPL22, tmp_path / "walks", Correction(up="Z"))
    assert find(SMPL22, tmp_path / "walks" / "slow" / "a.bvh").up == "Z"
    assert find(SMPL22, tmp_path / "walks2" / "a.bvh").up is None


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_reached_by_another_way_is_the_same(tmp_path, monkeypatch):
    (tmp_path / "real" / "walks").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    remember("folder", SMPL22, tmp_path / "link" / "walks" / "a.bvh", Correction(up="Z"))
    remember("file", SMPL22, tmp_path / "real" / "walks" / "a.bvh", Correction(unit_m=0.1))
    monkeypatch.chdir(tmp_path / "real")
    for path in ("link/walks/a.bvh", "real/walks/a.bvh"):
        assert find(SMPL22, tmp_path / path) == Correction(unit_m=0.1, up="Z")
    assert find(SMPL22, Path("walks/a.bvh")) == find(SMPL22, Path("walks/../walks/a.bvh")) == Correction(unit_m=0.1, up="Z")


def test_saying_it_again_takes_the_place_and_nothing_forgets():
    before = corrections.version()
    remember("folder", SMPL22, FILE, Correction(up="Z", root_offset=True))
    said = corrections.version()
    remember("folder", SMPL22, FILE, Correction(up="X"))
    assert find(SMPL22, FILE) == Correction(up="X") and len(listed()) == 1
    assert len({before, said, corrections.version()}) == 3
    remember("folder", SMPL22, FILE, Correction())
    assert listed() == () and find(SMPL22, FILE).token == ""


def test_what_is_listed_tells_a_person_which_rig():
    remember("file", SMPL22, FILE, Correction(root_offset=False))
    (entry,) = listed()
    assert (entry.scope, entry.place) == ("file", os.path.realpath(FILE))
    assert (entry.joints, entry.name) == (22, "pelvis, left_hip, right_hip")
    assert entry.correction == Correction(root_offset=False) and entry.when.count("-") == 2
    many = Skeleton(tuple(f"a very long name of a joint {i}" for i in range(4)), (-1, 0, 1, 2))
    assert len(corrections.label(many)) == 60


def test_undo_puts_back_what_was_and_leaves_what_others_wrote():
    remember("rig", SMPL22, None, Correction(unit_m=1.0))
    before = listed()
    remember("rig", SMPL22, None, Correction(unit_m=2.0))
    after = listed()
    remember("rig", KIT21, None, Correction(up="Z"))
    exchange(after, before)
    assert find(SMPL22).unit_m == 1.0 and find(KIT21).up == "Z"
    exchange(before, ())
    assert find(SMPL22) == Correction() and find(KIT21).up == "Z"
    forget(listed()[0])
    assert listed() == ()


def test_a_change_is_taken_back_byte_for_byte_or_not_at_all():
    """Entries that cannot be read come back too; what another window wrote stays, and an error reports it."""
    write({"corrections": [good(), {"scope": "moon"}], "format": 2})
    old = stored().read_bytes()
    (entry,) = listed()
    back = exchange([entry], [])
    new = stored().read_bytes()
    back = exchange([], [entry], back)
    assert stored().read_bytes() == old
    exchange([entry], [], back)
    assert stored().read_bytes() == new

    back = exchange([], [entry])
    remember("rig", KIT21, None, Correction(up="Z"))
    back = exchange([entry], [], back)
    assert [e.scope for e in listed()] == ["rig"], "what else was written stays"
    back = exchange([], [entry], back)
    remember("folder", SMPL22, Path(entry.place) / "a.bvh", Correction(unit_m=3.0))
    before = stored().read_bytes()
    with pytest.raises(FileProblem, match="has changed these corrections since"):
        exchange([entry], [], back)
    assert stored().read_bytes() == before


def test_a_list_of_the_version_before_is_read():
    key = corrections.hierarchy_key(SMPL22)
    write({key: {"unit_m": 0.0254, "up": "Z", "fps": None, "chains": [list(c) for c in CHAINS]}})
    assert find(SMPL22, FILE) == Correction(unit_m=0.0254, up="Z", chains=CHAINS)
    assert listed()[0].scope == "rig" and not notices.untold()
    remember("rig", KIT21, None, Correction(up="Z"))
    assert find(SMPL22).unit_m == 0.0254 and json.loads(stored().read_text())["format"] == 2


def good(**changed):
    return {
        "scope": "folder",
        "rig": corrections.hierarchy_key(SMPL22),
        "place": str(FILE.parent),
        "joints": 22,
        "name": "",
        "when": "",
        "unit_m": 2.0,
        **changed,
    }


BAD = [
    {"up": 0},
    {"up": "W"},
    {"up": []},
    {"unit_m": "x"},
    {"unit_m": 0},
    {"unit_m": True},
    {"unit_m": -1},
    {"unit_m": float("inf")},
    {"unit_m": 10**400},
    {"unit_m": None},
    {"fps": float("nan")},
    {"fps": 0},
    {"fps": {}},
    {"chains": 3},
    {"chains": [[float("inf"), 1]] * 5},
    {"chains": [[0, 1]] * 4},
    {"chains": [[3, 3]] * 5},
    {"chains": [[3]] * 5},
    {"chains": ["ab"] * 5},
    {"chains": [[0, 22]] * 5},
    {"chains": [[0, True]] * 5},
    {"chains": [None] * 5},
    {"chains": [[-1, 2]] * 5},
    {"root_offset": 1},
    {"root_offset": "yes"},
    {"scope": "world"},
    {"scope": []},
    {"scope": "rig"},
    {"place": ""},
    {"place": None},
    {"rig": 5},
    {"joints": "22"},
    {"joints": -3.5},
    {"when": 7},
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_an_impossible_entry_is_skipped_and_counted(bad):
    write({"format": 2, "corrections": [good(**bad), good(scope="file", place=str(FILE), unit_m=3.0), 5, None, [], "x"]})
    assert find(SMPL22, FILE) == Correction(unit_m=3.0)
    assert corrections.unread() == 5 and "5 of 6" in notices.untold()[0] and not notices.untold()
    remember("rig", KIT21, None, Correction(up="Z"))
    assert corrections.unread() == 0 and len(listed()) == 2
    assert "x" in json.loads(stored().with_name(stored().name + ".damaged").read_text())["corrections"], "the file before is kept"


@pytest.mark.parametrize(
    "bad",
    [
        {"up": 0},
        {"unit_m": "x"},
        {"fps": float("nan")},
        {"chains": [[float("inf")]] * 5},
        None,
        3,
        "word",
        [],
        {"unit_m": {"a": []}},
    ],
    ids=str,
)
def test_a_damaged_entry_of_the_version_before(bad):
    write({corrections.hierarchy_key(SMPL22): bad, corrections.hierarchy_key(KIT21): {"up": "Z"}})
    assert find(SMPL22, FILE) == Correction() and find(KIT21, FILE).up == "Z" and corrections.unread() == 1


@pytest.mark.parametrize(
    "content",
    ["", "no json", "[]", "3", "null", '{"a": ' * 100_000, "[" * 100_000, "\ufeff{}x", '{"corrections": [' * 990, "9" * 5000],
    ids=lambda content: content[:12],
)
def test_a_file_that_is_no_list_is_put_aside_and_said(content):
    write(content)
    assert find(SMPL22, FILE) == Correction() and corrections.version() == ""
    aside = stored().with_name(stored().name + ".damaged")
    assert not stored().exists() and aside.read_text() == content
    assert aside.name in notices.untold()[0]
    remember("rig", SMPL22, None, Correction(up="Z"))
    assert find(SMPL22).up == "Z" and aside.exists()


def test_random_content_never_raises():
    rng = np.random.default_rng(0)
    remember("folder", SMPL22, FILE, Correction(unit_m=2.0, up="Z", fps=30, chains=CHAINS, root_offset=True))
    whole = stored().read_bytes()
    for _ in range(300):
        damaged = bytearray(whole[: rng.integers(1, len(whole) + 1)])
        for at in rng.integers(0, len(damaged), 3):
            damaged[at] = rng.integers(0, 256)
        stored().write_bytes(damaged)
        said = find(SMPL22, FILE)
        corrections.check(said, SMPL22)
        listed()


def test_what_cannot_be_is_refused_before_it_is_kept():
    for correction, words in (
        (Correction(unit_m=0), "no length"),
        (Correction(unit_m=float("nan")), "no length"),
        (Correction(up="W"), "no axis"),
        (Correction(fps=0), "not possible"),
        (Correction(chains=((0,),) * 5), "two joints"),
    ):
        with pytest.raises(FileProblem, match=words):
            remember("rig", SMPL22, None, correction)
    assert listed() == () and not stored().exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    (tmp_path / "config").mkdir(mode=0o500)
    with pytest.raises(FileProblem, match="permission"):
        remember("rig", SMPL22, None, Correction(up="Z"))


def test_a_list_that_cannot_be_opened_is_not_written_over(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    stored().mkdir(parents=True)
    assert find(SMPL22) == Correction()
    with pytest.raises(FileProblem):
        remember("rig", SMPL22, None, Correction(up="Z"))


def test_several_writers_lose_nothing():
    """Threads and another program at once, each on rigs of its own."""
    rigs = [Skeleton((f"joint {i}", "end"), (-1, 0)) for i in range(24)]
    code = (
        "from motionpatches.core.motion.skeleton import Skeleton\n"
        "from motionpatches.core.recognition import corrections as c\n"
        "for i in range(12): c.remember('rig', Skeleton((f'other {i}', 'end'), (-1, 0)), None, c.Correction(up='Z'))"
    )
    other = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[3])

    def work(some):
        for rig in some:
            remember("rig", rig, None, Correction(unit_m=2.0))

    threads = [threading.Thread(target=work, args=(rigs[i::3],)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(60) == 0
    assert len(listed()) == 36 and all(find(rig).unit_m == 2.0 for rig in rigs)


def test_the_file_is_parsed_once_and_seen_when_it_changes(monkeypatch):
    remember("folder", SMPL22, FILE, Correction(up="Z"))
    find(SMPL22, FILE)
    monkeypatch.setattr(json, "loads", lambda *_: pytest.fail("parsed again"))
    started = time.perf_counter()
    for i in range(1000):
        assert find(SMPL22, FILE.with_name(f"{i}.bvh")).up == "Z"
    assert time.perf_counter() - started < PATIENCE * 1.0
    monkeypatch.undo()
    text = stored().read_text().replace('"Z"', '"X"')
    stored().write_text(text)
    os.utime(stored(), ns=(1, 1))
    assert find(SMPL22, FILE).up == "X", "another program wrote it"
