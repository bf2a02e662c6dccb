"""Plug-ins of an installed package: used, listed, and left out where they fail. Installing is what pip does of a wheel: the
module and its dist-info in a folder of sys.path."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import api, notices, plug_ins
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.evaluation import report
from motionpatches.core.evaluation.evaluate import evaluate
from motionpatches.core.evaluation.protocols import Material, protocols, run_protocols
from motionpatches.core.export.write import EXPORTERS, exporters, write_motion
from motionpatches.core.io.load import format_of, load_motion, suffixes
from motionpatches.core.io.native import child
from motionpatches.core.library.cache import take_cache
from motionpatches.core.library.open import open_library
from motionpatches.core.models.config import PRESETS, preset, presets
from motionpatches.core.progress import run
from motionpatches.core.training.config import recipe

EXAMPLE = Path(__file__).parents[1] / "plug_in_example" / "motionpatches_example.py"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install the example with entry points, {group: {name: attribute}}."""
    target = tmp_path / "target"
    target.mkdir()
    shutil.copy(EXAMPLE, target)

    def installed(entries, version="1.2", package="motionpatches-example", extra=""):
        about = target / f"{package.replace('-', '_')}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        lines = []
        for group, names in entries.items():
            lines += [f"[motionpatches.{group}]", *(f"{name} = {value}" for name, value in names.items())]
        (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
        if extra:
            (target / "broken_example.py").write_text(extra)
        importlib.invalidate_caches()
        plug_ins.forget()
        return target

    monkeypatch.syspath_prepend(str(target))
    yield installed
    plug_ins.forget()
    for name in ("motionpatches_example", "broken_example"):
        sys.modules.pop(name, None)
    notices.untold()


def of_example(**names):
    return {name: f"motionpatches_example:{value}" for name, value in names.items()}


def problems():
    return {one.name: one.problem for one in api.plug_ins()}


def test_a_format_of_a_package_is_written_read_and_found_in_a_folder(install, tmp_path, smpl_motion):
    target = install({"readers": of_example(places="PLACES"), "exporters": of_example(places="WRITER")})
    file = tmp_path / "takes" / "walk.places"
    file.parent.mkdir()
    write_motion(smpl_motion, file)
    np.testing.assert_allclose(load_motion(file).positions, smpl_motion.positions, atol=1e-6)
    library = run(open_library(file.parent))
    assert [clip.id for clip in library.clips] == ["walk"] and ".places" in suffixes()
    assert problems() == {"places": ""} and not notices.untold()
    first = take_cache().key(file, take_cache().content(file))
    plug_ins.forget()
    assert ".places" not in EXPORTERS  # nothing stays of it
    (target / "motionpatches_example-1.2.dist-info" / "METADATA").unlink()
    (target / "motionpatches_example-1.2.dist-info" / "entry_points.txt").unlink()
    (target / "motionpatches_example-1.2.dist-info").rmdir()
    install({"readers": of_example(places="PLACES")}, "1.3")
    assert take_cache().key(file, take_cache().content(file)) != first  # another version may read it otherwise


def test_presets_and_metrics_join_their_tables(install):
    install({"models": of_example(small="SMALL"), "metrics": of_example(last="LAST")})
    assert preset("small").dim == 64 and recipe("small").preset == "small"
    rows = np.eye(3, dtype=np.float32)
    figures, missing = run_protocols(Material(rows, rows, ("a", "b", "c")), ("last", "strict"))
    # Column 2 scores 0, 0 and 1: it ties with another at ranks 2 and 3 twice, and is first once.
    assert figures["last"]["t2m"]["R@1"] == pytest.approx(33.33) and figures["last"]["t2m"]["MedR"] == 2.5 and not missing
    assert figures["strict"]["t2m"]["R@1"] == 100.0


@pytest.mark.parametrize(
    ("group", "value", "said"),
    [
        ("readers", "broken_example:x", "ZeroDivisionError"),
        ("readers", "motionpatches_example:absent", "AttributeError"),
        ("readers", "no_such_module_of_anyone:x", "ModuleNotFoundError"),
        ("readers", "motionpatches_example:WRITER", "is no Format but a Exporter"),
        ("readers", "motionpatches_example:NAMELESS", "the name 'BVH' is taken"),
        ("exporters", "motionpatches_example:LAST", "is no Exporter"),
        ("models", "motionpatches_example:read", "is no ModelConfig"),
        ("metrics", "motionpatches_example:SMALL", "is no Protocol"),
    ],
)
def test_one_that_fails_is_named_and_the_others_work(install, group, value, said):
    install(
        {group: {"bad": value}, **({"readers": {"bad": value, **of_example(places="PLACES")}} if group == "readers" else {})},
        extra="x = 1 / 0\n",
    )
    assert said in problems()["bad"]
    (told,) = notices.untold()
    assert "bad of motionpatches-example 1.2" in told and said in told and "Update or uninstall" in told
    assert ".bvh" in suffixes() and ".npz" in exporters() and "paper" in presets() and "strict" in protocols()
    assert (".places" in suffixes()) == (group == "readers")


def test_one_that_ends_the_program_while_it_is_imported_is_left_out(install):
    install({"readers": {"bad": "broken_example:x"}}, extra="import sys\nsys.exit(3)\n")
    assert "SystemExit" in problems()["bad"]


def test_names_that_are_taken_stay_with_the_program(install):
    paper, npz = PRESETS["paper"], EXPORTERS[".npz"]
    install({"models": of_example(paper="SMALL"), "readers": of_example(a="PLACES", b="PLACES")})
    assert presets()["paper"] is paper and exporters()[".npz"] is npz
    assert "taken" in problems()["paper"] and sorted(map(bool, (problems()["a"], problems()["b"]))) == [False, True]


def test_a_file_that_a_plug_in_fails_at_is_left_out_by_name(install, tmp_path):
    install({"readers": of_example(failing="FAILING")})
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "x.failing").write_text("")
    (folder / "a.bvh").write_text(BVH)
    with pytest.raises(FileProblem, match=r"x.failing: the plug-in failing of motionpatches-example 1.2 failed \(KeyError"):
        load_motion(folder / "x.failing")
    library = run(open_library(folder))
    assert [clip.id for clip in library.clips] == ["a"] and "motionpatches-example" in library.skipped[0].reason


