"""What a query is made of beside the words in the line: a motion that others are to be like, and the chips that show it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import FOLDER
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.search.query import THIS, Query, parse


@dataclass(frozen=True, eq=False)
class Example:
    """A motion that others are to be like.

    Attributes:
        library, clip: Where it is from; another library than the open one, too.
        start_s, end_s: A range of its seconds (end 0: to its end).
        part: An index of PART_NAMES where one body part alone counts; -1: all.
        stays: Whether it is kept when another library opens.
    """

    library: Library
    clip: Clip
    start_s: float = 0.0
    end_s: float = 0.0
    part: int = -1
    stays: bool = False

    @property
    def name(self) -> str:
        """Its caption, with the range and the part."""
        return (
            self.clip.caption
            + (f" ({self.start_s:.1f} to {self.end_s:.1f} s)" if self.end_s else "")
            + (f" ({PART_NAMES[self.part]} alone)" if self.part >= 0 else "")
        )

    def motion(self) -> Motion:
        """Read it. Raises FileProblem."""
        return self.library.load(self.clip.id).cut(self.start_s, self.end_s)

    def itself_in(self, library: Library) -> frozenset[str]:
        """Return the ids by which a library holds the same clip; results leave it out."""
        if self.library.root == library.root:
            return frozenset((self.clip.id,))
        if library.layout != FOLDER:
            return frozenset()
        place = (self.clip.path, self.clip.take, self.clip.start_s, self.clip.end_s)
        return frozenset(c.id for c in library.clips if (c.path, c.take, c.start_s, c.end_s) == place)


@dataclass(frozen=True)
class Chip:
    """A part of a query that a click removes.

    `kind`: 'like', 'this', 'not' (a subtracted term), 'field' (a filter in the query), or 'limit' (of the filter or the lasso).
    `value`: what is removed.
    """

    kind: str
    text: str
    value: str = ""


@dataclass(frozen=True, eq=False)
class Asked:
    """What is searched for.

    Attributes:
        typed: The text of the line.
        kept: Terms and filters beside it, which are chips.
        like: A motion alone, in the place of words.
        this: What the term 'this' means.
    """

    typed: str = ""
    kept: Query = field(default_factory=Query)
    like: Example | None = None
    this: Example | None = None

    @property
    def query(self) -> str:
        """All of it in words: the shown motion first, what is subtracted last."""
        if self.like is not None:
            return f"like: {self.like.name}"
        if self.kept == Query():
            return self.typed
        asked = parse(self.typed)
        terms = sorted((*self.kept.terms, *asked.terms), key=lambda term: (term[1].lower() != THIS, term[0] < 0))
        return str(Query(tuple(terms), (*self.kept.filters, *asked.filters)))

    @property
    def chips(self) -> list[Chip]:
        """What is asked beside the text."""
        found = [Chip("like", self.query)] if self.like is not None else []
        name = f": {self.this.name}" if self.this is not None else ""
        for _, term in self.kept.terms:
            found.append(Chip("this", f"this{name}", term) if term.lower() == THIS else Chip("not", f"not {term}", term))
        return found + [Chip("field", word, word) for word in self.kept.filters]

    def with_text(self, text: str) -> Asked:
        """Return what is asked with another text; words beside a motion make a sum of them, in which the whole body counts."""
        text = text.strip()
        if self.like is None or not text:
            return replace(self, typed=text)
        return Asked(text, Query(((1.0, THIS),)), None, replace(self.like, part=-1))

    def with_chips(self) -> Asked:
        """Return the same, with chips for the terms and filters in the text that are more than a sentence."""
        asked = parse(self.typed)
        chips = tuple(term for term in asked.terms if _is_chip(term))
        if not chips and not asked.filters:
            return self
        kept = Query((*self.kept.terms, *chips), (*self.kept.filters, *asked.filters))
        return replace(self, kept=kept, typed=str(Query(tuple(term for term in asked.terms if not _is_chip(term)))))

    def without(self, chip: Chip) -> Asked:
        """Return what is asked without a chip."""
        if chip.kind == "like":
            return replace(self, like=None)
        if chip.kind == "field":
            return replace(self, kept=replace(self.kept, filters=tuple(w for w in self.kept.filters if w != chip.value)))
        return replace(self, kept=replace(self.kept, terms=tuple(t for t in self.kept.terms if t[1] != chip.value)))


def _is_chip(term: tuple[float, str]) -> bool:
    return term[0] < 0 or term[1].lower() == THIS
