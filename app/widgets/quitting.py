"""Asks before the window closes, where work is under way; waits for it where that is chosen."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QWidget

from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.quitting import CANCEL, FINISH, STOP, questions, waits_for
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.plain import choose


class Quitting:
    """Of one window."""

    def __init__(self, window: QWidget, view_models: ViewModels):
        self.window, self.view_models = window, view_models
        self.jobs, self.notices = view_models.workspace.jobs, view_models.workspace.notices
        self.waiting = False
        self.jobs.changed.connect(self._changed)

    def may_close(self) -> bool:
        """Ask about the work under way; return whether the window may close now."""
        answers = []
        for question in questions(self.jobs.work):
            answers.append(choose(self.window, "Quit", question.text, question.choices))
            if answers[-1] == CANCEL:
                return False
        if STOP in answers:
            self.view_models.training.stop()
        if FINISH not in answers:
            return True
        self.waiting = True
        self.notices.say("The window closes as soon as the work is finished.", Action("Stay Open", self._stay))
        self._changed()
        return False

    def _stay(self) -> None:
        self.waiting = False

    def _changed(self) -> None:
        """Close the window once nothing is waited for."""
        now = time.monotonic()
        if self.waiting and not any(waits_for(work, now) for work in self.jobs.work):
            self.waiting = False
            self.window.close()