BVH = """HIERARCHY
ROOT Hips
{
OFFSET 0 0 0
CHANNELS 3 Xposition Yposition Zposition
End Site
{
OFFSET 0 1 0
}
}
MOTION
Frames: 2
Frame Time: 0.04
0 0 0
0 0 1
"""


def test_a_metric_that_fails_is_a_metric_not_run(install):
    install({"metrics": {"bad": "broken_example:BAD", **of_example(last="LAST")}}, extra=FAILING_METRIC)
    rows = np.eye(3, dtype=np.float32)
    figures, missing = run_protocols(Material(rows, rows, ("a", "b", "c")))
    assert {"strict", "last"} <= figures.keys() and "ValueError: no" in missing["bad"]


FAILING_METRIC = """from motionpatches.core.evaluation.protocols import Protocol
def run(material):
    raise ValueError("no")
BAD = Protocol("Bad", run, "Nothing.")
"""


def test_a_compiled_reader_of_a_package_reads_in_the_child(install, tmp_path, smpl_motion, monkeypatch):
    target = install({"readers": of_example(native="NATIVE"), "exporters": of_example(places="WRITER")})
    monkeypatch.setenv("PYTHONPATH", f"{target}:{ROOT}")
    write_motion(smpl_motion.crop(0, 5), tmp_path / "a.places")
    file = (tmp_path / "a.places").rename(tmp_path / "a.nplaces")
    child.close()
    try:
        assert format_of(file).native and load_motion(file).positions.shape == (5, 22, 3)
    finally:
        child.close()


def test_the_start_looks_for_no_plug_in():
    """Nor do the modules with the tables when they are imported."""
    code = (
        "import motionpatches.core.io.load, motionpatches.core.export.write, motionpatches.core.plug_ins as p\n"
        "import motionpatches.core.models.config\n"
        "assert not p._joined and not p._seen and not p._entry_points.cache_info().currsize\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_studio_error_of_a_plug_in_stays_as_it_is(install, tmp_path):
    (tmp_path / "b.places").write_text("{}")
    install({"readers": of_example(places="PLACES")})
    with pytest.raises(StudioError, match="KeyError"):
        load_motion(tmp_path / "b.places")


def test_a_metric_stands_in_every_form_of_the_report(install, tiny_model, small_library):
    """Its title is that of the package, beside the program's own."""
    install({"metrics": of_example(last="LAST")})
    found = run(evaluate(tiny_model, run(open_library(small_library)), ""))
    texts = {suffix: write(found) for suffix, write in report.FORMATS.items()}
    assert found.figures["last"] and '"last"' in texts.pop(".json")
    assert all("Only the last" in text for text in texts.values()) and set(texts) == {".md", ".tex", ".csv"}
