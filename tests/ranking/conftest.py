from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.ranking import ranking_index


@pytest.fixture(autouse=True)
def index_folder(settings: Any, tmp_path: Path) -> Iterator[Any]:
    """Each test has an index folder of its own, holding an empty generation."""
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield settings.MATCHING_INDEX_DIR
    ranking_index.clear_caches()
