"""The demo says the same before and after the renaming: only names of tables and columns differ."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.house.demo_compare import Derived, Part, Renaming, canonical_lines, find_differences, summarize
from tests.house.demo_digest import AFTER, BEFORE, Dump, build_demo, extract_commit, install_locked

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.must("house.1")
def test_demos_before_and_after_differ_by_the_committed_map_only(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    try:
        checkouts = [extract_commit(commit, ROOT, tmp_path / commit) for commit in (BEFORE, AFTER)]
    except LookupError as error:
        pytest.fail(str(error))
    python = install_locked(checkouts[-1], tmp_path / "venv")
    before, after = (build_demo(path, python) for path in checkouts)
    renaming = Renaming.read()
    differences = find_differences(before, after, renaming)
    assert not differences, "\n".join(differences)
    counts = summarize(before)
    figure(f"{len(counts)} tables, {sum(count for count, _ in counts.values())} rows equal")
    figure(f"{len(renaming.tables)} tables renamed")
    for table, parts in renaming.merges.items():
        terms = " + ".join(f"{part.old} {counts[part.old][0]}" for part in parts)
        figure(f"{table} {len(after[table]['rows'])} = {terms}")
        assert len(after[table]["rows"]) == sum(counts[part.old][0] for part in parts)


# --- the comparison itself -------------------------------------------------------------------------------
def _table(*rows: Mapping[str, object], **references: str) -> dict[str, Any]:
    return {"columns": list(rows[0]), "references": references, "rows": list(rows)}


@pytest.fixture
def before() -> Dump:
    return {
        "papers": _table({"id": 1, "employer_id": 7, "text": "a"}, {"id": 2, "employer_id": 8, "text": "b"}),
        "evidence": _table({"id": 1, "veteran_id": 5, "text": "c"}),
        "looks": _table({"id": 1, "paper_id": 2}, {"id": 2, "paper_id": None}, paper_id="papers"),
        "plain": _table({"id": 1, "old_name": "x"}),
        "django_content_type": _table({"id": "papers"}, {"id": "evidence"}, {"id": "looks"}, {"id": "plain"}),
    }


@pytest.fixture
def after() -> Dump:
    """The same rows: one merged table with numbers of its own, one renamed table with a renamed column."""
    owners = [(1, 7, None, "a"), (2, None, 5, "c"), (3, 8, None, "b")]
    return {
        "documents": _table(
            *(
                {"id": pk, "employer_id": employer, "veteran_id": veteran, "words": text, "shared": ""}
                for pk, employer, veteran, text in owners
            )
        ),
        "looks": _table({"id": 1, "document_id": 3}, {"id": 2, "document_id": None}, document_id="documents"),
        "fancy": _table({"id": 1, "new_name": "x"}),
        "django_content_type": _table({"id": "fancy"}, {"id": "documents"}, {"id": "looks"}),
    }


@pytest.fixture
def renaming() -> Renaming:
    return Renaming(
        tables={"plain": "fancy"},
        columns={"plain": {"old_name": "new_name"}, "looks": {"paper_id": "document_id"}},
        merges={
            "documents": [
                Part("papers", {"employer_id": True}, {"text": "words"}),
                Part("evidence", {"veteran_id": True}, {"text": "words"}),
            ]
        },
    )


def test_map_brings_renamed_and_merged_tables_back(before: Dump, after: Dump, renaming: Renaming) -> None:
    assert find_differences(before, after, renaming) == []


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "words"),
    [
        ("fancy", 0, "new_name", "y", "plain: 1 of 1 rows only before"),
        ("documents", 1, "words", "d", "evidence: 1 of 1 rows only before"),
        ("documents", 2, "shared", "new", "papers: number 3 says more in ['shared']"),
        ("looks", 0, "document_id", 1, "looks: 1 of 2 rows only before"),
    ],
)
def test_changed_value_is_reported(
    before: Dump,
    after: Dump,
    renaming: Renaming,
    table: str,
    row: int,
    column: str,
    value: object,
    words: str,
) -> None:
    after[table]["rows"][row][column] = value
    assert words in "\n".join(find_differences(before, after, renaming))


def test_lost_row_is_reported(before: Dump, after: Dump, renaming: Renaming) -> None:
    del after["documents"]["rows"][1]
    assert any(line.startswith("evidence: 1 of 1 rows") for line in find_differences(before, after, renaming))


def test_table_without_an_old_name_is_reported(before: Dump, after: Dump, renaming: Renaming) -> None:
    after["extra"] = after["fancy"]
    assert "extra: only after" in find_differences(before, after, renaming)


def test_volatile_column_is_compared_by_what_is_stable() -> None:
    lines = [
        list(canonical_lines("integrators_apitoken", [{"id": 1, "beginning": text}]))
        for text in ("vep_Aaaa", "vep_Bbbb", "other_Cc")
    ]
    assert lines[0] == lines[1] != lines[2]


def test_replaced_column_is_derived_from_the_new_ones() -> None:
    before = {"notices": _table({"id": 1, "url": "/posts/4/"}, {"id": 2, "url": ""})}
    after = {
        "notices": _table({"id": 1, "target": "post", "number": 4}, {"id": 2, "target": "", "number": None})
    }
    formats = {"": "", "post": "/posts/{number}/"}
    renaming = Renaming({}, {}, {}, [Derived("notices", "url", "target", ["target", "number"], formats)])
    assert find_differences(before, after, renaming) == []
    after["notices"]["rows"][0]["number"] = 5
    assert len(find_differences(before, after, renaming)) == 2


def test_added_column_must_hold_its_value() -> None:
    before = {"entries": _table({"id": 1, "facets": 7})}
    after = {"entries": _table({"id": 1, "facets": 7, "more": 0})}
    renaming = Renaming({}, {}, {}, added={"entries": {"more": 0}})
    assert find_differences(before, after, renaming) == []
    after = {"entries": _table({"id": 1, "facets": 7, "more": 3})}
    assert find_differences(before, after, renaming) == ["entries: number 1 has more = 3"]
