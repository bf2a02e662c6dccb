"""What is known of the take on the stage."""

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.panels.captions import CaptionsPanel
from motionpatches.app.widgets.panels.info import InfoPanel
from tests.lanes import fake_lanes


def test_with_nothing_on_the_stage_no_empty_fields_stand_there(app, small_library, tmp_path):
    from PySide6.QtCore import QSettings

    v = ViewModels(fake_lanes(), QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    info = InfoPanel(v.workspace, v.marks, v.sheet, CaptionsPanel(v.captions, v.playback), *(lambda: None,) * 4)
    assert info.about.isHidden() and info.title.text() == "Nothing is on the stage."
    v.workspace.open([small_library])
    assert not info.about.isHidden() and info.values["Name"].text() == v.workspace.clip.id
    info.setParent(None)
