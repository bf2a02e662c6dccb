"""Python blocks of the pages run, one after the other as on the page, on small data."""

import re
import shutil
from pathlib import Path

import pytest

import motionpatches as mp

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = sorted(page for page in DOCS.glob("*.md") if "```python" in page.read_text())


def blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.fixture
def ran(tmp_path, monkeypatch, small_library, smpl_motion, capsys):
    """Run a page's blocks in a folder with FOLDER and MOTION.bvh; give the names that they leave and what they print."""

    def run(name: str) -> tuple[dict, str]:
        shutil.copytree(small_library, tmp_path / "FOLDER")
        mp.export(smpl_motion, tmp_path / "MOTION.bvh")
        monkeypatch.chdir(tmp_path)
        names: dict = {}
        for block in blocks(DOCS / name):
            exec(compile(block, name, "exec"), names)
        return names, capsys.readouterr().out

    return run


def test_every_page_with_python_has_a_test_here():
    assert {page.name for page in PAGES} == {"api-inspect.md", "api-search.md", "api-evaluate.md", "export.md", "plug-ins.md"}
    for page in PAGES:
        assert f'ran("{page.name}")' in Path(__file__).read_text()


def test_open_and_inspect(ran):
    names, printed = ran("api-inspect.md")
    assert names["motion"].positions.shape == (60, 22, 3) and names["part"].frame_count == 20
    assert names["patches"].pixels.shape == (3, 224, 80) and names["patches"].frames == 60
    assert "12 clips" in printed and "up axis: Y" in printed and "missing.bvh" in printed


def test_a_plug_in_reads_its_format(ran, tmp_path):
    names, _ = ran("plug-ins.md")
    file = tmp_path / "a.places"
    file.write_text('{"fps": 30, "names": ["hips", "head"], "parents": [-1, 0], "places": [[[0, 1, 0], [0, 2, 0]]]}')
    (take,) = names["PLACES"].read(file)
    assert take.positions.shape == (1, 2, 3) and take.skeleton.joint_names == ("hips", "head") and take.fps == 30


def test_search(ran):
    names, printed = ran("api-search.md")
    assert names["similar"][0].clip_id == names["library"].clips[0].id
    # Clips of odd numbers walk, the others wave.
    waving = mp.search(names["library"], "a person waves", names["model"], 3)
    assert all(int(hit.clip_id) % 2 == 0 for hit in waving) and all(int(hit.clip_id) % 2 for hit in names["hits"][:3])
    assert names["texts"].shape == (2, 384) and names["windows"].shape == (1, 384)
    assert printed.count("\n") >= 7


def test_choices_of_an_export(ran, tmp_path):
    ran("export.md")
    assert "UpperChest" in mp.open_motion(tmp_path / "walk.glb").skeleton.joint_names
    assert mp.open_motion(tmp_path / "walk.bvh").fps == pytest.approx(60, abs=1e-3)


def test_evaluate_and_export(ran, tmp_path):
    names, printed = ran("api-evaluate.md")
    assert names["found"].motions == 2 and "exact_caption text to motion" in printed
    assert mp.open_motion(tmp_path / "part.npz").frame_count == 20
    assert sorted(file.name for file in (tmp_path / "results").iterdir()) == ["01.bvh", "02.bvh", "03.bvh"]
