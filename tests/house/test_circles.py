"""No module imports itself through others."""

import pytest

from tests.house.import_graph import circles, import_graph

pytestmark = pytest.mark.must("house.2")


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}
    assert circles(graph) == [["a", "b", "c"]]


def test_no_module_imports_itself_through_others() -> None:
    graph = import_graph("portal", "cms", "search", "matching")
    assert len(graph) > 300
    assert circles(graph) == []
