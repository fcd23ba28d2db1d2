"""SQLite's FTS5 over words that are cut already. In the same file, and the same transaction, as the rows."""

from collections.abc import Collection, Sequence

from django.db import connection

from matching.tokens import tokenize
from search.backends.conditions import Condition
from search.backends.database import DatabaseBackend
from search.documents import Document
from search.words import Group

TABLE = "search_words"
_WEIGHTS = "8.0, 3.0, 1.0"  # title, facts, body


class SqliteBackend(DatabaseBackend):
    name = "sqlite"
    # CROSS JOIN: the words lead, an entry is looked up for each hit.
    joined = f"{TABLE} CROSS JOIN search_entry e ON e.id = {TABLE}.rowid"

    def match(self, asked: Sequence[Group], *, any_word: bool) -> Condition:
        return f"{TABLE} MATCH %s", [_expression(asked, any_word=any_word)]

    def rank(self, asked: Sequence[Group], *, any_word: bool) -> Condition:
        return f"bm25({TABLE}, {_WEIGHTS})", []

    def put_words(self, rows: Sequence[Document]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE}(rowid, title, facts, body) VALUES (%s, %s, %s, %s)",  # noqa: S608 - constants of ours
                [
                    (row.number, *(" ".join(tokenize(text)) for text in (row.title, row.facts, row.body)))
                    for row in rows
                ],
            )

    def remove_words(self, numbers: Collection[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(n,) for n in numbers])  # noqa: S608 - constants of ours

    def optimise(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('optimize')")  # noqa: S608 - constants of ours


def _expression(asked: Sequence[Group], *, any_word: bool) -> str:
    return (" OR " if any_word else " AND ").join(_one(group) for group in asked)


def _one(group: Group) -> str:
    return f"({' OR '.join(_all_of(words) for words in group.alternatives)})"


def _all_of(words: Sequence[str]) -> str:
    return f"({' AND '.join(map(_quoted, words))})"


def _quoted(word: str) -> str:
    """A word as an FTS5 string: nothing in it is an operator."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'
