"""Every route x every parameter that it reads x odd values: no 5xx, and a refusal names the field.

The daily walk sends one value in each parameter, chosen by the name of the parameter; the slow one all.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from zlib import crc32

import pytest
from django.urls import Resolver404, resolve

from tests.harness.must import Figure
from tests.house.addresses import address, looked_up
from tests.house.matrix import MATRIX, World
from tests.house.walk import ODD_ARGUMENTS, ODD_VALUES, Target, Walker, watching
from tests.house.walk_answers import Tally

pytestmark = pytest.mark.must("hold.5")


@pytest.fixture
def walker(db: None, client_for: Any, caplog: pytest.LogCaptureFixture) -> Walker:
    caplog.set_level("CRITICAL", "django.request")  # thousands of refusals are what is asked for
    caplog.set_level("CRITICAL", "django.security")
    walker = Walker(World(), client_for)
    walker.first_targets(address, looked_up)
    return walker


def route_of(path: str) -> str | None:
    try:
        route = resolve(path).route
    except Resolver404:
        return None
    return route if route in MATRIX else None


def _choose(names: Sequence[str], *by: str) -> str:
    """Return one of the names, the same in every run."""
    return names[crc32("|".join(by).encode(errors="replace")) % len(names)]


def _probes(walker: Walker) -> Iterator[tuple[Target, str, str]]:
    """Yield (target, place, name) of every parameter of every route.

    Of several targets of a route the one that is let in and sends most comes closest to what a person sends.
    """
    targets: dict[tuple[str, ...], list[Target]] = {}
    for key, places in walker.discover(route_of).items():
        target = walker.targets[key]
        for place, name in places:
            targets.setdefault((target.method, target.route, place, name), []).append(target)
    for (_, _, place, name), of_parameter in sorted(targets.items()):
        yield min(of_parameter, key=walker.distance_from_use), place, name


def _send(walker: Walker, tally: Tally, target: Target, place: str, name: str, value_name: str) -> None:
    value = {name: ODD_VALUES[value_name]}
    with watching() as watch:
        response = target.send(
            walker.clients[target.reader],
            in_query=value if place == "query" else {},
            in_body=value if place == "body" else {},
        )
    tally.routes.add(target.route)
    tally.parameters.add((target.method, target.route, place, name))
    request = f"{target.method} {target.route} {name} ({target.reader})"
    tally.add(request, value_name, response, watch, name, was=walker.statuses[target.key])


def _send_argument(walker: Walker, tally: Tally, route: str, name: str, odd: str) -> None:
    row = MATRIX[route]
    sample = looked_up(row.sample, walker.world)
    target = Target(route, "", row.method, address(route, {**sample, name: odd}))
    with watching() as watch:
        response = target.send(walker.clients[walker.readers_of(row)[0]], in_query={}, in_body={})
    tally.routes.add(route)
    tally.parameters.add((row.method, route, "path", name))
    tally.add(f"{row.method} {route} <{name}>", odd[:20], response, watch, "", was=200)


def _arguments() -> Iterator[tuple[str, str]]:
    return ((route, name) for route, row in MATRIX.items() for name in row.sample)


def test_each_parameter_with_one_odd_value(walker: Walker, figure: Figure) -> None:
    tally = Tally()
    for target, place, name in _probes(walker):
        value_name = _choose(list(ODD_VALUES), target.method, target.route, place, name)
        _send(walker, tally, target, place, name, value_name)
    for route, name in _arguments():
        _send_argument(walker, tally, route, name, _choose(ODD_ARGUMENTS, route, name))
    assert not tally.faults, "\n".join(sorted(tally.faults))
    figure(f"one value each: {tally.report()}", len(tally.routes), at_least=200)


@pytest.mark.slow
def test_each_parameter_with_each_odd_value(walker: Walker, figure: Figure) -> None:
    """One parameter at a time: a form whose other fields are right lets the value reach the action."""
    tally = Tally()
    for target, place, name in _probes(walker):
        for value_name in ODD_VALUES:
            _send(walker, tally, target, place, name, value_name)
    for route, name in _arguments():
        for odd in ODD_ARGUMENTS:
            _send_argument(walker, tally, route, name, odd)
    assert not tally.faults, "\n".join(sorted(tally.faults))
    figure(f"all values: {tally.report()}", len(tally.routes), at_least=200)
