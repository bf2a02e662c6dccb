"""The command line as a person or a script uses it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import paths

ROOT = Path(__file__).resolve().parents[2]
needs_starter = pytest.mark.skipif(not paths.starter_model().exists(), reason="the starter model is not built yet")


def cli(*arguments):
    return subprocess.run([sys.executable, "-m", "motionpatches", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)


def test_info_of_a_library(small_library):
    done = cli("info", small_library, "--json")
    values = json.loads(done.stdout)
    assert done.returncode == 0 and values["motions"] == 12 and values["splits"]["train"] == 8
    assert values["first"]["body_parts"]["left arm"][-1] == "left_wrist"


def test_info_of_real_bvh(shared):
    file = next((shared / "bvh" / "bandai").glob("*.bvh"))
    values = json.loads(cli("info", file, "--json").stdout)
    found = {a["what"]: a["value"] for a in values["first"]["assumptions"]}
    assert found["unit"] == "centimetres" and found["up axis"] == "Y" and found["rate"] == "30 fps"


def test_errors_are_one_sentence_and_exit_1(tmp_path):
    done = cli("info", tmp_path / "nothing.bvh")
    assert done.returncode == 1 and "nothing.bvh" in done.stderr and "Traceback" not in done.stderr
    (tmp_path / "s.npy").write_bytes(b"x")
    assert cli("info", tmp_path / "s.npy").returncode == 1
    assert cli("search").returncode == 2 and cli("train").returncode == 1


def test_patches_to_array_and_picture(small_library, tmp_path):
    motion = small_library / "new_joints" / "000001.npy"
    assert cli("patches", motion, "-o", tmp_path / "p.npy").returncode == 0
    pixels = np.load(tmp_path / "p.npy")
    frames = len(np.load(motion))
    assert pixels.shape == (3, 224, 80) and (pixels[:, frames:] == 0).all() and (pixels[:, :frames] != 0).any()
    assert cli("patches", motion, "-o", tmp_path / "p.png", "--statistics", small_library).returncode == 0
    assert (tmp_path / "p.png").stat().st_size > 500
    assert cli("patches", motion, "-o", tmp_path / "p.jpg").returncode == 1


@needs_starter
def test_search_finds_four_right_hand_waves():
    hits = json.loads(cli("search", "a person waves with the right hand", "--json", "-k", "5").stdout)["hits"]
    assert sum("wave right" in h["id"] for h in hits) >= 4


@needs_starter
def test_search_finds_waves():
    done = cli("search", "a person waves with the right hand", "--json", "-k", "5")
    values = json.loads(done.stdout)
    assert done.returncode == 0 and [h["rank"] for h in values["hits"]] == [1, 2, 3, 4, 5]
    assert "wave right" in values["hits"][0]["id"]
    assert set(values["hits"][0]) == {"rank", "id", "score", "strength", "caption", "path", "start_s", "end_s"}


@needs_starter
def test_index_twice_and_search_own_files(small_library):
    first = json.loads(cli("index", small_library, "--json").stdout)
    assert first["motions"] == 12 < first["entries"]
    hits = json.loads(cli("search", "walking ahead", "--library", small_library, "--json", "-k", "3").stdout)["hits"]
    assert all("walk" in h["caption"] or "step" in h["caption"] for h in hits)


@needs_starter
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb on this machine")
def test_screenshot_shows_the_whole_window(tmp_path):
    from PIL import Image

    out = tmp_path / "shot.png"
    done = cli("screenshot", out, "--query", "someone jumps", "--size", "1280x800")
    assert done.returncode == 0, done.stderr
    picture = np.asarray(Image.open(out).convert("RGB")).astype(int)
    assert picture.shape == (800, 1280, 3)
    for name, box in {
        "tiles": (slice(70, 200), slice(20, 1260)),
        "library": (slice(330, 650), slice(10, 230)),
        "stage": (slice(300, 700), slice(280, 940)),
        "patches": (slice(290, 650), slice(990, 1250)),
    }.items():
        assert picture[box].std() > 8, name


@needs_starter
def test_similar_finds_itself_and_what_is_like_it():
    found = json.loads(cli("search", "a person waves with the right hand", "-k", "1", "--by-motion", "--json").stdout)["hits"][0]
    done = json.loads(cli("similar", found["id"], "-k", "5", "--json").stdout)
    assert done["hits"][0]["id"] == found["id"] and done["hits"][0]["score"] > 0.99
    assert sum("wave" in h["id"] for h in done["hits"]) >= 3
    none = cli("similar", found["id"], "--start", "9", "--end", "2")
    assert none.returncode == 1 and "there is no frame" in none.stderr


@needs_starter
def test_evaluate_and_classify(small_library, tmp_path):
    done = cli(
        "evaluate",
        small_library,
        "--split",
        "all",
        "--protocol",
        "exact_caption",
        "--protocol",
        "strict",
        "--json",
        "-o",
        tmp_path / "r.md",
    )
    values = json.loads(done.stdout)
    assert values["motions"] == 12 and set(values["protocols"]) == {"exact_caption", "strict"}
    assert set(values["protocols"]["strict"]["m2t"]) == {"R@1", "R@2", "R@3", "R@5", "R@10", "MedR"}
    assert "12 motions" in (tmp_path / "r.md").read_text()
    bad = cli("evaluate", small_library, "--protocol", "best")
    assert bad.returncode == 2 and "exact_caption" in bad.stderr
    (tmp_path / "t.csv").write_text("id,label\n" + "".join(f"{i:06d},{'walk' if i % 2 else 'wave'}\n" for i in range(12)))
    labelled = json.loads(cli("classify", small_library, "--labels", "walk,wave", "--truth", tmp_path / "t.csv", "--json").stdout)
    assert labelled["accuracy"]["motions"] == 12 and labelled["accuracy"]["top1"] > 80 and len(labelled["clips"]) == 12


@needs_starter
def test_the_models_on_this_computer():
    listed = json.loads(cli("model", "list", "--json").stdout)
    assert listed[0]["name"] == "starter" and "vit_tiny" in listed[0]["summary"]
    assert "Apache-2.0" in cli("model", "info").stdout
