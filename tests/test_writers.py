"""One way to write: core/atomic.py. What opens a file for writing elsewhere is listed here, with the reason."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ATOMIC = "core/atomic.py"
# Streams and paths that core/atomic.py gave.
GIVEN = ("stream", "out", "temporary", "made", "text")
MODE = re.compile(r"'(?=[rbt+]*[wax+])[rwaxbt+]+'")
OWNED = {
    **dict.fromkeys(("save", "savez", "savez_compressed", "savetxt"), ("np", "torch")),
    **dict.fromkeys(("replace", "rename", "link", "symlink"), ("os",)),
    **dict.fromkeys(("move", "copy", "copy2", "copyfile", "copytree"), ("shutil",)),
    "save_file": ("",),
    "ZipFile": ("zipfile",),
}
OTHERS = ("mkstemp", "NamedTemporaryFile", "RotatingFileHandler", "FileHandler", "memmap", "tofile")
EXPLAINED = {
    ("app/crash.py", "open"): "the report of a fault stays open; it is made exclusively, so that no link is followed",
    ("app/crash.py", "RotatingFileHandler"): "the log grows; a link in its place is removed before",
    ("app/export/files.py", "open"): "a stream into the file that `placing` has made",
    ("app/export/files.py", "save"): "a picture into the file that `placing` has made",
    ("app/cli/serve.py", "fdopen"): "the token's file, for its owner alone",
    ("app/cli/serve.py", "open"): "the same; it is made exclusively, so that no link is followed",
    ("core/serve/clips.py", "write_bytes"): "what was sent, in a temporary folder of its own",
    ("core/serve/service.py", "write_bytes"): "the same",
    ("core/io/native/worker.py", "fdopen"): "the pipe to its parent",
    ("core/io/native/worker.py", "open"): "the child's answer to its parent, in a temporary folder of their own",
    ("core/io/smpl/model.py", "savez"): "a body model handed to smplx, in a temporary folder of its own",
    ("core/training/__main__.py", "open"): "nothing reads the output any more: it goes to the null device",
    ("core/training/packed.py", "write_text"): "what is packed, in a temporary folder of its own",
    ("core/training/packed.py", "copyfile"): "the same",
    ("core/training/runs.py", "open"): "events are appended line by line; a half line at the end is skipped by the reader",
}


def writes(tree):
    """(name, line) of each call that may write a file by its path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and may_write(*parts(node)):
            yield parts(node)[1], node.lineno


def parts(node):
    """Owner and name of what is called ('np', 'save'), and its arguments as source."""
    owner, _, name = ast.unparse(node.func).rpartition(".")
    return owner, name, [ast.unparse(a) for a in (*node.args, *(k.value for k in node.keywords))]


def may_write(owner, name, arguments):
    if name in ("open", "fdopen") and owner not in ("av", "archive"):
        return any(MODE.fullmatch(a) for a in arguments) or any("O_CREAT" in a for a in arguments)
    if name in ("write_text", "write_bytes"):
        return not owner.startswith(tuple(f"({g}" for g in GIVEN))
    if name == "ZipFile" and "'w'" not in arguments:
        return False
    if name in OWNED and owner in OWNED[name]:
        return not any(given(a) for a in arguments)
    if name == "save":  # of a picture
        return ("Image" in owner or owner == "picture") and not any(given(a) for a in arguments)
    return name in OTHERS and "'r'" not in arguments


def given(argument):
    return any(re.search(rf"\b{name}\b", argument) for name in GIVEN)


def files():
    return [f for part in ("core", "app") for f in sorted((ROOT / part).rglob("*.py"))]


def test_files_are_written_by_the_one_writer():
    found = {
        (file.relative_to(ROOT).as_posix(), name): line
        for file in files()
        if file.relative_to(ROOT).as_posix() != ATOMIC
        for name, line in writes(ast.parse(file.read_text(encoding="utf-8")))
    }
    others = [f"{file}:{line} {name}" for (file, name), line in found.items() if (file, name) not in EXPLAINED]
    assert not others, "use core/atomic.py, or explain it in tests/test_writers.py"
    assert not set(EXPLAINED) - set(found), "no longer there"


@pytest.mark.parametrize(
    "line",
    [
        'open(file, "w")',
        'open(file, mode="ab")',
        'file.open("w")',
        'file.write_text("x")',
        "np.save(file, x)",
        "np.savez_compressed(str(file), a=x)",
        "torch.save(x, file)",
        "save_file(x, file)",
        "os.replace(a, b)",
        "os.open(file, os.O_CREAT)",
        "shutil.copyfile(a, b)",
        "tempfile.mkstemp()",
        "np.memmap(file, mode='w+')",
        "Image.fromarray(x).save(file)",
        "zipfile.ZipFile(file, 'w')",
    ],
)
def test_each_way_to_write_is_seen(line):
    assert list(writes(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ['open(file, "rb")', "np.save(stream, x)", "text.replace(a, b)", 'av.open(path, "w")', "replace(x, a=1)"]
)
def test_reading_and_streams_are_not(line):
    assert not list(writes(ast.parse(line)))
