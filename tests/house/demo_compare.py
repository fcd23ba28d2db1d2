"""Comparison of two demo dumps under the committed map of tables and columns.

The new dump is brought back to the old names: tables and columns by `renamed_tables.toml`, merged tables
taken apart again, with their numbers and every foreign key to them counted anew. What is left must be equal,
row for row.
"""

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.house.demo_digest import Dump, Row

MAP = Path(__file__).with_name("renamed_tables.toml")
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def _mask_uuids(value: Any) -> Any:
    return json.loads(UUID.sub("<uuid>", json.dumps(value, ensure_ascii=False)))


def _is_set(value: Any) -> Any:
    return bool(value)


def _keep_start(value: str) -> str:
    """'pbkdf2_sha256$1000000$salt$hash' -> 'pbkdf2_sha256$1000000'; '!salt' (no password) -> '!'."""
    return value[:1] if value.startswith("!") else "$".join(value.split("$")[:2])


# (old table, old column) -> (what is compared of the value, why it differs between two runs of one commit).
VOLATILE: dict[tuple[str, str], tuple[Callable[[Any], Any], str]] = {
    ("accounts_user", "password"): (_keep_start, "a random salt"),
    ("cms_basepage", "body"): (_mask_uuids, "Wagtail numbers blocks at random"),
    ("cms_infopage", "body"): (_mask_uuids, "Wagtail numbers blocks at random"),
    ("cms_newspage", "body"): (_mask_uuids, "Wagtail numbers blocks at random"),
    ("cms_policypage", "body"): (_mask_uuids, "Wagtail numbers blocks at random"),
    ("wagtailcore_page", "translation_key"): (_is_set, "a random UUID"),
    ("wagtailcore_revision", "content"): (_mask_uuids, "holds a page's body and translation key"),
    ("django_tasks_database_dbtaskresult", "id"): (_is_set, "a random UUID"),
    ("employers_employerpaper", "stored"): (_is_set, "a random file name; sha256 tells what the file holds"),
    ("sheets_sheetimport", "stored_as"): (_is_set, "a random file name"),
    ("sheets_sheetimport", "content_sha256"): (_is_set, "openpyxl packs the times of its temporary files"),
    ("fairs_registration", "ticket"): (_is_set, "a random UUID: nobody guesses a ticket"),
    ("integrators_apitoken", "beginning"): (lambda value: value[:4], "random after the prefix"),
    ("integrators_apitoken", "digest"): (_is_set, "hash of a random secret"),
    ("otp_totp_totpdevice", "key"): (_is_set, "a random secret"),
    ("placements_placement", "offline_key"): (_is_set, "a random UUID"),
    ("search_indexversion", "version"): (_is_set, "a hash of the code that builds the index"),
}
# Old tables that are not compared.
LEFT_OUT = {
    "django_migrations": "the migrations are written anew",
    "sqlite_sequence": "SQLite's own: the highest number of each table",
    "sqlite_stat1": "SQLite's own: statistics of ANALYZE, by names of indexes",
    "sqlite_stat4": "SQLite's own: statistics of ANALYZE, by names of indexes",
    **{
        f"{table}_{part}": f"FTS5's own form of {table}, which is compared itself"
        for table in ("search_words", "wagtailsearch_indexentry_fts")
        for part in ("config", "content", "data", "docsize", "idx")
    },
}
NAMED_BY_MODELS = {"django_content_type", "auth_permission"}  # their numbers are names of tables in a dump
# Old columns that say only in which order apps and migrations come, or repeat the name of a table.
ORDER_OF_APPS = {
    ("auth_group_permissions", "id"),
    ("wagtailcore_grouppagepermission", "id"),
    ("wagtailcore_groupcollectionpermission", "id"),
    ("django_content_type", "app_label"),
    ("django_content_type", "model"),
}


@dataclass
class Derived:
    """An old column that new columns replace: `formats` has a format string per value of the `by` column."""

    table: str
    column: str
    by: str
    replaced_by: list[str]
    formats: dict[str, str]

    def restore(self, content: Row) -> Row:
        columns_left = [column for column in content["columns"] if column not in self.replaced_by]
        rows = [
            {
                **{column: value for column, value in row.items() if column not in self.replaced_by},
                self.column: self.formats[row[self.by]].format(**row),
            }
            for row in content["rows"]
        ]
        return {**content, "columns": [*columns_left, self.column], "rows": rows}


