"""TMR in the released format with random numbers of a small size, against a forward pass of its own in plain numpy."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from motionpatches.app.cli.parser import main
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.evaluation.embed import embed_clips
from motionpatches.core.library.open import open_library
from motionpatches.core.models.catalogue import Model
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.config import ModelConfig, from_dict, to_dict, value_problem
from motionpatches.core.models.download import pull_checkpoint
from motionpatches.core.models.importing import install, name_of
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.motion.features import features
from motionpatches.core.patches import prepare
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_first_window, encode_text, encode_windows, windows_of
from motionpatches.core.search.explain import occlude
from motionpatches.core.search.retriever import retriever_of

LAYERS, WIDTH, HEADS, HIDDEN, TEXT = 2, 16, 4, 24, 32


@pytest.fixture(scope="module")
def text_folder(tiny_text_folder, tmp_path_factory):
    """A small DistilBERT in the hub's format, as the text side needs one."""
    prepare_imports()
    from transformers import DistilBertConfig, DistilBertModel

    folder = tmp_path_factory.mktemp("distilbert")
    torch.manual_seed(5)
    config = DistilBertConfig(vocab_size=29, dim=TEXT, n_layers=2, n_heads=2, hidden_dim=48, max_position_embeddings=96)
    DistilBertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((tiny_text_folder / "tokenizer.json").read_bytes())
    return folder


