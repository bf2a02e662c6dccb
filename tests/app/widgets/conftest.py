"""An application for tests of single widgets."""

import pytest

from motionpatches.app.widgets import theme


@pytest.fixture(scope="module")
def app(screen):
    """The application as the studio makes it, dark at the end as at the start."""
    from motionpatches.app.application import make_application

    app = make_application()
    yield app
    theme.set_appearance("Dark")
