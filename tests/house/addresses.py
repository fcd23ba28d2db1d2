"""Routes of the URL configuration, and addresses made of them with the keys of rows of the small world."""

import re
from collections.abc import Iterator
from functools import partial, reduce
from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from tests.house.matrix import World


def routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """Every route of the URL configuration, as it is written there."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def _constant(value: str, _match: re.Match[str]) -> str:
    return value


def address(route: str, values: dict[str, str]) -> str:
    """The route with values in the place of its arguments, in their order."""
    for value in values.values():
        route = re.sub(
            r"<(?:\w+:)?\w+>|\((?:\?P<\w+>)?(?:[^()]|\([^()]*\))*\)",
            partial(_constant, value),
            route,
            count=1,
        )
    return "/" + route.replace("^", "").replace("$", "")


def looked_up(paths: dict[str, str], world: "World") -> dict[str, str]:
    """'veteran.pk' is looked up in the world; '=x' stands for itself."""
    return {
        name: path[1:] if path.startswith("=") else str(reduce(getattr, path.split("."), world))
        for name, path in paths.items()
    }
