"""Collections: names of any language, one field for all spellings, filters against a slow twin, in the take sheet."""

import random
import unicodedata

import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.library.collections import Collection, collections_of, field_of, name_of, names_in
from motionpatches.core.library.filters import clip_filter, is_field, is_plain, passing, why_none
from motionpatches.core.library.library import Clip
from motionpatches.core.library.sheet import carry, change_sheet, check, fields_of, read_sheet
from motionpatches.core.library.sheet_exchange import export_sheet, plan_import
from motionpatches.core.search.query import parse
from tests.core.library.test_sheet import library


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("Spring Reel", "in:spring-reel"),
        ("  spring   reel ", "in:spring-reel"),
        ("spring_reel", "in:spring-reel"),
        ("-Spring - Reel-", "in:spring-reel"),
        ("Frühling 2027", "in:frühling-2027"),
        ("STRASSE", "in:strasse"),
        ("Straße", "in:strasse"),
        ("Ｒｅｅｌ　７", "in:reel-7"),
        ("歩く 集", "in:歩く-集"),
        ("ΒΌΛΤΑΣ", "in:βόλτασ"),
        ("हिन्दी", "in:हिन्दी"),
        ("پیاده\u200cروی", "in:پیادهروی"),
        ("x" * 40, "in:" + "x" * 40),
    ],
)
def test_all_spellings_of_a_name_are_one_field_which_is_the_filter(typed, field):
    assert field_of(typed) == field
    for spelling in (field[3:], typed.lower(), typed.upper(), unicodedata.normalize("NFD", typed)):
        assert field_of(spelling) == field, "what is typed, written in capitals, or comes from another system"
    assert len(field.split()) == 1 and is_field(field) and is_field(f"-{field}")
    check(field, name_of(typed))


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "-", "_ -", "a/b", "a:b", "in:a", "<b>x</b>", "a,b", "'; DROP", "100%", "😀", "a\0b", "a\u202eb", "\ud800",
     "\u0301", "x" * 41, "ß" * 21, "\ufdfa" * 3],
)  # fmt: skip
def test_what_is_no_name_is_refused_in_words(typed):
    with pytest.raises(StudioError, match="collection"):
        name_of(typed)
    with pytest.raises(StudioError, match="collection"):
        check(f"in:{typed}", "")


def test_a_field_keeps_the_name_that_it_is_made_of():
    check("in:spring-reel", "SPRING reel")
    check("in:spring-reel", "")
    for field, value in (("in:spring-reel", "x"), ("in:Spring-Reel", "Spring Reel"), ("in:spring reel", "spring reel")):
        with pytest.raises(StudioError):
            check(field, value)
    check("in-point", "00:12:03")  # a field of one's own, as before


def test_collections_are_counted_as_by_hand():
    rows = {
        "a": {"in:reel": "Reel", "in:loops": "Loops", "status": "hold"},
        "b": {"in:reel": "reel"},
        "c": {"in:reel": "Reel", "in-point": "3"},
        "d": {},
    }
    assert collections_of(rows) == (Collection("in:loops", "Loops", 1), Collection("in:reel", "Reel", 3))
    assert collections_of(rows, {"b", "d"}) == (Collection("in:loops", "Loops", 0), Collection("in:reel", "Reel", 1))
    assert names_in(rows["a"]) == ("Loops", "Reel") and names_in(rows["d"]) == ()
    assert collections_of({}) == ()


def test_filters_are_those_of_a_slow_twin(tmp_path):
    rng, names = random.Random(5), ("Spring Reel", "Frühling", "loops", "歩く")
    members = {name: {f"t{at}" for at in range(40) if rng.random() < 0.4} for name in names}
    rows: dict[str, dict[str, str]] = {}
    for name, takes in members.items():
        for take in takes:
            rows.setdefault(take, {})[field_of(name)] = name
    clips = [Clip(f"t{at}", tmp_path) for at in range(40)]
    clips += [Clip("t1@1-2", tmp_path, start_s=1.0, end_s=2.0), Clip("t2@1-2", tmp_path, start_s=1.0, end_s=2.0)]
    typed = {"Spring Reel": "in:Spring-Reel", "Frühling": "IN:FRÜHLING", "loops": "in:loops", "歩く": "in:歩く"}
    for _ in range(30):
        asked = [(name, rng.random() < 0.6) for name in rng.sample(names, rng.randint(1, 3))]
        words = " ".join(("" if wanted else "-") + typed[name] for name, wanted in asked)
        slow = [clip.id for clip in clips if all((clip.id.split("@")[0] in members[name]) == wanted for name, wanted in asked)]
        keep = clip_filter(words, {}, rows)
        assert [clip.id for clip in clips if keep(clip)] == slow, words
        assert [clip.id for clip, one in zip(clips, passing(words, clips, {}, rows), strict=True) if one] == slow, words
    assert not any(passing("in:nobody", clips, {}, rows)) and all(passing("-in:nobody", clips, {}, rows))
    assert why_none("in:nobody", clips, {}, rows) == "No motion passes “in:nobody”."
    assert "is no filter" in why_none("in:a/b", clips, {}, rows)
    assert not is_plain("walk in:reel") and parse("walks -in:loops in:reel").filters == ("-in:loops", "in:reel")


def test_the_sheet_keeps_them_moves_them_and_gives_them_back_from_a_table(tmp_path):
    root = tmp_path / "library"
    root.mkdir()
    takes = library(root, "walk", "run")
    change_sheet(root, {("walk", "in:spring-reel"): "Spring Reel", ("old", field_of("ᎠᎡ")): "ᎠᎡ", ("run", "status"): "hold"})
    carry(root, {"old": "run"})
    rows = read_sheet(root)
    assert names_in(rows["run"]) == ("ᎠᎡ",) and "in:spring-reel" in fields_of(rows)
    file = tmp_path / "sheet.csv"
    file.write_text(export_sheet(takes, rows), encoding="utf-8")
    plan = plan_import(takes, {}, file)
    assert dict(plan.after) == {(t, f): v for t, row in rows.items() for f, v in row.items()} and not plan.problems
    file.write_text("take,in:Spring Reel\nwalk,spring reel\nrun,x\n")
    plan = plan_import(takes, {}, file)
    assert dict(plan.after) == {("walk", "in:spring-reel"): "spring reel"}
    assert len(plan.problems) == 1 and "Row 3, run" in plan.problems[0] and "'spring reel'" in plan.problems[0]
