"""The site's frame, as `setup_cms` makes it."""

import pytest

from cms.models import HomePage
from cms.site_setup import setup_site
from tests.factories import make_stations


@pytest.fixture
def home(db: None) -> HomePage:
    make_stations()
    return setup_site()
