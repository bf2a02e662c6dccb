"""The words of the query, coloured by what the score loses without them; pointing at one shows its patches."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.widgets.plain import Html, RichLabel, html, joined
from motionpatches.app.widgets.theme import between, colours


class Words(RichLabel):
    """Shows `prefix` and the words. With a model that links words to patches they can be pointed at, and the word of the pointed
    patch lights up."""

    def __init__(self, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(wrap=True, parent=parent)
        self.explanation, self.prefix = explanation, Html()
        self.linkHovered.connect(self._hovered)
        explanation.changed.connect(self.refresh)
        explanation.lit.connect(self.refresh)

    def say(self, prefix: Html) -> None:
        """Write this before the words."""
        self.prefix = prefix
        self.refresh()

    def refresh(self) -> None:
        """Write the words as they are now."""
        text = joined((self.prefix, self._words()))
        if text != self.text():
            self.setText(text)

    def _words(self) -> Html:
        found = self.explanation
        top = max((word.fall for word in found.words), default=0.0)
        base, strong, lit = QColor(colours(self).text), QColor(colours(self).query), QColor(colours(self).accent)
        falls = [word.fall for word in found.words] if found.words else [0.0] * len(found.linked)
        parts = []
        for at, (text, fall) in enumerate(zip(found.linked or [word.text for word in found.words], falls, strict=False)):
            share = max(fall, 0) / top if top > 0 else 0
            colour = lit if at == found.lit_word else between(base, strong, share)
            weight = 600 if share > 0.5 or at == found.lit_word else 400
            style = html("color:{}; font-weight:{}; text-decoration:none", colour.name(), weight)
            template = "<a href='{0}' style='{1}'>{2}</a>" if found.linked else "<span style='{1}'>{2}</span>"
            parts.append(html(template, at, style, text))
        return joined(parts, " ")

    def _hovered(self, target: str) -> None:
        self.explanation.point_word(int(target) if target.isdecimal() else -1)

    def leaveEvent(self, event: QEvent) -> None:
        self.explanation.point_word(-1)
