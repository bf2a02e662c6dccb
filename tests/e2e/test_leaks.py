"""What many clips leave behind in the window."""

import gc

from motionpatches.core.motion.motion import Motion
from tests.window import rest, wait


def test_two_hundred_clips_leave_nothing_behind(demo):
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    def living():
        gc.collect()
        rest(50)
        return (
            len(demo.window.findChildren(QObject)),
            sum(type(o) is Motion for o in gc.get_objects()),
            len(QApplication.allWidgets()),
        )

    demo.view_models.explanation.set_on(True)
    clips = demo.workspace.library.clips
    for clip in clips[:20]:
        demo.workspace.show(clip, demo.workspace.library.load(clip.id))
    before = living()
    for clip in clips[20:220]:
        demo.workspace.show(clip, demo.workspace.library.load(clip.id))
        if int(clip.id[:4]) % 20 == 0:
            rest(20)
    wait(lambda: not demo.lanes.models.busy, 60)
    after = living()
    assert all(b <= a + 20 for a, b in zip(before, after, strict=True)), "far less than one thing a clip, where 200 were opened"
