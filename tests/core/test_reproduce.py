"""Every table of the paper from end to end, by the command, on small data sets in the real layouts."""

import csv
import json
import re
import shutil
from collections import Counter
from statistics import mean, stdev

import pytest
import torch

from motionpatches.app.cli.parser import main
from motionpatches.core.evaluation.escape import latex_text
from motionpatches.core.evaluation.reproduced import FORMATS, Line, Reproduced
from motionpatches.core.models.known_runs import known_runs
from motionpatches.core.reproduce import TABLES, reproduce
from motionpatches.core.training.paper_runs import Settings
from motionpatches.core.training.runs import EVENTS, hold, read_run
from tests.layouts import write_babel, write_interhuman, write_kit

# Rows of the paper that have this many figures, by the table they stand in: R@1, 2, 3, 5, 10 and MedR of both directions; R@1, 5,
# 10 and MedR of both; top-1 and top-5.
PAPER_ROWS = {"table2": (12, 10), "table3": (12, 10), "table4": (8, 8), "table5": (8, 6), "table6": (2, 4), "table7": (8, 2)}


@pytest.fixture(autouse=True)
def one_thread():
    """Models this small are slower with several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def data(small_library, tmp_path):
    """Eight motions a data set. The first line of the last motion of HumanML3D's test split is of a range."""
    root = tmp_path / "data"
    root.mkdir()
    shutil.move(small_library, root / "HumanML3D")
    write_kit(root / "KIT-ML", 8)
    write_babel(root / "BABEL")
    write_interhuman(root / "InterHuman")
    for number in range(8, 12):
        (root / f"HumanML3D/new_joints/{number:06d}.npy").unlink()
    for folder, names in (
        ("HumanML3D", [f"{i:06d}" for i in range(8)]),
        ("KIT-ML", [f"{i:05d}" for i in range(8)]),
        ("InterHuman/split", list("01234567")),
    ):
        for split, part in (("train", names[:4]), ("val", names[4:6]), ("test", names[6:])):
            (root / folder / f"{split}.txt").write_text("\n".join(part) + "\n")
    (root / "HumanML3D/texts/000007.txt").write_text("a person turns#a/DET#0.2#0.8\na person walks forward#a/DET#0.0#0.0\n")
    return root


@pytest.fixture
def options(data, tiny_text_folder, tmp_path):
    import timm
    from safetensors.torch import save_file

    weights = tmp_path / "vit.safetensors"
    save_file(timm.create_model("test_vit", img_size=(160, 160)).state_dict(), weights)
    return [
        *("--data", str(data)),
        *("--runs", str(tmp_path / "runs")),
        *("--epochs", "1"),
        *("--batch", "4"),
        *("--set", "motion=test_vit"),
        *("--set", f"motion_weights={weights}"),
        *("--set", f"text={tiny_text_folder}"),
    ]


def trained(tmp_path) -> dict[str, int]:
    """When the last event of each finished run was written."""
    found = [read_run(p.parent) for p in (tmp_path / "runs/paper").glob("*/config.json")]
    return {run.name: (run.folder / EVENTS).stat().st_mtime_ns for run in found if run.status == "finished"}


def figures_of(line: str) -> tuple[float, ...]:
    """The figures of a line of a table in Markdown."""
    return tuple(float(cell) for cell in line.split("|") if re.fullmatch(r"\s*\d+\.\d+\s*", cell))


