"""Address of the client that sent a request: one rule for sign-in, API, feeds and links."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

# Prefixes that one subscriber and one small network hold, by version of the protocol.
_SUBSCRIBER_BITS = {4: 32, 6: 64}
_NETWORK_BITS = {4: 24, 6: 48}
UNKNOWN = "nowhere"


def _parse(text: str) -> str | None:
    """Return the address in its one spelling, None for what is none; a port after an IPv4 address is cut."""
    text = text.strip().strip("[]")
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the client's address; behind `settings.NINJA_NUM_PROXIES` proxies, the one that they saw.

    Each proxy appends to X-Forwarded-For whom it saw, so entries further left are the client's own claim and
    are never read. Without a proxy the header is ignored.

    Args:
        meta: `META` of the request.

    Returns:
        An IPv4 or IPv6 address, or UNKNOWN.
    """
    proxies = settings.NINJA_NUM_PROXIES
    if proxies:
        forwarded = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = _parse(forwarded[-min(proxies, len(forwarded))])
        if address is not None:
            return address
    return _parse(meta.get("REMOTE_ADDR") or "") or UNKNOWN


def _prefix(address: str, bits: dict[int, int]) -> str:
    if _parse(address) is None:
        return UNKNOWN
    version = ip_address(address).version
    return str(ip_network(f"{address}/{bits[version]}", strict=False))


def subscriber_of(address: str) -> str:
    """Return what one subscriber holds: the IPv4 address itself, the /64 of an IPv6 address."""
    return _prefix(address, _SUBSCRIBER_BITS)


def network_of(address: str) -> str:
    """Return the network around an address: /24 of IPv4, /48 of IPv6."""
    return _prefix(address, _NETWORK_BITS)
