"""Filters as conditions of PostgreSQL on the row `c` of a clip."""

from __future__ import annotations

from motionpatches.core.library.filters import Term
from motionpatches.core.shared_gallery.store import Terms

_SAID = "EXISTS (SELECT 1 FROM records r WHERE r.kind = '{kind}' AND r.value <> '' AND r.item = c.{item} AND {test})"
_CAPTION = _SAID.format(kind="caption", item="take", test="r.start_s = c.start_s AND r.end_s = c.end_s AND {}")
# What compares a text in small letters with a value.
_TESTS = {
    "=": "{text} = {value}",
    "any": "TRUE",
    "in": "position({value} IN {text}) > 0",
    "from": "starts_with({text}, {value})",
    **{sign: f"{{text}} {sign} {{value}}" for sign in ("<", "<=", ">", ">=")},
}


def condition(terms: Terms) -> tuple[str, dict[str, object]]:
    """Return a condition, and its parameters by name."""
    parts, values = ["TRUE"], dict[str, object]()
    for number, (wanted, term) in enumerate(terms):
        value, field = f"value{number}", f"field{number}"
        values |= {value: float(term.value) if term.about == "length" else term.value, field: term.field}
        test = _of(term, f"%({value})s", f"%({field})s")
        parts.append(f"({test})" if wanted else f"NOT ({test})")
    return "(" + " AND ".join(parts) + ")", values


def _of(term: Term, value: str, field: str) -> str:
    if term.about == "length":
        return f"c.duration_s {term.sign} {value}"
    if term.about == "split":
        return f"c.split = {value}"
    if term.about == "tag":
        return _SAID.format(kind="tag", item="item", test=_test("in", value))
    if term.about == "caption":
        return _CAPTION.format("TRUE")
    if term.about == "words":
        said = _CAPTION.format(_test("in", value))
        return f"{_test('in', value, 'c')} OR {said}"
    return _SAID.format(kind="sheet", item="take", test=f"r.name = {field} AND {_test(term.sign, value)}")


def _test(sign: str, value: str, row: str = "r") -> str:
    return _TESTS[sign].format(text=f"{row}.low", value=f"{value}::text")