def test_every_table_runs_with_every_row_of_the_paper(options, tmp_path, capsys):
    printed = {}
    for table in TABLES:
        assert main(["reproduce", table, *options]) == 0, capsys.readouterr().err
        printed[table] = capsys.readouterr().out
        published = [figures_of(line) for line in printed[table].splitlines() if "(published)" in line]
        assert Counter(map(len, published)) == Counter([PAPER_ROWS[table][0]] * PAPER_ROWS[table][1])
    assert (
        "10.80" in printed["table2"]
        and "8.46" in printed["table2"]
        and "| TEMOS †, on HumanML3D (published)" in printed["table2"]
    )
    assert "2 motions do not fill a batch" in printed["table2"] and "14.02" in printed["table3"] and "53.55" in printed["table3"]
    assert printed["table4"].count("(here,") == 4 * 2 + 4 and "| 9.54 |" in printed["table4"]
    assert "HumanML3D+KIT-ML-pretrained-patches, on KIT-ML (here" in printed["table5"] and "15.28" in printed["table5"]
    assert "(here, 2 motions of val) | HumanML3D | yes |" in printed["table6"] and "68.97" in printed["table6"]
    assert "32.41" in printed["table7"] and "InterHuman-pretrained-patches, on InterHuman (here, 2" in printed["table7"]
    assert set(trained(tmp_path)) == {
        f"{d}-{w}-{f}" for d in ("HumanML3D", "KIT-ML") for w in ("pretrained", "scratch") for f in ("patches", "joints")
    } | {"HumanML3D+KIT-ML-pretrained-patches", "InterHuman-pretrained-patches"}
    joints = json.loads((tmp_path / "runs/paper/KIT-ML-scratch-joints/best/config.json").read_text())["model"]
    assert joints["patches"]["form"] == "joints" and joints["motion_weights"] == ""
    # Both choices of test items, where they are not the same: those of the published figures first.
    ours = [line for line in printed["table2"].splitlines() if "(here," in line]
    assert [re.search(r"\(here, ([^)]*)", line)[1] for line in ours] == [
        "2 motions of test: the first line of each file alone",
        "3 motions of test: every captioned range",
    ] * 2
    assert "every captioned range" not in printed["table3"]
    told = printed["table2"].splitlines()
    assert any(
        line.startswith("- HumanML3D-scratch-patches: trained on HumanML3D, preset paper, epochs 1, seed 42, set otherwise: ")
        and "batch=4, motion=test_vit" in line
        and line.endswith("saved after epoch 1, chosen on validation (2 clips).")
        for line in told
    )
    assert told.count("- Seed of the small batches: 0.") == 1
    # What the paper takes from TMR's is of another protocol.
    daggers = [line.split("|")[1].strip() for line in told if "†" in line and line.startswith("|")]
    assert (
        daggers == ["All, only the own pair counts"] * 2 + ["Small batches of 32"] * 2 and "† from the paper of TMR" in told[-1]
    )


def test_the_published_rows_are_those_of_the_paper(shared):
    """Every row of figures in the text of the paper, in its order."""
    from motionpatches.core.evaluation.published import CLASSIFICATION

    text = (shared.parent / "paper/motion-patches-cvpr2024.txt").read_text()
    text = text[text.index("Protocol MethodsText-motion") :]
    numbers = re.compile(r"(?:\d+\.\d\d?\s+)*\d+\.\d\d?$")
    rows = [tuple(map(float, found[0].split())) for line in text.splitlines() if (found := numbers.search(line))]
    expected = []
    for name, table in TABLES.items():
        own = [figures for line in table.lines for figures in line.published.values()]
        others = [figures for some in table.others.values() for figures in some]
        found = {tuple([*p.t2m, *p.m2t]) for p in (*own, *others)}
        expected.append((PAPER_ROWS[name], found or {(row.top1, row.top5) for row in CLASSIFICATION}))
    for (size, count), found in expected:
        here = [row for row in rows if len(row) == size and row in found]
        assert len(set(here)) == count == len(found)
    assert {row for row in rows if len(row) in (8, 12)} <= set().union(*(found for _, found in expected))


def test_finished_runs_are_not_trained_again_and_other_settings_are_other_runs(options, tmp_path, capsys):
    assert main(["reproduce", "table7", *options]) == 0
    first = trained(tmp_path)
    assert main(["reproduce", "table7", *options]) == 0
    assert trained(tmp_path) == first
    capsys.readouterr()
    changed = [*options, "--set", "lr_motion=1e-5", "--set", "lr_heads=2e-5", "--seed", "7"]
    assert main(["reproduce", "table7", *changed]) == 0
    told = capsys.readouterr().out
    assert "seed 7" in told and "lr_motion=1e-05, lr_heads=2e-05" in told
    both = trained(tmp_path)
    name = "InterHuman-pretrained-patches"
    assert set(both) == {name, f"{name}-2"} and both[name] == first[name], "the first run is kept"
    config = read_run(tmp_path / f"runs/paper/{name}-2").config
    assert (config.lr_motion, config.lr_heads, config.seed) == (1e-5, 2e-5, 7)
    rates = read_run(tmp_path / f"runs/paper/{name}-2").history.rates("motion")[1]
    assert rates == [pytest.approx(1e-5)]
    assert main(["reproduce", "table7", *changed]) == 0 and trained(tmp_path) == both


