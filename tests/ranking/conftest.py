import pytest

from portal.ranking import ranking_index


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    """Each test has an index folder of its own, holding an empty generation."""
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield settings.MATCHING_INDEX_DIR
    ranking_index.clear_caches()
