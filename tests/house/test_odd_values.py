"""Every route x every parameter that it reads x odd values: no 5xx, and a refusal names the field."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.urls import Resolver404, resolve

from tests.house.addresses import address, looked_up
from tests.house.matrix import MATRIX, World
from tests.house.walk import ODD_ARGUMENTS, ODD_VALUES, Target, Walker, faults_in, watching

pytestmark = pytest.mark.must("hold.5")
# Sent by the quick walk; the slow one sends all of them, one parameter at a time.
QUICK_VALUES = ("superscript two", "2^63", "NUL", "100 kB", "year 9999", "several")
QUICK_ARGUMENTS = ODD_ARGUMENTS[:3]
Places = set[tuple[str, str]]


@pytest.fixture
def walker(db: None, client_for: Any, caplog: pytest.LogCaptureFixture) -> Walker:
    caplog.set_level("CRITICAL")
    walker = Walker(World(), client_for)
    walker.first_targets(address, looked_up)
    return walker


def route_of(path: str) -> str | None:
    try:
        route = resolve(path).route
    except Resolver404:
        return None
    return route if route in MATRIX else None


def _faults(walker: Walker, target: Target, places: Places, value: Any) -> Iterator[str]:
    in_query = {name: value for place, name in places if place == "query"}
    in_body = {name: value for place, name in places if place == "body"}
    with watching() as watch:
        response = target.send(walker.clients[target.reader], in_query=in_query, in_body=in_body)
    names = {name for _, name in places}
    yield from faults_in(response, watch, names, was=walker.statuses[target.key])


def _walk(walker: Walker, steps: Iterable[tuple[Target, Places, str]]) -> tuple[Counter[str], int]:
    """Take the steps (target, parameters, name of the odd value); return the faults and their number."""
    wrong: Counter[str] = Counter()
    request_count = 0
    for target, places, kind in steps:
        request_count += 1
        names = ",".join(sorted(name for _, name in places)) if len(places) == 1 else "all"
        for fault in _faults(walker, target, places, ODD_VALUES[kind]):
            wrong[f"{target.method} {target.route} {names}: {fault} [{kind}, {target.reader}]"] += 1
    return wrong, request_count


def test_all_parameters_of_a_route_with_an_odd_value(walker: Walker, figure: Any) -> None:
    """The quick walk: one request for each route, form and value."""
    names = walker.discover(route_of)
    steps = (
        (walker.targets[key], places, kind)
        for key, places in names.items()
        if places
        for kind in QUICK_VALUES
    )
    wrong, request_count = _walk(walker, steps)
    assert not wrong, "\n".join(sorted(wrong))
    figure(f"{len(names)} targets, {sum(map(len, names.values()))} parameters, {request_count} requests")


@pytest.mark.slow
def test_each_parameter_with_each_odd_value(walker: Walker, figure: Any) -> None:
    """One parameter at a time: a form whose other fields are right lets the value reach the action."""
    names = walker.discover(route_of)
    steps = (
        (walker.targets[key], {place}, kind)
        for key, places in names.items()
        for place in sorted(places)
        for kind in ODD_VALUES
    )
    wrong, request_count = _walk(walker, steps)
    assert not wrong, "\n".join(sorted(wrong))
    figure(f"one parameter at a time: {request_count} requests")


@pytest.mark.parametrize("values", [QUICK_ARGUMENTS, pytest.param(ODD_ARGUMENTS, marks=pytest.mark.slow)])
def test_odd_arguments_in_paths(walker: Walker, values: tuple[str, ...], figure: Any) -> None:
    wrong = []
    request_count = 0
    for route, row in MATRIX.items():
        sample = looked_up(row.sample, walker.world)
        client = walker.clients[walker.readers_of(row)[0]]
        for name in sample:
            for odd in values:
                target = Target(route, "", row.method, address(route, {**sample, name: odd}))
                response = target.send(client, in_query={}, in_body={})
                request_count += 1
                if response.status_code >= 500:
                    wrong.append(f"{row.method} {route} {name}={odd[:20]}: {response.status_code}")
    assert not wrong, "\n".join(wrong)
    figure(f"{request_count} paths")
