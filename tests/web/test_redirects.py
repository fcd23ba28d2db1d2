"""Redirects stay on the site and within the length of an address."""

import pytest
from django.http import HttpResponseRedirect, QueryDict
from django.test import RequestFactory

from portal.web.shared.redirects import MAX_ADDRESS_LENGTH, safe_next, with_query

pytestmark = pytest.mark.must("hold.5")


@pytest.mark.parametrize(
    ("target", "is_followed"),
    [
        ("/desk/?q=长", True),
        ("/" + "x" * 2_000, True),
        ("/" + "长" * 2_000, False),  # 18,001 characters as an address
        ("/" + "x" * 100_000, False),
        ("²", False),
        ("//evil.example/", False),
    ],
)
def test_next_is_followed_within_site_and_length(target: str, is_followed: bool) -> None:
    address = safe_next(RequestFactory().post("/", {"next": target}), "/default/")
    assert address == (target if is_followed else "/default/")
    assert HttpResponseRedirect(address).status_code == 302


def test_list_keeps_its_filters_unless_they_are_endless() -> None:
    query = QueryDict(mutable=True)
    query["q"] = "司机"
    assert with_query("/desk/", query) == "/desk/?q=%E5%8F%B8%E6%9C%BA"
    query["q"] = "x" * MAX_ADDRESS_LENGTH
    assert with_query("/desk/", query) == "/desk/"