@pytest.mark.parametrize(
    "field, told",
    [("train_share=0.5", "train_share cannot be set"), ("library=x", "library cannot be set"), ("lr=1", "no field 'lr'")],
)
def test_fields_that_cannot_be_set_are_named(options, capsys, field, told):
    assert main(["reproduce", "table7", *options, "--set", field]) == 1
    assert told in capsys.readouterr().err


def test_what_is_missing_is_named_with_its_place(data, capsys):
    shutil.rmtree(data / "KIT-ML")
    assert main(["reproduce", "table5", "--data", str(data)]) == 1
    error = capsys.readouterr().err
    assert "KIT-ML is not there" in error and "motion-annotation.humanoids" in error and "new_joints/" in error


def test_data_without_its_parts_is_named_before_anything_is_trained(data, options, tmp_path, capsys):
    (data / "KIT-ML/val.txt").unlink()
    shutil.rmtree(data / "KIT-ML/texts")
    shutil.rmtree(data / "HumanML3D")
    assert main(["reproduce", "table5", *options]) == 1
    error = capsys.readouterr().err
    assert "HumanML3D is not there; KIT-ML lacks texts and val.txt" in error and error.count("Download") == 2
    (data / "InterHuman/split/test.txt").write_text("6\n")
    assert main(["reproduce", "table7", *options]) == 1
    assert "InterHuman has no two captioned motions in the split test" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_what_a_kill_leaves_is_resumed(options, data, tmp_path):
    """The folder of a run as it is on disk in the middle of its second epoch."""
    run, left = tmp_path / "runs/paper/InterHuman-pretrained-patches", tmp_path / "left"
    changes = dict(option.split("=", 1) for option in options if option.startswith(("motion", "text")))
    changes |= {"epochs": 3, "batch": 2, "save_every_s": 0.0}
    settings = Settings(data, tmp_path / "runs", changes=changes)
    job = reproduce("table7", settings)
    for progress in job:
        if progress.what.startswith("Training") and progress.done == 3:
            break
    shutil.copytree(run, left)
    job.close()
    shutil.rmtree(run)
    left.rename(run)
    before = (run / EVENTS).read_bytes()
    seen = [progress.done for progress in reproduce("table7", settings) if progress.what.startswith("Training")]
    assert seen == [4, 5, 6] or seen == [3, 4, 5, 6], "two steps an epoch, and none of the first again"
    found = read_run(run)
    assert found.status == "finished" and (run / EVENTS).read_bytes().startswith(before)
    assert known_runs() == [run.resolve()], "it is in the list of the window"


def test_seeds_are_runs_of_their_own_and_give_mean_and_spread(options, tmp_path, capsys):
    assert main(["reproduce", "table7", *options]) == 0
    first = trained(tmp_path)
    capsys.readouterr()
    files = [tmp_path / f"table.{suffix}" for suffix in ("md", "tex", "csv", "json")]
    out = [part for file in files for part in ("-o", str(file))]
    assert main(["reproduce", "table7", *options, "--seeds", "2", *out]) == 0
    name = "InterHuman-pretrained-patches"
    both = trained(tmp_path)
    assert set(both) == {name, f"{name}-seed43"} and both[name] == first[name], "the first seed is not trained again"
    assert [read_run(tmp_path / "runs/paper" / run).config.seed for run in both] == [42, 43]
    printed = capsys.readouterr().out
    assert files[0].read_text() == printed
    ours = [line for line in printed.splitlines() if "(here," in line]
    assert ours and all("| validation (2 clips) | 42, 43 |" in line and " ± " in line for line in ours)
    theirs = [line for line in printed.splitlines() if "| Motion Patches, on InterHuman (published)" in line]
    assert len(theirs) == 1 and "| test (published code) |  | 9.51 |" in theirs[0]
    with open(files[2], encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["published"] == "no"]
    assert [row["seed"] for row in rows] == ["42", "43", "mean", "standard deviation"]
    values = [float(row["text → motion MedR"]) for row in rows]
    assert values[2] == pytest.approx(mean(values[:2])) and values[3] == pytest.approx(stdev(values[:2]), abs=1e-4)
    assert f"{values[2]:.2f} ± {values[3]:.2f}" in ours[0]
    kept = json.loads(files[3].read_text())
    assert kept["lines"][-1]["seeds"] == [42, 43] and kept["figures"][5] == "text → motion MedR"
    assert files[1].read_text().count(r" \\") == len(kept["lines"]) + 1
    assert trained(tmp_path) == both


