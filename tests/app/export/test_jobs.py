"""Export without a screen: ranges, clean-up, names, manifests, what is there already, a full disk, cancel."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.export.jobs import Outcome, export
from motionpatches.app.export.plan import KINDS, PURPOSES, Item, Plan, Request, Style, suggested_name
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import PRESETS, Choices
from motionpatches.core.export.clean_up import CleanUp, clean_motion
from motionpatches.core.export.write import clean_name, free_name
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.io.load import load_motions
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import Cancelled, run
from tests.core.export.test_onto_character import character


@pytest.fixture
def library(small_library):
    return run(open_library(small_library))


def items(library, *numbers):
    clips = [library.clips[n] for n in numbers]
    return tuple(Item(c.id, c.caption, rank=i, score=0.5) for i, c in enumerate(clips, 1))


def test_a_range_is_cut_then_cleaned_up_and_written(library, tmp_path):
    clean_up = CleanUp(trim_start_s=0.1, smooth_s=0.05, in_place=True)
    item = replace(items(library, 1)[0], start_s=0.5, end_s=1.5)
    outcome = run(export(library, Request((item,), Plan("npy", clean_up=clean_up), tmp_path / "a.npy"), None))
    assert outcome.files == [tmp_path / "a.npy"] and not outcome.left_out
    expected = clean_motion(library.load(item.clip_id).cut(0.5, 1.5), clean_up)
    assert expected.frame_count == 18
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), expected.positions, atol=1e-6)


def test_the_manifest_names_real_ranges_and_files_without_blanks(library, tmp_path):
    whole, part = items(library, 0, 1)
    part = replace(part, start_s=0.5, end_s=1.0)
    request = Request((whole, part), Plan("npz", clean_up=CleanUp(trim_end_s=0.1)), tmp_path / "out", "each", "walk", "tiny")
    outcome = run(export(library, request, None))
    rows = json.loads((tmp_path / "out" / "manifest.json").read_text())["results"]
    duration = library.clips[0].duration_s
    assert duration > 1
    assert [(row["start_s"], row["end_s"]) for row in rows] == [(0.0, pytest.approx(duration - 0.1)), (0.5, 0.9)]
    assert [row["file"] for row in rows] == ["01_000000.npz", "02_000001.npz"]
    assert rows[1]["duration_s"] == pytest.approx(0.4)
    assert outcome.files == [tmp_path / "out" / name for name in ("01_000000.npz", "02_000001.npz", "manifest.json")]


def test_names_have_no_blanks_and_no_signs():
    assert clean_name("walk + left/right  (2).bvh#take 1") == "walk_left_right_2_.bvh_take_1"
    assert clean_name(" .. ") == "motion" and clean_name("左 手") == "左_手" and len(clean_name("x" * 300)) == 80
    item = Item("a b+c")
    assert suggested_name((item,), Plan("gif"), "file") == "a_b_c.gif"
    assert suggested_name((item, item), Plan("gif"), "each", "a person waves?") == "a_person_waves"
    assert suggested_name((item, item), Plan("glb"), "together", "my takes") == "my_takes.glb"


def test_nothing_is_overwritten_unless_asked(library, tmp_path):
    (tmp_path / "a.bvh").write_text("mine")
    one = Request(items(library, 0), Plan("bvh"), tmp_path / "a.bvh")
    assert one.existing() == [tmp_path / "a.bvh"]
    with pytest.raises(StudioError, match="a.bvh: it exists already"):
        run(export(library, one, None))
    assert (tmp_path / "a.bvh").read_text() == "mine"
    (tmp_path / "manifest.json").write_text("mine")
    every = Request(items(library, 0, 1), Plan("bvh"), tmp_path, "each")
    with pytest.raises(StudioError, match="manifest.json: it exists already"):
        run(export(library, every, None))
    assert sorted(f.name for f in tmp_path.glob("*.*")) == ["a.bvh", "manifest.json"]
    run(export(library, replace(one, replaces=True), None))
    assert (tmp_path / "a.bvh").read_text().startswith("HIERARCHY")
    assert free_name(tmp_path / "a.bvh") == tmp_path / "a_2.bvh" and free_name(tmp_path / "b.bvh") == tmp_path / "b.bvh"


def test_a_cancelled_export_keeps_whole_files_and_lists_them(library, tmp_path):
    request, seen = Request(items(library, 0, 1, 2), Plan("bvh"), tmp_path / "out", "each"), []
    with pytest.raises(Cancelled):
        run(export(library, request, None), seen.append, lambda: len(seen) == 3)
    assert [str(progress.what) for progress in seen][-1] == "Writing 03_000002.bvh (3 of 3)"
    rows = json.loads((tmp_path / "out" / "manifest.json").read_text())["results"]
    there = sorted(os.listdir(tmp_path / "out"))
    assert [row["file"] for row in rows] == ["01_000000.bvh", "02_000001.bvh"] and there[:2] == [r["file"] for r in rows]
    assert len(there) == 3


def test_a_full_disk_and_a_missing_permission_are_sentences(library, tmp_path, monkeypatch):
    request = Request(items(library, 0), Plan("bvh"), tmp_path / "a.bvh")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StudioError, match="a.bvh: the disk is full. Free some space or choose another place"):
            run(export(library, request, None))
    assert not list(tmp_path.glob("*.bvh")) and not list(tmp_path.glob(".motionpatches*")), "what is not whole is removed"
    (tmp_path / "no").mkdir()
    (tmp_path / "no").chmod(0o500)
    if os.access(tmp_path / "no", os.W_OK):
        monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(PermissionError(errno.EACCES, "denied")))
    with pytest.raises(StudioError, match="no permission to read or write it"):
        run(export(library, replace(request, path=tmp_path / "no" / "a.bvh"), None))


def test_what_cannot_be_cleaned_up_is_left_out_and_named(library, tmp_path):
    request = Request(items(library, 0, 1), Plan("npy", clean_up=CleanUp(trim_start_s=60)), tmp_path, "each")
    with pytest.raises(StudioError, match="Nothing is left of"):
        run(export(library, request, None))
    part = replace(request.items[0], start_s=0.2, end_s=0.4)
    plan = Plan("npy", clean_up=CleanUp(trim_start_s=0.5))
    outcome = run(export(library, replace(request, items=(part, request.items[1]), plan=plan), None))
    assert isinstance(outcome, Outcome) and len(outcome.left_out) == 1 and "Trim less" in outcome.left_out[0]


def test_all_clips_in_one_gltf_file_are_an_animation_each(library, tmp_path):
    request = Request(items(library, 0, 1, 2), Plan("glb", choices=PRESETS["unity"]), tmp_path / "all.glb", "together")
    run(export(library, request, None))
    found = load_motions(tmp_path / "all.glb")
    assert [motion.name for motion in found] == [library.clips[n].id for n in (0, 1, 2)]
    assert found[0].skeleton.joint_names[0] == "Hips"


def test_all_results_together_are_animations_of_one_character(library, tmp_path):
    (tmp_path / "me.glb").write_bytes(character())
    plan = Plan("glb", choices=Choices(rig=str(tmp_path / "me.glb")))
    run(export(library, Request(items(library, 0, 1, 2), plan, tmp_path / "all.glb", "together"), None))
    made = Document(tmp_path / "all.glb")
    assert [animation["name"] for animation in made.json["animations"]] == ["000000", "000001", "000002"]
    assert len(made.json["meshes"]) == 1 and len(made.json["skins"]) == 1
    assert [motion.frame_count for motion in load_motions(tmp_path / "all.glb")] == [
        library.load(clip.id).frame_count for clip in library.clips[:3]
    ]


@pytest.mark.parametrize("name", PURPOSES)
def test_every_purpose_is_a_plan_that_fits_its_format(name):
    plan = PURPOSES[name].apply(Plan(style=Style(look="transparent", trails=True, zoom=0.7)))
    assert plan.format is KINDS[PURPOSES[name].kind] and plan == plan.fitting()
    assert plan.style.zoom == 0.7 and plan.style.trails, "what the stage shows stays"
    assert (plan.poses > 1) == plan.format.sheet
    assert plan.style.look != "transparent" or plan.format.clear or not plan.format.picture
    assert plan.choices == (PRESETS[PURPOSES[name].program] if PURPOSES[name].program else Choices())


def test_data_is_written_without_qt(small_library, tmp_path):
    take = small_library / "new_joints" / "000000.npy"
    code = (
        "import sys\nfrom motionpatches.app.cli.parser import main\n"
        f"assert main(['export', {str(take)!r}, '-o', {str(tmp_path / 'a.glb')!r}, '--foot-lock', '--loop', '0.2']) == 0\n"
        "assert not {'PySide6', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    whole, looped = np.load(take), load_motions(tmp_path / "a.glb")[0]
    assert looped.frame_count == len(whole) - 4
