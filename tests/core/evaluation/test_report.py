"""Reports name what was measured, and carry no command, whatever the names of folders and models hold."""

import csv
import html
import io
import json
import re
from dataclasses import replace

import markdown as python_markdown
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionpatches.core.evaluation.escape import latex_text, markdown_line, one_line
from motionpatches.core.evaluation.evaluate import Evaluation
from motionpatches.core.evaluation.protocols import Material, run_protocols
from motionpatches.core.evaluation.report import FORMATS, comma_separated, latex, markdown, rows_of
from motionpatches.core.evaluation.training_facts import training_facts
from motionpatches.core.library.table import guarded, unguarded

TRAINED = {
    "library": "KIT-ML",
    "preset": "paper",
    "epochs": 50,
    "seed": 42,
    "overrides": "lr_motion=1e-05",
    "epoch": 37,
    "chosen_on": "validation (300 clips)",
}


@pytest.fixture
def evaluation():
    rng = np.random.default_rng(0)
    captions = tuple(f"caption {i}" for i in range(12))
    texts, motions = rng.normal(size=(2, 12, 8)).astype(np.float32)
    material = Material(texts, motions, captions, np.eye(12, dtype=np.float32), seed=4)
    figures, missing = run_protocols(material)
    return Evaluation(
        library="KIT-ML",
        split="test",
        items="first_lines",
        model="mine",
        training=training_facts(TRAINED),
        dataset="",
        motions=12,
        seed=4,
        day="2026-11-26",
        judge="all-MiniLM-L6-v2",
        figures=figures,
        missing=missing,
        notes=("Captions of like meaning by all-MiniLM-L6-v2.",),
        clips=(),
        material=material,
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_names_what_was_measured(evaluation, suffix):
    text = FORMATS[suffix](evaluation).replace("\\_", "_")
    for fact in ("KIT-ML", "test", "12", "2026-11-26", "mine", "epochs 50", "seed 42", "lr_motion=1e-05", "epoch 37"):
        assert fact in text, fact
    assert "validation (300 clips)" in text and "all-MiniLM-L6-v2" in text and "preset paper" in text
    assert ("first_lines" if suffix == ".json" else "the first line of each file alone") in text
    assert re.search(r'seed"?:? 4\b', text) or ",4,2026" in text


def test_what_a_model_does_not_record_is_named():
    assert training_facts({"library": "old", "preset": "paper", "epochs": 3}) == (
        "trained on old, preset paper, epochs 3; "
        "not recorded: seed, what was set otherwise, the epoch it was saved after, what that was chosen on"
    )
    assert training_facts({"origin": "the file a.pt"}).startswith("imported from the file a.pt; not recorded: preset, epochs")
    assert training_facts({}).startswith("not recorded: preset")


def test_published_figures_stand_beside_their_own_protocol_alone(evaluation):
    assert not any(row.published for row in rows_of(evaluation))
    same = replace(evaluation, dataset="KIT-ML")
    published = {(r.protocol, r.method) for r in rows_of(same) if r.published}
    assert published == {
        ("exact_caption", "TMR (published)"),
        ("exact_caption", "Motion Patches, from scratch (published)"),
        ("exact_caption", "Motion Patches (published)"),
        ("strict", "TEMOS † (published)"),
        ("strict", "T2M † (published)"),
    }
    text = markdown(same)
    assert "| 14.02 |" in text and "seed 4" in text and "12 motions" in text and "not run" in text
    assert latex(same).count(r"\\") == len(rows_of(same)) + 1
    values = json.loads(FORMATS[".json"](same))
    assert values["published"]["exact_caption"]["Motion Patches"]["m2t"]["MedR"] == 13.0
    assert values["protocols"] == evaluation.figures
    assert FORMATS[".csv"](same).splitlines()[0].startswith("protocol,method,text → motion R@1")


HOSTILE = (
    "lib\n\\input|id",
    "^^5cinput ^^2fetc^^2fhostname ",
    "a\r% \\write18{id}",
    "\u2028\\immediate\u2029",
    "{~_#$&}^",
    "a\x0b\\def\x85b",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_latex_has_no_command_of_a_name(evaluation, name):
    """A comment line stays a comment; in the table only the commands of the report itself are left."""
    text = latex(replace(evaluation, library=name, model=name, training=name, notes=(name,), judge=name))
    comments = [line for line in text.splitlines() if line.startswith("%")]
    rest = [line for line in text.splitlines() if not line.startswith("%")]
    assert len(comments) == 1 + 1 + len(evaluation.missing) + 1
    assert rest[0].startswith(r"\begin{tabular}") and rest[-1] == r"\end{tabular}" and len(rest) == 6 + 3
    known = (
        r"\\(top|mid|bottom)rule|\\(begin|end)\{tabular\}(\{l+r+\})?"
        r"|\\text(backslash|ascii\w+|less|greater|bar)\{\}|\\\\$|\$\\to\$|\\[&%$#_{}]"
    )
    for line in rest:
        left = re.sub(known, "", line)
        assert not re.search(r"[\\^~%$#{}]", left), line
    assert "^^" not in text


@given(st.text())
def test_latex_text_has_no_active_character(text):
    found = re.sub(r"\\text\w+\{\}|\\[&%$#_{}]|\$\\to\$", "", latex_text(text))
    assert not re.search(r"[\\^~%$#{}&_\n\r]", found)


MARKUP = (
    "![x](file:///dev/zero)",
    "[a](http://b) <img src=x> <b>",
    "a|b",
    "`code` *em* _em_ __strong__ ~~gone~~",
    "# heading",
    "- list\n- list",
    "&lt;img&gt; &#60;",
    "lib\n\n<script>",
    "\\[a](b)",
)


@pytest.mark.parametrize("name", MARKUP)
def test_markdown_shows_names_as_they_are(evaluation, name):
    """Python-Markdown makes of the report one table and a list that hold the name as text."""
    text = markdown(replace(evaluation, library=name, model=name, notes=(name,)))
    page = python_markdown.markdown(text, extensions=["tables", "fenced_code"])
    assert set(re.findall(r"<(\w+)", page)) == {"p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    assert page.count("<tr>") == 1 + len(evaluation.figures) and page.count("<li>") == 1 + len(evaluation.missing) + 1
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert shown.count(one_line(name)) >= 2 + len(evaluation.figures)


def test_plain_names_stay_readable():
    assert markdown_line("vit_tiny_patch16 on KIT-ML (50 %), a-b") == "vit_tiny_patch16 on KIT-ML (50 %), a-b"


FORMULAS = ('=HYPERLINK("http://a")', "=cmd|'/C calc'!A0", "@SUM(1)", "+1", "-1+1", "\t=1", "\r=1", " =1", "'=1", "＝1", "\n@a")


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_of_a_report_is_a_formula(evaluation, name):
    text = comma_separated(replace(evaluation, library=name, model=name, training=name, judge=name))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1 and len(rows) == 1 + len(evaluation.figures)
    cells = [cell for row in rows for cell in row]
    assert not any(cell.lstrip().startswith(tuple("=+-@＝")) for cell in cells)
    assert unguarded(rows[1][rows[0].index("library")]) == one_line(name)


@given(st.text() | st.sampled_from(FORMULAS))
def test_every_text_comes_back_from_its_cell(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_text_with_such_a_sign_further_on_stays():
    assert guarded("a=b") == "a=b" and guarded("it's -1") == "it's -1"
