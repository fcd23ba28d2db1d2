"""What `preview_import` shows of workbooks as people make them: expected JSON, written by hand before the code."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from portal.core.models import Region
from tests.factories import make_occupation, make_regions, make_stations
from tests.imports.preview_cases import FOLDER, Case, differences, load_cases

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 11, 29, 4, tzinfo=UTC)
GIVEN = load_cases("given", FOLDER / "given")


@pytest.fixture(autouse=True)
def world() -> Iterator[None]:
    """The stations and regions of the tests, one more county, an occupation, and a fixed day."""
    with time_machine.travel(TODAY, tick=False):
        make_regions()
        make_stations()
        Region.objects.get_or_create(
            code="440704", defaults={"name": "江海区", "level": "county", "parent_id": "4407"}
        )
        make_occupation()
        yield


@pytest.mark.parametrize("case", GIVEN, ids=lambda case: case.name)
def test_given_workbook_shows_what_was_written_down(case: Case) -> None:
    assert differences(case) == []
