import pytest

from portal.ranking import indexing


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    """Each test has an index folder of its own, holding an empty generation."""
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield settings.MATCHING_INDEX_DIR
    indexing.forget()