@dataclass
class Part:
    """The rows of one old table inside a merged one."""

    old: str
    where: Row
    columns: dict[str, str] = field(default_factory=dict)
    constants: Row = field(default_factory=dict)

    def holds(self, row: Row) -> bool:
        return all(
            (row[column] not in {None, ""}) == value if isinstance(value, bool) else row[column] == value
            for column, value in self.where.items()
        )


@dataclass
class Renaming:
    """The map as it is committed."""

    tables: dict[str, str]
    columns: dict[str, dict[str, str]]
    merges: dict[str, list[Part]]
    derived: list[Derived] = field(default_factory=list)
    added: dict[str, Row] = field(default_factory=dict)  # old table -> new column -> its value in every row

    @classmethod
    def read(cls, path: Path = MAP) -> "Renaming":
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        merges = {
            entry["table"]: [Part(**part) for part in entry["parts"]] for entry in data.get("merged", [])
        }
        derived = [Derived(**entry) for entry in data.get("derived", [])]
        return cls(data.get("tables", {}), data.get("columns", {}), merges, derived, data.get("added", {}))

    @property
    def old_tables(self) -> dict[str, str]:
        """New table -> old table, merged ones left out."""
        return {new: old for old, new in self.tables.items()}


def restore_old_names(dump: Dump, renaming: Renaming, before: Dump) -> tuple[Dump, list[str]]:
    """The new dump under the old names, and what the map does not account for."""
    problems: list[str] = []
    old_dump: Dump = {}
    numbers: dict[str, dict[Any, Any]] = {}  # merged table -> its number -> the number in the old table
    for table, parts in renaming.merges.items():
        if table not in dump:
            problems.append(f"{table}: merged in the map, but there is no such table")
            continue
        content, numbers[table] = dump[table], {}
        rest = list(content["rows"])
        for part in parts:
            rows = sorted((row for row in rest if part.holds(row)), key=lambda row: row["id"])
            rest = [row for row in rest if not part.holds(row)]
            olds = sorted(before.get(part.old, {}).get("rows", ()), key=lambda row: row["id"])
            numbers[table] |= {row["id"]: old["id"] for row, old in zip(rows, olds, strict=False)}
            old_dump[part.old] = _take_apart(part, content, rows, before, numbers[table], problems)
        if rest:
            problems.append(f"{table}: {len(rest)} rows belong to no part")
    for table, content in dump.items():
        if table not in renaming.merges:
            old = renaming.old_tables.get(table, table)
            if old in old_dump:
                problems.append(f"{table}: two tables are called {old}")
            old_dump[old] = _rename_columns(content, renaming.columns.get(old, {}))
    for table, columns in renaming.added.items():
        problems += _drop_added_columns(table, old_dump[table], columns)
    for derived in renaming.derived:
        if derived.table in old_dump:
            old_dump[derived.table] = derived.restore(old_dump[derived.table])
    _restore_references(old_dump, numbers)
    _restore_type_names(old_dump, renaming)
    return old_dump, problems


def _drop_added_columns(table: str, content: Row, columns: Row) -> list[str]:
    """Take new columns out of a table; return the rows in which one has another value than the map says."""
    wrong = []
    for row in content["rows"]:
        for column, value in columns.items():
            actual = row.pop(column)
            if actual != value:
                wrong.append(f"{table}: number {row['id']} has {column} = {actual!r}")
    content["columns"] = [column for column in content["columns"] if column not in columns]
    return wrong


def _rename_columns(content: Row, columns: dict[str, str]) -> Row:
    olds = {new: old for old, new in columns.items()}
    return {
        "columns": [olds.get(column, column) for column in content["columns"]],
        "references": {olds.get(column, column): table for column, table in content["references"].items()},
        "rows": [
            {olds.get(column, column): value for column, value in row.items()} for row in content["rows"]
        ],
    }


def _take_apart(
    part: Part, content: Row, rows: list[Row], before: Dump, numbers: dict[Any, Any], problems: list[str]
) -> Row:
    """The part's rows with the columns and the numbers of its old table."""
    new_content = _rename_columns({**content, "rows": rows}, part.columns)
    columns = before.get(part.old, {}).get("columns", [])
    new_columns = set(new_content["columns"]) - set(columns)
    for row in new_content["rows"]:
        wrong = {column for column, value in part.constants.items() if row[column] != value}
        filled_columns = {
            column for column in new_columns - set(part.constants) - set(part.where) if row[column]
        }
        if wrong | filled_columns:
            problems.append(f"{part.old}: number {row['id']} says more in {sorted(wrong | filled_columns)}")
    return {
        "columns": columns,
        "references": {c: table for c, table in new_content["references"].items() if c in columns},
        "rows": [
            {**{column: row.get(column) for column in columns}, "id": numbers.get(row["id"], row["id"])}
            for row in new_content["rows"]
        ],
    }


