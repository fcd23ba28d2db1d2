"""The pages of people for positions in Chromium, at 390 and 1280 px."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from portal.ranking import ranking_index
from tests.web.town import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.must("matching.7")]


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield
    ranking_index.clear_caches()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_look_right(open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    town = Town()
    for user, url, name in (
        (town.operator, town.staff_url, "candidates-staff"),
        (town.operator, town.booth_url, "candidates-booth"),
        (town.member, town.employer_url, "candidates-employer"),
        (town.ours.account, reverse("veteran:consents"), "consents"),
    ):
        page = open_page(width=width)
        sign_in(page, user)
        page.goto(url)
        look(page, name)
