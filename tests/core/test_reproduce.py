"""Every table of the paper from end to end, by the command, on small data sets in the real layouts."""

import json
import shutil

import pytest

from motionpatches.app.cli.parser import main
from motionpatches.core.reproduce import TABLES
from motionpatches.core.training.runs import EVENTS, hold, read_run
from tests.layouts import write_babel, write_interhuman, write_kit


@pytest.fixture
def data(small_library, tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    shutil.move(small_library, root / "HumanML3D")
    write_kit(root / "KIT-ML")
    write_babel(root / "BABEL")
    write_interhuman(root / "InterHuman")
    return root


@pytest.fixture
def options(data, tiny_text_folder, tmp_path):
    import timm
    from safetensors.torch import save_file

    weights = tmp_path / "vit.safetensors"
    save_file(timm.create_model("test_vit", img_size=(160, 160)).state_dict(), weights)
    return [
        "--data",
        str(data),
        "--runs",
        str(tmp_path / "runs"),
        "--epochs",
        "1",
        "--batch",
        "4",
        "--set",
        "motion=test_vit",
        "--set",
        f"motion_weights={weights}",
        "--set",
        f"text={tiny_text_folder}",
    ]


def trained(tmp_path) -> dict[str, int]:
    """When the last event of each finished run was written."""
    found = [read_run(p.parent) for p in (tmp_path / "runs/paper").glob("*/config.json")]
    return {run.name: (run.folder / EVENTS).stat().st_mtime_ns for run in found if run.status == "finished"}


def test_every_table_runs_and_finished_runs_are_not_trained_again(options, tmp_path, capsys):
    printed = {}
    for table in TABLES:
        assert main(["reproduce", table, *options]) == 0, capsys.readouterr().err
        printed[table] = capsys.readouterr().out
    assert printed["table2"].count("(here, 2 motions)") == 2 and "10.80" in printed["table2"] and "8.46" in printed["table2"]
    assert "2 motions do not fill a batch" in printed["table2"] and "14.02" in printed["table3"]
    assert printed["table4"].count("(here,") == 8 and "| 9.54 |" in printed["table4"]
    assert "HumanML3D+KIT-ML-pretrained-patches, on KIT-ML (here" in printed["table5"] and "15.28" in printed["table5"]
    assert "zero-shot (here, 2 motions)" in printed["table6"] and "68.97" in printed["table6"]
    assert "32.41" in printed["table7"] and "InterHuman-pretrained-patches, on InterHuman (here, 2" in printed["table7"]
    runs = trained(tmp_path)
    assert set(runs) == {
        f"{d}-{w}-{f}" for d in ("HumanML3D", "KIT-ML") for w in ("pretrained", "scratch") for f in ("patches", "joints")
    } | {"HumanML3D+KIT-ML-pretrained-patches", "InterHuman-pretrained-patches"}
    assert main(["reproduce", "table4", *options]) == 0
    assert runs == trained(tmp_path)
    changed = [o if o != "1" else "2" for o in options]
    assert main(["reproduce", "table7", *changed]) == 0
    again = trained(tmp_path)["InterHuman-pretrained-patches"]
    assert again > runs["InterHuman-pretrained-patches"], "other epochs are another run"
    history = read_run(tmp_path / "runs/paper/InterHuman-pretrained-patches").history
    assert list(history.epochs) == [1, 2] and history.finished
    joints = json.loads((tmp_path / "runs/paper/KIT-ML-scratch-joints/best/config.json").read_text())["model"]
    assert joints["patches"]["form"] == "joints" and joints["motion_weights"] == ""


def test_what_is_missing_is_named_with_its_place(data, capsys):
    shutil.rmtree(data / "KIT-ML")
    assert main(["reproduce", "table5", "--data", str(data)]) == 1
    error = capsys.readouterr().err
    assert "KIT-ML is not there" in error and "motion-annotation.humanoids" in error and "new_joints/" in error


def test_a_run_that_another_process_trains_is_left_alone(options, tmp_path, capsys):
    folder = tmp_path / "runs/paper/InterHuman-pretrained-patches"
    folder.mkdir(parents=True)
    with hold(folder):
        assert main(["reproduce", "table7", *options]) == 1
    assert "under way in another process" in capsys.readouterr().err
    assert main(["reproduce", "table7", *options]) == 0


def test_a_run_of_an_older_version_is_not_trained_again(options, tmp_path, capsys):
    """Version 0.2 wrote a file `done` and no events."""
    assert main(["reproduce", "table7", *options]) == 0
    folder = tmp_path / "runs/paper/InterHuman-pretrained-patches"
    (folder / EVENTS).unlink()
    (folder / "done").write_text("trained to the end\n")
    assert main(["reproduce", "table7", *options]) == 0
    assert not (folder / EVENTS).exists()