def _restore_references(dump: Dump, numbers: dict[str, dict[Any, Any]]) -> None:
    """Foreign keys to a merged table hold the old numbers again."""
    for content in dump.values():
        for column, target in content["references"].items():
            for row in content["rows"] if target in numbers else ():
                row[column] = numbers[target].get(row[column], row[column])


def _restore_type_names(dump: Dump, renaming: Renaming) -> None:
    """Content types and permissions are named by the table of their model."""
    olds = renaming.old_tables
    for table, parts in renaming.merges.items():
        olds[table] = parts[0].old

    def restore(name: Any) -> Any:
        if not isinstance(name, str):
            return name
        table, mark, action = name.partition(":")
        return f"{olds.get(table, table)}{mark}{action}"

    for content in dump.values():
        for column, target in content["references"].items():
            if target in NAMED_BY_MODELS:
                for row in content["rows"]:
                    row[column] = restore(row[column])
    for table in NAMED_BY_MODELS:
        for row in dump.get(table, {}).get("rows", ()):
            row["id"] = restore(row["id"])
    for row in dump.get("wagtailcore_revision", {}).get("rows", ()):
        row["content"] = {**row["content"], "content_type": restore(row["content"].get("content_type"))}


def _drop_merged_names(dump: Dump, renaming: Renaming) -> None:
    """Several old models became one: their content types and permissions cannot be told apart any more."""
    olds = {part.old for parts in renaming.merges.values() for part in parts}
    for table in NAMED_BY_MODELS & dump.keys():
        rows = dump[table]["rows"]
        dump[table]["rows"] = [row for row in rows if str(row["id"]).partition(":")[0] not in olds]


def find_differences(before: Dump, after: Dump, renaming: Renaming) -> list[str]:
    """Differences that the map does not account for; none when both demos say the same."""
    before = json.loads(json.dumps(before))
    old_dump, problems = restore_old_names(json.loads(json.dumps(after)), renaming, before)
    for dump in (before, old_dump):
        _drop_merged_names(dump, renaming)
    for table in sorted(before.keys() | old_dump.keys()):
        if table in LEFT_OUT:
            continue
        if table not in old_dump or table not in before:
            problems.append(f"{table}: only {'before' if table in before else 'after'}")
            continue
        problems += _compare_table(table, before[table], old_dump[table])
    return problems


def _compare_table(table: str, before: Row, after: Row) -> Iterator[str]:
    only_before, new_columns = (
        sorted(set(before["columns"]) - set(after["columns"])),
        sorted(set(after["columns"]) - set(before["columns"])),
    )
    if only_before or new_columns:
        yield f"{table}: columns only before {only_before}, only after {new_columns}"
        return
    lines = [Counter(canonical_lines(table, content["rows"])) for content in (before, after)]
    for name, extra in (("before", lines[0] - lines[1]), ("after", lines[1] - lines[0])):
        if extra:
            example = min(extra)[:600]
            yield f"{table}: {extra.total()} of {lines[0].total()} rows only {name}, such as {example}"


def canonical_lines(table: str, rows: list[Row]) -> Iterator[str]:
    """Each row of an old table as one line, without what differs between two runs of one commit."""
    masks = {column: mask for (name, column), (mask, _) in VOLATILE.items() if name == table}
    for row in rows:
        columns_left = {
            column: masks[column](value) if column in masks and value is not None else value
            for column, value in row.items()
            if (table, column) not in ORDER_OF_APPS
        }
        yield json.dumps(columns_left, sort_keys=True, ensure_ascii=False)


def summarize(dump: Dump) -> dict[str, tuple[int, str]]:
    """Old table -> (number of rows, SHA-256 of its canonical rows, sorted)."""
    summary = {}
    for table, content in sorted(dump.items()):
        if table not in LEFT_OUT:
            lines = sorted(canonical_lines(table, content["rows"]))
            summary[table] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return summary
