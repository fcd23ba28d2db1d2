"""Address of the client: one rule, with and without proxies."""

import pytest
from django.http import HttpRequest
from pytest_django import Settings

from portal.core.client_address import UNKNOWN, client_address, network_of, subscriber_of


def _request(remote: str, forwarded: str | None = None) -> HttpRequest:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = remote
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return request


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.7", None, "192.0.2.7"),
        (0, "192.0.2.7", "203.0.113.1", "192.0.2.7"),  # nobody stands before: the header is a claim
        (1, "10.0.0.1", "203.0.113.1", "203.0.113.1"),
        (1, "10.0.0.1", "198.51.100.9, 203.0.113.1", "203.0.113.1"),
        (2, "10.0.0.1", "9.9.9.9, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        (1, "10.0.0.1", "203.0.113.1:51000", "203.0.113.1"),
        (1, "10.0.0.1", "[2001:DB8::1]", "2001:db8::1"),
        (1, "10.0.0.1", "::ffff:203.0.113.1", "203.0.113.1"),
        (1, "10.0.0.1", "unknown", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (0, "", None, UNKNOWN),
    ],
)
def test_address_of_the_client(
    settings: Settings, proxies: int, remote: str, forwarded: str | None, address: str
) -> None:
    settings.NINJA_NUM_PROXIES = proxies
    assert client_address(_request(remote, forwarded).META) == address


@pytest.mark.parametrize(
    ("address", "subscriber", "network"),
    [
        ("203.0.113.77", "203.0.113.77/32", "203.0.113.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_address_is_counted_by_subscriber_and_network(address: str, subscriber: str, network: str) -> None:
    assert subscriber_of(address) == subscriber
    assert network_of(address) == network
