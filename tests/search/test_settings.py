"""Settings that name no engine are refused at the start."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

import search
from search.checks import check_search


def test_the_settings_of_this_suite_pass() -> None:
    assert check_search(None) == []


@pytest.mark.parametrize(
    ("backend", "url", "setting"),
    [
        ("tantivy", "", "search.E001"),
        ("", "", "search.E001"),
        ("sqlite", "", "search.E001"),
        ("elasticsearch", "", "search.E003"),
        ("elasticsearch", "localhost:9200", "search.E003"),
        ("elasticsearch", "ftp://localhost", "search.E003"),
    ],
)
def test_what_names_no_engine_is_refused(settings: Any, backend: str, url: str, setting: str) -> None:
    settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL = backend, url
    assert [message.id for message in check_search(None)] == [setting]


def test_a_good_address_passes(settings: Any) -> None:
    settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL = "elasticsearch", "https://search.example:9200"
    assert check_search(None) == []


def test_an_unknown_engine_is_not_built(settings: Any) -> None:
    settings.SEARCH_BACKEND = "tantivy"
    with pytest.raises(ImproperlyConfigured, match="tantivy"):
        search.get_backend()
