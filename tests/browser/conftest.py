from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from cms.site_setup import setup_site
from portal.core.reference import load_reference
from portal.ranking import ranking_index
from tests.factories import make_stations


@pytest.fixture
def city(settings: Settings, tmp_path: Path, open_page: Any) -> Iterator[Any]:
    """A portal ready to be walked: code tables, stations, the site's frame, an empty ranking index."""
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    load_reference()
    stations = make_stations()
    setup_site()
    ranking_index.rebuild()
    yield stations
    ranking_index.clear_caches()
