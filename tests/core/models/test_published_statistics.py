"""The authors' statistics in the unit of their arrays: the embedding is the one computed in that unit throughout."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.open import open_library
from motionpatches.core.models import published_checkpoint
from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, read_config
from motionpatches.core.models.config import PRESETS, changed
from motionpatches.core.models.published_checkpoint import Imported, install
from motionpatches.core.models.published_statistics import published_statistics, recipe_in_frame_of, sample_motions
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import KIT21, SMPL22
from motionpatches.core.patches import KIT_REPEATS, prepare
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_first_window
from tests.layouts import write_kit


@pytest.fixture
def kit(tmp_path):
    root = tmp_path / "KIT-ML"
    write_kit(root)
    return root


def stored(root):
    return [np.load(f).astype(np.float64) for f in sorted((root / "new_joints").glob("*.npy"))]


def write_statistics(root, factor=1.0):
    joints = np.concatenate(stored(root)) * factor
    np.save(root / "Mean_raw.npy", joints.mean(0).astype(np.float32))
    np.save(root / "Std_raw.npy", joints.std(0).astype(np.float32))


@pytest.fixture
def imported(kit, tiny_text_folder, monkeypatch, tmp_path):
    """Import under `official` with a small transformer in place of the published one: what `install` makes of the data set."""

    def small(file, statistics, origin, place, recipe):
        torch.manual_seed(0)
        config = changed(
            PRESETS["official"], motion="test_vit", motion_weights="", text=str(tiny_text_folder), patches=recipe, dropout=0.0
        )
        info = CheckpointInfo({}, {"statistics": place})
        return Imported(new_model(config, lambda: statistics).eval(), info)

    monkeypatch.setattr(published_checkpoint, "import_state_dict", small)

    def made():
        shutil.rmtree(tmp_path / "model", ignore_errors=True)
        run(install(tmp_path / "best_model.pt", kit, tmp_path / "model", "here"))
        return load_model(tmp_path / "model")

    return made


def pixels_by_hand(positions, mean, std, skeleton=KIT21):
    """As the authors' code makes them, in the unit of the arrays: repeated to 20 fps, z-scored per joint, resized, padded."""
    blocks = -(-len(positions) // 12)
    index = np.concatenate([KIT_REPEATS + 12 * b for b in range(blocks)])
    scaled = (positions[index[index < len(positions)]][:224] - mean) / std
    image = np.zeros((3, 224, 80))
    for t, pose in enumerate(scaled):
        for part, chain in enumerate(skeleton.chains):
            joints = np.array([pose[j] for j in chain])
            for i in range(16):
                x = min(max((i + 0.5) * len(chain) / 16 - 0.5, 0), len(chain) - 1)
                low = min(int(x), len(chain) - 2)
                image[:, t, part * 16 + i] = joints[low] * (1 - (x - low)) + joints[low + 1] * (x - low)
    return image


@torch.no_grad()
@pytest.mark.parametrize("factor", [1.0, 0.001, 0.1], ids=["millimetres", "metres", "centimetres"])
def test_the_embedding_of_kit_is_that_of_millimetres_throughout(factor, kit, imported):
    write_statistics(kit, factor)
    model = imported()
    mean, std = np.load(kit / "Mean_raw.npy") / factor, np.load(kit / "Std_raw.npy") / factor
    std[std < 1e-3] = 1000
    library = run(open_library(kit))
    for clip in library.clips[:3]:
        pixels = torch.from_numpy(pixels_by_hand(np.load(clip.path).astype(np.float64), mean, std)).float()
        wanted = functional.normalize(model.motion_head(model.motion_encoder(pixels[None])))[0].numpy()
        assert encode_first_window(model, library.load(clip.id)) @ wanted > 0.99999


def test_what_was_converted_is_reported(kit):
    motions = sample_motions(run(open_library(kit)))
    write_statistics(kit)
    assert "in millimetres" in published_statistics(kit, motions).note
    write_statistics(kit, 0.001)
    assert "in millimetres" not in published_statistics(kit, motions).note
    deviations = np.load(kit / "Std_raw.npy")
    deviations[3] = 0
    np.save(kit / "Std_raw.npy", deviations)
    found = published_statistics(kit, motions)
    still = int((deviations < 1e-6).sum())
    assert f"{still} of 63 deviations are 0" in found.note and (found.values.std[3] == 1).all()


def test_humanml3d_in_metres_is_taken_as_it_is(small_library):
    write_statistics(small_library)
    found = published_statistics(small_library, sample_motions(run(open_library(small_library))))
    assert not found.note
    np.testing.assert_array_equal(found.values.mean, np.load(small_library / "Mean_raw.npy"))
    np.testing.assert_array_equal(found.values.std, np.load(small_library / "Std_raw.npy"))


def test_statistics_of_arrays_with_z_up_are_turned_with_them(small_library):
    for file in (small_library / "new_joints").glob("*.npy"):
        np.save(file, (np.load(file)[..., [0, 2, 1]] * [1, -1, 1] * 100).astype(np.float32))
    write_statistics(small_library)
    motions = sample_motions(run(open_library(small_library)))
    found = published_statistics(small_library, motions)
    assert "centimetres, with Z up" in found.note
    joints = np.concatenate([m.positions for m in motions]).astype(np.float64)
    np.testing.assert_allclose(found.values.mean, joints.mean(0), atol=1e-4)
    np.testing.assert_allclose(found.values.std, joints.std(0), atol=1e-4)


@pytest.mark.parametrize(
    ("mean", "std", "words"),
    [
        (np.ones((22, 3)), np.ones((22, 3)), "22 joints, the motions have 21"),
        (np.full((21, 3), np.nan), np.ones((21, 3)), "Mean_raw.npy"),
        (np.ones((21, 3)), np.full((21, 3), np.inf), "Std_raw.npy"),
        (np.ones((21, 3)), -np.ones((21, 3)), "joint 0 is below 0"),
        (np.ones((21, 3)) * 1e6, np.ones((21, 3)), "neither in metres"),
        (np.ones((21, 3)), np.ones((20, 3)), r"\(20, 3\)"),
    ],
)
def test_statistics_that_cannot_be_used(kit, mean, std, words):
    np.save(kit / "Mean_raw.npy", mean)
    np.save(kit / "Std_raw.npy", std)
    with pytest.raises(FileProblem, match=words):
        published_statistics(kit, sample_motions(run(open_library(kit))))


def test_a_folder_of_the_two_files_alone(kit, imported, tmp_path):
    """The unit is told by the usual magnitude of people."""
    write_statistics(kit)
    wanted = np.load(kit / "Mean_raw.npy") / 1000
    for folder in ("new_joints", "texts"):
        shutil.rmtree(kit / folder)
    model = imported()
    np.testing.assert_allclose(model.statistics.mean, wanted, atol=1e-5)
    assert "in millimetres by their magnitude" in read_config(tmp_path / "model")["provenance"]["statistics"]
    assert model.config.patches.canonical and not model.config.patches.leg_m


def test_without_files_statistics_are_of_every_file(kit, imported):
    """The test split and files in no split count; what cannot be read is counted."""
    (kit / "train.txt").write_text("00000\n")
    (kit / "new_joints/00011.npy").write_bytes(b"no numbers")
    model = imported()
    joints = np.concatenate([prepared(np.load(kit / f"new_joints/{i:05d}.npy") / 1000) for i in range(11)])
    np.testing.assert_allclose(model.statistics.mean, joints.mean(0), atol=1e-5)
    said = read_config(kit.parent / "model")["provenance"]["statistics"]
    assert "1 of 12 files left out; 00011.npy" in said


def prepared(positions):
    motion = Motion(positions.astype(np.float32), 12.5, KIT21, placed=True)
    return prepare(motion, PRESETS["official"].patches).positions.astype(np.float64)


def test_the_frame_is_that_of_the_data_set(kit, imported, small_library):
    """KIT-ML's bodies have a size of their own, which others are brought to; takes that lie anywhere have no frame."""
    for file in (kit / "new_joints").glob("*.npy"):
        take = np.load(file)
        np.save(file, take - [0, take[..., 1].min(), 0])
    write_statistics(kit)
    recipe = imported().config.patches
    assert recipe.canonical and recipe.keep_placed and recipe.leg_m == pytest.approx(0.82)
    own = run(open_library(kit)).load("00001")
    larger = replace(own, positions=(own.positions * 1.3 + [1, 2, 3]).astype(np.float32), placed=False)
    np.testing.assert_allclose(prepare(larger, recipe).positions, prepare(own, recipe).positions, atol=1e-4)
    anywhere = [Motion(m.positions + [1, 0, 0], 20.0, SMPL22) for m in sample_motions(run(open_library(small_library)))]
    lying = recipe_in_frame_of(PRESETS["official"].patches, anywhere)
    assert not lying.canonical and not lying.leg_m and not lying.keep_placed


def test_kit_of_another_size_is_no_reason_to_scale_it(kit, imported):
    """The same data set at 0.9 of its size: its model reads it unchanged."""
    for file in (kit / "new_joints").glob("*.npy"):
        np.save(file, np.load(file) * np.float32(0.9))
    write_statistics(kit)
    library = run(open_library(kit))
    model = imported()
    assert model.config.patches.leg_m == pytest.approx(0.738)
    raw = np.load(library.clips[0].path) / 1000
    placed = prepare(replace(library.load(library.clips[0].id), fps=20.0), model.config.patches).positions
    np.testing.assert_allclose(placed, raw, atol=1e-6)
