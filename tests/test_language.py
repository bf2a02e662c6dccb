"""What a person reads is in plain technical English: documents, docstrings, comments, labels, messages, help, names of tests.

`PHRASES` lists expressions that were once a private dialect of this project, each with the plain word and a sentence that it must
catch. Words and rules are in docs/glossary.md and docs/contributing.md.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("app", "core", "packaging", "tests")
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / ".github").rglob("*.md"),
    *(ROOT / ".github").rglob("*.yml"),
    ROOT / "assets" / "starter" / "README.md",
    ROOT / "packaging" / "starter" / "card_template.md",
]
# Sentences about motions, not about the program: captions, phrases, queries. This file quotes what it forbids.
DATA = (
    "core/demo/actions",
    "core/demo/paraphrases",
    "core/search/background.py",
    "packaging/starter/measure/left_out.py",
    "packaging/starter/in_context.py",
)
OWN = "tests/test_language.py"

# Pattern, plain word, a sentence with it.
PHRASES = [
    (r"\bthe house\b", "the project, the repository", "scripts that are not in the house"),
    (r"\b(one|a) door for\b", "entry point for", "One door for motion files"),
    (r"\bby heart\b", "stored; the phrase memory", "phrases that it knows by heart"),
    (r"\b(near|know|knows|to) (its|their) kin\b|\bof kin\b", "related words; duplicates", "words lie near their kin"),
    (r"\b(as|those|that|the \w+|models?|heads?) of before\b", "previous; a version or a date", "the head of before"),
    (r"\bis had (from|by|in)\b|\bwhere it is had\b|\bcan be had\b", "download from; comes from", "KIT-ML is had from the site"),
    (r"\bwords' encoder\b|\bencoder of (the )?words\b|\bencoder of sentences\b", "text encoder", "the words' encoder"),
    (r"\bas it lies\b", "unchanged; as stored", "a file as it lies"),
    (r"\bin good order\b", "normally", "did not close in good order"),
    (r"\bwhat (a|the) (person|user) (has )?(said|says|told)\b", "corrections by the user", "what a person has said about a rig"),
    (r"\b(is|are|was|were|be) told apart\b", "are distinguished", "motions that are told apart"),
    (r"\b(and|which|that|this) (is|are) (said|told)\b", "is reported", "what is left out is counted and that is said"),
    (r"\bleft out and said\b|, said,|\b, said and\b", "reported", "recognised, said, and can be corrected"),
    (r"\bis passed by\b|\bare passed by\b", "are skipped", "broken ones are passed by"),
    (r"\bof so many\b|\bso many of\b", "the number; one in N", "of so many phrases one"),
    (r"\b(go|goes|gone|going|went) on (with|from)\b", "continue, resume", "go on with a run"),
    (r"\bgiven back\b|\bgives? back\b", "returned; released", "given back as rows"),
    (r"\bas (wide|square|far|near) as may be\b|\bas may be\b", "as possible", "as square as may be"),
    (r"\bmoves? along\b(?! the)", "follows", "the index moves along"),
    (r"\bhow it stands\b|\bas it stands\b", "state, status", "how it stands"),
    (r"\bwhat it cost(s)? to\b", "duration", "what it costs to read"),
    (r"\bit is for\b|\bwhat is for\b", "purpose", "what it is for"),
    (r"\b(the|this|these) words (lie|find|stay|alone|learn|say)", "text embedding; text encoder", "toward where the words lie"),
    (r"\bthe words were\b|\bthe words are taught\b|\btaught words\b", "the text encoder is trained", "the words are taught"),
    (r"\bis known by\b|\bknown by heart\b", "is recognised by", "how a library is known by"),
    (r"\bin two ways of saying\b|\bas one says\b", "say it plainly", "as one says"),
    (r"\bour own way\b|\bways in\b", "entries of the welcome page", "what offers ways in"),
    (r"\bhelps to mend\b|\bto mend\b|\bmended\b", "fix", "a report helps to mend it"),
    (r"\blies ready\b|\blie ready\b", "are prepared", "sentences lie ready"),
    (r"\bthe first day\b", "the default; at the start", "The docks as on the first day"),
    (r"\bout of (a|the) dictionary\b|\bout of wordnet\b", "from", "Sentences out of a dictionary"),
    (r"\bwho types\b|\bunder the hands\b", "while the user types", "not under the hands of who types"),
    (r"\b(is|was|are|were|be|been) said\b", "is reported; is set", "what is wrong is said"),
    (r"\bspeaks? of\b", "name, describe", "the range that a caption speaks of"),
    (r"\b(one|once) an? (line|run|skeleton|process|entry|event)\b", "one per line", "made once a skeleton"),
    (r"\bso (large|long|much) a\b", "a share, a duration", "with so large a share"),
    (r"\ba person (said|says|typed|waits for)\b", "the user", "while a person waits for an answer"),
    (r"\bneeds no telling\b|\bis told what\b", "receives", "`took` is told what each frame cost"),
]


def sources() -> list[Path]:
    """Python files that are read for language."""
    files = [f for part in CODE for f in (ROOT / part).rglob("*.py")]
    return [f for f in files if name(f) != OWN and not name(f).startswith(DATA)]


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, comment, string of several words, and test name of a Python file."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, " ".join(node.value.split())
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.lineno, node.name.replace("_", " ")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def paragraphs(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every paragraph of a page."""
    line = 1
    for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
        yield line, " ".join(block.split())
        line += block.count("\n") + 2


@pytest.mark.parametrize(("pattern", "plain", "example"), PHRASES, ids=[example for _, _, example in PHRASES])
def test_a_pattern_catches_its_example(pattern, plain, example):
    assert re.search(pattern, example, re.IGNORECASE) and not re.search(pattern, plain, re.IGNORECASE)


def found_in(pieces: Iterator[tuple[Path, int, str]]) -> list[str]:
    """Where a phrase occurs, with the plain word."""
    known = [(re.compile(pattern, re.IGNORECASE), plain) for pattern, plain, _ in PHRASES]
    return [
        f"{name(file)}:{line}: {match.group()!r}; say: {plain}"
        for file, line, text in pieces
        for pattern, plain in known
        if (match := pattern.search(text))
    ]


def test_the_code_speaks_plainly():
    files = sources()
    assert len(files) > 250
    assert found_in((f, line, text) for f in files for line, text in texts(f)) == []


def test_the_pages_speak_plainly():
    assert len(PAGES) > 20
    assert found_in((f, line, text) for f in PAGES for line, text in paragraphs(f)) == []


def test_what_is_read_of_a_file(tmp_path):
    """Docstring, message, pieces of an f-string, comment and test name are all found, with their line."""
    file = tmp_path / "sample.py"
    file.write_text('"""A doc string."""\n\n\ndef test_a_b():  # A comment.\n    raise ValueError(f"no {1} here")\n')
    assert {(1, "A doc string."), (4, "test a b"), (4, "# A comment."), (5, "no"), (5, "here")} == {
        (line, text.strip()) for line, text in texts(file)
    }
