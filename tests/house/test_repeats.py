"""No run of six lines stands twice, but for those listed with a reason."""

from collections.abc import Callable

import pytest

from tests.house.repeats import RUN, Repeat, project_files, repeats
from tests.house.source import ROOT, name

pytestmark = pytest.mark.must("house.8")

# (file, other file) -> why the lines stand in both.
ALLOWED: dict[tuple[str, str], str] = {
    ("portal/accounts/roles.py", "portal/accounts/roles.py"): "rows of a table: two roles share permissions",
    (
        "search/backends/database.py",
        "search/backends/sqlite.py",
    ): "the signature of a method and its override",
    ("portal/visits/actions.py", "portal/visits/actions.py"): "two actions take the same named arguments",
}


def _key(repeat: Repeat) -> tuple[str, str]:
    return name(repeat.first.path), name(repeat.second.path)


def test_no_logic_stands_twice(figure: Callable[[str], None]) -> None:
    rows = repeats(project_files(), RUN)
    figure(f"{len(rows)} repeats of {RUN} lines, {len(ALLOWED)} places explained")
    unexplained = [row for row in rows if _key(row) not in ALLOWED]
    assert not unexplained, "\n".join(map(str, unexplained))


def test_every_explained_place_still_repeats() -> None:
    assert set(ALLOWED) - {_key(row) for row in repeats(project_files(), RUN)} == set()


def test_table_of_test_times_is_there() -> None:
    text = (ROOT / "docs/test-times.md").read_text(encoding="utf-8")
    # Tests of tests/scale are all slow: `make test` runs none of them.
    folders = {
        f"`{name(path)}`"
        for path in (ROOT / "tests").iterdir()
        if any(path.glob("test_*.py")) and path.name != "scale"
    }
    assert {folder for folder in folders if folder not in text} == set()