def test_another_place_of_the_same_data_or_another_device_is_the_same_run(options, data, tmp_path, monkeypatch):
    assert main(["reproduce", "table7", *options]) == 0
    first = trained(tmp_path)
    monkeypatch.chdir(tmp_path)
    changed = ["data" if option == str(data) else "runs" if option == str(tmp_path / "runs") else option for option in options]
    assert main(["reproduce", "table7", *changed, "--set", "device=cpu", "--set", "save_every_s=5"]) == 0
    assert trained(tmp_path) == first


HOSTILE = ("50% \\input{x} & _a_ # $y$ {z} ~^", 'a "b"|c <d>', "=1+1", "† ± → é", "two\nlines", "\\\\ %")


def test_what_names_hold_is_text_in_every_format():
    lines = tuple(Line((name, name), name, (1, 2), ((1.0, 2.0), ())) for name in HOSTILE)
    table = Reproduced(HOSTILE[0], ("protocol", "method"), ("R@1", "MedR"), lines, HOSTILE)
    tex = FORMATS[".tex"](table)
    body = [line for line in tex.splitlines() if not line.startswith("%")]
    assert body[0] == r"\begin{tabular}{llllrr}" and body[-1] == r"\end{tabular}"
    for line in body[1:-1]:
        if line in (r"\toprule", r"\midrule", r"\bottomrule"):
            continue
        assert line.endswith(r" \\")
        cells = re.split(r"(?<!\\) & ", line.removesuffix(r" \\"))
        assert len(cells) == 6, line
        bare = re.sub(r"\\text\w+\{\}|\\[&%$#_{}]|\$\\to\$", "", line[:-3])
        assert not set(bare.replace(" & ", " ")) & set("\\&%$#_{}~^"), f"nothing is left that commands: {bare!r}"
    depth = 0
    for sign in re.sub(r"\\[{}\\]", "", tex):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0 and tex.count(r"\begin") == tex.count(r"\end") == 1
    rows = list(csv.reader(FORMATS[".csv"](table).splitlines()))
    assert {len(row) for row in rows} == {7} and len(rows) == 1 + 4 * len(HOSTILE)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    markdown = FORMATS[".md"](table).splitlines()
    assert len(markdown) == 4 + len(HOSTILE) + 1 + len(HOSTILE) and all(line.count("|") == 7 for line in markdown[2:10])
    assert json.loads(FORMATS[".json"](table))["lines"][2]["texts"] == ["=1+1", "=1+1"]
    assert latex_text("± †") == r"\textpm{} \textdagger{}"


def test_a_run_that_another_process_trains_is_left_alone(options, tmp_path, capsys):
    folder = tmp_path / "runs/paper/InterHuman-pretrained-patches"
    folder.mkdir(parents=True)
    with hold(folder):
        assert main(["reproduce", "table7", *options]) == 1
    assert "under way in another process" in capsys.readouterr().err


def test_a_run_of_an_older_version_is_not_trained_again(options, tmp_path, capsys):
    """Version 0.2 wrote a file `done` and no events."""
    assert main(["reproduce", "table7", *options]) == 0
    folder = tmp_path / "runs/paper/InterHuman-pretrained-patches"
    (folder / EVENTS).unlink()
    (folder / "done").write_text("trained to the end\n")
    assert main(["reproduce", "table7", *options]) == 0
    assert not (folder / EVENTS).exists()
