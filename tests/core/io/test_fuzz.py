"""Every reader on broken bytes: only its own errors, no hang, no unbounded memory."""

import pickle
import resource

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FileProblem, StudioError
from core.io.load import LOADERS, load_motion
from core.motion.motion import Motion
from tests.core.io.test_bvh import SMALL
from tests.core.io.test_formats import AMC, ASF
from tests.smpl_files import amass_file

FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    body = np.random.default_rng(0).normal(size=(8, 22, 3)).astype(np.float32)
    (folder / "a.bvh").write_text(SMALL)
    (folder / "a.amc").write_text(AMC)
    np.save(folder / "a.npy", body)
    np.savez_compressed(folder / "joints.npz", positions=body)
    amass_file(folder / "amass.npz", "smplh", frames=3)
    rng = np.random.default_rng(0)
    people = {name: {"trans": rng.normal(size=(4, 3)), "root_orient": rng.normal(size=(4, 3)),
                     "pose_body": rng.normal(size=(4, 63)), "gender": "male"} for name in ("person1", "person2")}
    (folder / "a.pkl").write_bytes(pickle.dumps({"mocap_framerate": 60.0, **people}))
    return Samples({f.name: f.read_bytes() for f in folder.iterdir()} | {"a.asf": ASF.encode()})


class Samples(dict):
    """Whole files by name, with a short repr for hypothesis' reports."""

    def __repr__(self) -> str:
        return "samples"


def test_every_loader_is_fuzzed(samples):
    assert set(LOADERS) <= {"." + name.split(".")[1] for name in samples}


EDITS = st.lists(st.tuples(
    st.floats(0, 1, exclude_max=True), st.sampled_from(["cut", "byte", "insert", "double"]),
    st.one_of(st.binary(min_size=1, max_size=6),
              st.sampled_from([b"9" * 12, b"nan", b"-", b"1e308", b"\r\n", b"{", b"}", b"\x00"]))), min_size=1, max_size=4)


def broken(content: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    """Cut off, with bytes changed, doubled or put in."""
    out = bytearray(content)
    for place, kind, new in edits:
        at = int(place * len(out))
        if kind == "cut":
            del out[at:]
        elif kind == "byte":
            out[at:at + 1] = new[:1]
        elif kind == "insert":
            out[at:at] = new
        else:
            out[at:at] = out[at:at + 40]
    return bytes(out)


@pytest.mark.parametrize("name", ["a.bvh", "a.amc", "a.asf", "a.npy", "joints.npz", "amass.npz", "a.pkl"])
@FEW
@given(edits=EDITS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
def test_broken_bytes(name, edits, samples, tmp_path):
    content = broken(samples[name], edits)
    if name == "a.asf":
        (tmp_path / "a.amc").write_bytes(samples["a.amc"])
    elif name == "a.amc":
        (tmp_path / "a.asf").write_bytes(samples["a.asf"])
    (tmp_path / name).write_bytes(content)
    try:
        motion = load_motion(tmp_path / ("a.amc" if name == "a.asf" else name))
    except StudioError as error:
        assert str(error).endswith(".") and len(str(error)) < 600
    else:
        assert isinstance(motion, Motion) and np.isfinite(motion.positions).all() and motion.frame_count > 0


@pytest.mark.filterwarnings("ignore::UserWarning")
@FEW
@given(content=st.binary(max_size=400))
def test_noise_is_refused(content, tmp_path):
    for suffix in LOADERS:
        (tmp_path / f"x{suffix}").write_bytes(content)
        with pytest.raises(StudioError):
            load_motion(tmp_path / f"x{suffix}")


def test_huge_claims_are_refused_without_taking_the_memory(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lies = SMALL.replace("Frames: 2", f"Frames: {10**12}").rstrip()
    deep = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Xrotation Yrotation Zrotation\n" + "".join(
        f"JOINT j{i}\n{{\nOFFSET 0 1 0\nCHANNELS 0\n" for i in range(10000)) + "}\n" * 10001 + (
        "MOTION\nFrames: 1\nFrame Time: 1\n0 0 0\n")
    named = SMALL.replace("JOINT Spine", "JOINT Hips").replace("JOINT Head", "JOINT Hips")
    for name, text, says in (("lies.bvh", lies, "announced"), ("deep.bvh", deep, "more than")):
        (tmp_path / name).write_text(text)
        with pytest.raises(FileProblem, match=says):
            load_motion(tmp_path / name)
    (tmp_path / "named.bvh").write_text(named)
    assert load_motion(tmp_path / "named.bvh").skeleton.parents == (-1, 0, 1)
    np.save(tmp_path / "wide.npy", np.zeros((2, 3 * 40000), np.float32))
    with pytest.raises(FileProblem, match="joints"):
        load_motion(tmp_path / "wide.npy")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000