def encoder_state(inputs, rng):
    def drawn(*shape):
        return torch.from_numpy(rng.normal(0, 0.3, shape).astype(np.float32))

    state = {"tokens": drawn(2, WIDTH), "projection.weight": drawn(WIDTH, inputs), "projection.bias": drawn(WIDTH)}
    for layer in range(LAYERS):
        at = f"seqTransEncoder.layers.{layer}."
        state |= {
            f"{at}self_attn.in_proj_weight": drawn(3 * WIDTH, WIDTH),
            f"{at}self_attn.in_proj_bias": drawn(3 * WIDTH),
            f"{at}self_attn.out_proj.weight": drawn(WIDTH, WIDTH),
            f"{at}self_attn.out_proj.bias": drawn(WIDTH),
            f"{at}linear1.weight": drawn(HIDDEN, WIDTH),
            f"{at}linear1.bias": drawn(HIDDEN),
            f"{at}linear2.weight": drawn(WIDTH, HIDDEN),
            f"{at}linear2.bias": drawn(WIDTH),
        }
        for norm in ("norm1", "norm2"):
            state |= {f"{at}{norm}.weight": 1 + drawn(WIDTH), f"{at}{norm}.bias": drawn(WIDTH)}
    return state


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A run's folder as the authors' program leaves it."""
    rng = np.random.default_rng(11)
    folder = tmp_path_factory.mktemp("tmr") / "tmr_humanml3d_guoh3dfeats"
    states = {"motion_encoder": encoder_state(263, rng), "text_encoder": encoder_state(TEXT, rng)}
    states["motion_decoder"] = {"final_layer.weight": torch.zeros(263, WIDTH), "final_layer.bias": torch.zeros(263)}
    (folder / "last_weights").mkdir(parents=True)
    for name, state in states.items():
        torch.save(state, folder / "last_weights" / f"{name}.pt")
    values = {"model": {"motion_encoder": {"num_heads": HEADS, "latent_dim": WIDTH}}}
    (folder / "config.json").write_text(json.dumps(values))
    stats = folder.parent / "guoh3dfeats"
    stats.mkdir()
    torch.save(torch.from_numpy(rng.normal(0, 0.2, 263).astype(np.float32)), stats / "mean.pt")
    torch.save(torch.from_numpy(rng.uniform(0.5, 2, 263).astype(np.float32)), stats / "std.pt")
    return folder, stats, states


@pytest.fixture(scope="module")
def imported(released, text_folder, tmp_path_factory):
    folder, stats, _ = released
    out = tmp_path_factory.mktemp("imported") / "tmr"
    command = ["model", "import", str(folder), "--statistics", str(stats), "--text", str(text_folder), "-o", str(out)]
    assert main(command) == 0
    return out


def erf(x):
    return np.vectorize(__import__("math").erf)(x)


def slow_encoder(state, steps):
    """(L, inputs) float64 -> (WIDTH,), one head and one token after the other."""
    w = {name: tensor.double().numpy() for name, tensor in state.items()}
    x = np.concatenate([w["tokens"], steps @ w["projection.weight"].T + w["projection.bias"]])
    for place in range(len(x)):
        for i in range(0, WIDTH, 2):
            angle = place / 10000 ** (i / WIDTH)
            x[place, i] += np.sin(angle)
            x[place, i + 1] += np.cos(angle)

    def norm(rows, name):
        centred = rows - rows.mean(1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]

    size = WIDTH // HEADS
    for layer in range(LAYERS):
        at = f"seqTransEncoder.layers.{layer}."
        q, k, v = np.split(x @ w[f"{at}self_attn.in_proj_weight"].T + w[f"{at}self_attn.in_proj_bias"], 3, axis=1)
        mixed = np.zeros_like(x)
        for head in range(HEADS):
            own = slice(head * size, (head + 1) * size)
            for i in range(len(x)):
                scores = np.array([q[i, own] @ k[j, own] / np.sqrt(size) for j in range(len(x))])
                shares = np.exp(scores - scores.max())
                mixed[i, own] = (shares / shares.sum()) @ v[:, own]
        x = norm(x + mixed @ w[f"{at}self_attn.out_proj.weight"].T + w[f"{at}self_attn.out_proj.bias"], f"{at}norm1")
        units = x @ w[f"{at}linear1.weight"].T + w[f"{at}linear1.bias"]
        units = units * (1 + erf(units / np.sqrt(2))) / 2
        x = norm(x + units @ w[f"{at}linear2.weight"].T + w[f"{at}linear2.bias"], f"{at}norm2")
    return x[0] / np.linalg.norm(x[0])


@torch.no_grad()
def test_it_embeds_as_the_released_numbers_say(released, imported, text_folder, smpl_motion):
    _, stats, states = released
    model = load_model(imported)
    mean, std = (torch.load(stats / f"{name}.pt").double().numpy() for name in ("mean", "std"))
    lengths = (1, 2, 33, 60)
    motions = [smpl_motion.crop(0, n) for n in lengths]
    pixels = np.concatenate([windows_of(model, motion)[0] for motion in motions])
    assert pixels.shape == (4, 1, 224, 263)
    rows = encode_windows(model, pixels, "fp32")
    for motion, row in zip(motions, rows, strict=True):
        wanted = features(prepare(motion, model.config.patches).positions).astype(np.float64)
        np.testing.assert_allclose(row, slow_encoder(states["motion_encoder"], (wanted - mean) / std), atol=2e-5)
    from transformers import DistilBertModel

    text = DistilBertModel.from_pretrained(text_folder).eval()
    sentences = ["a person walks", "someone waves twice and then sits down", "runs"]
    for sentence, row in zip(sentences, model.encode_text(sentences).numpy(), strict=True):
        ids, mask = model.text_encoder.tokenize([sentence])
        tokens = text(input_ids=ids, attention_mask=mask).last_hidden_state[0].double().numpy()
        np.testing.assert_allclose(row, slow_encoder(states["text_encoder"], tokens), atol=2e-5)
        np.testing.assert_allclose(encode_text(model, sentence), row, atol=2e-5)


def test_its_card_says_whose_it_is(imported, capsys):
    found = Model.read(imported)
    assert found.problem == "" and "HumanML3D's features" in found.summary
    assert "MIT" in found.card and "Apache-2.0" in found.card and "263" in found.card
    assert found.provenance["licence"].startswith("MIT") and found.provenance["left out"] == "2 tensors of the decoder"
    assert found.provenance["origin"] == "the folder tmr_humanml3d_guoh3dfeats"
    assert found.config.temperature == 0.1 and found.config.motion == "sequence_2x16_4heads_24hidden"
    assert main(["model", "info", str(imported)]) == 0 and "Licence" in capsys.readouterr().out


def test_it_indexes_searches_and_evaluates(imported, small_library, capsys, tmp_path):
    model = load_model(imported)
    library = run(open_library(small_library))
    retriever = run(retriever_of(model, library))
    hits = retriever.search_motion(library.load(library.clips[3].id), 3)
    assert hits[0].clip_id == library.clips[3].id and hits[0].score == pytest.approx(1, abs=2e-3)
    rows = run(embed_clips(model, library, library.clips)).motions
    query = encode_text(model, "a person walks forward")
    best = max(range(len(rows)), key=lambda i: rows[i] @ query)
    assert len(rows) == 12 and np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert rows[best] @ query >= (rows @ query).mean()
    place = ["--library", str(small_library), "--model", str(imported)]
    assert main(["search", "a person waves", "--by-motion", *place, "--json"]) == 0
    assert {hit["id"] for hit in json.loads(capsys.readouterr().out)["hits"]} <= {clip.id for clip in library.clips}
    assert main(["evaluate", str(small_library), "--model", str(imported), "--split", "all", "-o", str(tmp_path / "e.md")]) == 0
    assert "R@1" in (tmp_path / "e.md").read_text()


def test_what_needs_patches_says_that_it_has_none(imported, smpl_motion, small_library, tmp_path, capsys):
    model = load_model(imported)
    with pytest.raises(StudioError, match="HumanML3D's features, frame by frame: it has no patches"):
        run(occlude(model, smpl_motion, np.zeros(WIDTH, np.float32)))
    with pytest.raises(StudioError, match="no body part of its own"):
        encode_first_window(model, smpl_motion, part=3)
    take = next((small_library / "new_joints").glob("*.npy"))
    assert main(["patches", str(take), "--model", str(imported), "-o", str(tmp_path / "p.png")]) == 1
    assert "has no patches" in capsys.readouterr().err
    with pytest.raises(StudioError, match="searched with, not trained"):
        model.place_text(torch.zeros(1, WIDTH))


def test_one_checkpoint_is_the_same_model(released, imported, text_folder, tmp_path, smpl_motion):
    """Before its parts are taken out, under the name that a trainer gives it."""
    _, stats, states = released
    whole = {f"{part}.{name}": tensor for part, state in states.items() for name, tensor in state.items()}
    (tmp_path / "run" / "logs" / "checkpoints").mkdir(parents=True)
    torch.save({"state_dict": whole, "epoch": 3}, tmp_path / "run" / "logs" / "checkpoints" / "last.ckpt")
    taken_apart = released[0] / "last_weights" / "text_encoder.pt"
    for number, place in enumerate((tmp_path / "run", tmp_path / "run" / "logs" / "checkpoints" / "last.ckpt", taken_apart)):
        run(install(place, stats, tmp_path / f"m{number}", "here", str(text_folder)))
        again = load_model(tmp_path / f"m{number}")
        pixels = windows_of(again, smpl_motion)[0]
        np.testing.assert_array_equal(encode_windows(again, pixels), encode_windows(load_model(imported), pixels))


def copied(released, tmp_path, change):
    """The released folder with one encoder changed."""
    _, stats, states = released
    folder = tmp_path / "run"
    (folder / "last_weights").mkdir(parents=True)
    for part in ("motion_encoder", "text_encoder"):
        state = dict(states[part])
        if part == "motion_encoder":
            change(state)
        torch.save(state, folder / "last_weights" / f"{part}.pt")
    return folder, stats


def test_each_tensor_that_does_not_fit_is_named(released, text_folder, tmp_path):
    def change(state):
        del state["seqTransEncoder.layers.1.norm2.bias"]
        state["skelEmbedding.weight"] = torch.zeros(3)
        state["projection.bias"] = torch.zeros(WIDTH + 1)

    folder, stats = copied(released, tmp_path, change)
    with pytest.raises(FileProblem) as caught:
        run(install(folder, stats, tmp_path / "m", "here", str(text_folder)))
    for told in (
        "3 tensors do not fit TMR",
        "missing motion_encoder.seqTransEncoder.layers.1.norm2.bias",
        "unknown motion_encoder.skelEmbedding.weight",
        "motion_encoder.projection.bias is (17,) instead of (16,)",
    ):
        assert told in str(caught.value)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "name, tensor, said",
    [
        ("mean.pt", None, "it is not there"),
        ("std.pt", torch.ones(251), r"it is \(251,\), not 263 numbers"),
        ("std.pt", torch.full((263,), -1.0), "deviation of feature 0 is below 0"),
        ("mean.pt", torch.full((263,), float("nan")), "NaN or infinite"),
    ],
)
def test_statistics_that_do_not_fit(name, tensor, said, released, text_folder, tmp_path):
    folder, stats, _ = released
    other = tmp_path / "stats"
    other.mkdir()
    for file in ("mean.pt", "std.pt"):
        torch.save(torch.load(stats / file), other / file)
    (other / name).unlink()
    if tensor is not None:
        torch.save(tensor, other / name)
    with pytest.raises(FileProblem, match=said):
        run(install(folder, other, tmp_path / "m", "here", str(text_folder)))


def test_a_deviation_of_zero_counts_as_one_and_is_reported(released, text_folder, tmp_path):
    folder, stats, _ = released
    std = torch.load(stats / "std.pt")
    std[7] = 0
    torch.save(std, tmp_path / "std.pt")
    torch.save(torch.load(stats / "mean.pt"), tmp_path / "mean.pt")
    run(install(folder, tmp_path, tmp_path / "m", "here", str(text_folder)))
    assert load_model(tmp_path / "m").statistics.std[7, 0] == 1
    assert "1 deviations are 0" in Model.read(tmp_path / "m").provenance["statistics"]


def test_other_folders_and_models_are_a_sentence(tmp_path, released):
    with pytest.raises(FileProblem, match="holds no last_weights"):
        run(install(tmp_path, tmp_path, tmp_path / "m", "here"))
    with pytest.raises(FileProblem, match="it is not there"):
        run(install(tmp_path / "none", tmp_path, tmp_path / "m", "here"))
    torch.save({"motion_encoder.embed_global.weight": torch.zeros(16, 3), "logit_scale": torch.tensor(2.0)}, tmp_path / "c.pt")
    with pytest.raises(FileProblem, match="MotionColBert"):
        run(install(tmp_path / "c.pt", tmp_path, tmp_path / "m", "here"))


def test_a_model_is_called_after_its_run():
    run_folder = Path("runs/tmr_kitml")
    inside = ("", "last_weights", "last_weights/motion_encoder.pt", "last_weights/text_encoder.pt", "logs/checkpoints/last.ckpt")
    assert {name_of(run_folder / place) for place in inside} == {"tmr_kitml"}
    assert name_of(Path("downloads/best_model.pt")) == "best_model" and name_of(Path("/last.pt")) == "last"


@pytest.mark.parametrize(
    "name, said", [("Mathux/TMR", "download_pretrain_models.sh"), ("zyyy12138/MotionColBert", "joint angles")]
)
def test_pulling_what_lies_elsewhere_says_where(name, said):
    with pytest.raises(StudioError, match=said):
        run(pull_checkpoint(name, "HumanML3D"))


def test_a_configuration_of_impossible_sizes_is_refused(imported, tmp_path):
    """By the name alone, and by the header of the weights, before memory is taken."""
    config = Model.read(imported).config
    assert from_dict(to_dict(config)) == config
    for motion in ("sequence_9999x16_4heads_24hidden", "sequence_2x16_3heads_24hidden", "vit_tiny_patch16_224"):
        assert value_problem(ModelConfig(**{**vars(config), "motion": motion}))
    assert "go together" in value_problem(ModelConfig(motion="sequence_2x16_4heads_24hidden"))
    folder = tmp_path / "m"
    folder.mkdir()
    for file in imported.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    values = json.loads((folder / "config.json").read_text())
    values["model"] |= {"motion": "sequence_64x4096_4heads_16384hidden", "dim": 4096}
    (folder / "config.json").write_text(json.dumps(values))
    with pytest.raises(FileProblem, match="tensors do not fit"):
        load_model(folder)


def test_it_is_not_trained(imported, tmp_path, small_library):
    from motionpatches.core.training.assemble import starting_model
    from motionpatches.core.training.config import TrainingConfig

    with pytest.raises(StudioError, match="not trained"):
        starting_model(TrainingConfig(library=str(small_library), start_from=str(imported)), lambda _: None)
