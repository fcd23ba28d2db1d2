"""SQLite FTS5 engine over tokenised text, in the same file and transaction as the rows."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from django.db import connection

from search import facets
from search.backends import conditions
from search.backends.base import Page
from search.backends.conditions import Condition
from search.backends.database import DatabaseBackend
from search.document import Document
from search.query import SearchQuery, Sort
from search.words import Group

TABLE = "search_words"
_WEIGHTS = "8.0, 3.0, 1.0"  # title, facts, body


class SqliteBackend(DatabaseBackend):
    name = "sqlite"
    # CROSS JOIN: the words lead, an entry is looked up for each hit.
    word_source = f"{TABLE} CROSS JOIN search_entry e ON e.id = {TABLE}.rowid"

    def match(self, groups: Sequence[Group], *, any_word: bool) -> Condition:
        return f"{TABLE} MATCH %s", [_expression(groups, any_word=any_word)]

    def rank(self, groups: Sequence[Group], *, any_word: bool) -> Condition:
        return f"bm25({TABLE}, {_WEIGHTS})", []

    def has_words(self, alternatives: Sequence[Sequence[str]], *, in_title: bool) -> Condition:
        words = " OR ".join(map(_all_of, alternatives))
        expression = f"title : ({words})" if in_title else words
        # The list of a word's rows is made once for a query; {TABLE}.rowid is e.id.
        return f"e.id IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)", [expression]  # noqa: S608 - constants of ours

    def numbers(self, expressions: Sequence[str], source: str, values: Sequence[Any]) -> list[facets.Packed]:
        """Read each expression as one text, as fetching thirty thousand rows takes as long as the search."""
        texts = ", ".join(f"group_concat({expression})" for expression in expressions)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {texts} {source}", values)
            row = cursor.fetchone()
        return [np.fromstring(text or "", dtype=np.int64, sep=",") for text in row]

    def best_page(
        self,
        query: SearchQuery,
        must: Sequence[Condition],
        groups: Sequence[Group],
        *,
        any_word: bool,
        among: int,
        total: int,
    ) -> Page | None:
        """Rank by words alone and check the filters of the best entries only, half the work for many hits.

        None when too few of them pass the filters, or when entries with an equal score may have been cut off.
        """
        required_rows = self.offset(query) + query.size + 1
        candidate_limit = required_rows * 2 * among // max(total, 1) + 50
        if (
            query.sort != Sort.RELEVANCE
            or not groups
            or query.criteria.has_wishes
            or self.own_cursor(query)
            or candidate_limit * 4 > among
        ):
            return None
        (match, words), *filters = must
        where, values = conditions.all_of(filters)
        rank, rank_values = self.word_rank(query, groups, any_word=any_word)
        rank = rank.replace("e.id IN", f"{TABLE}.rowid IN")
        sql = (
            f"WITH best AS MATERIALIZED (SELECT rowid AS id, {rank} AS place FROM {TABLE}"  # noqa: S608 - constants of ours
            f" WHERE {match} ORDER BY place LIMIT %s)"
            " SELECT best.place, e.sort_at, e.id, e.kind, e.object_id, (SELECT MAX(place) FROM best)"
            f" FROM best CROSS JOIN search_entry e ON e.id = best.id WHERE {where}"
            " ORDER BY best.place, e.sort_at DESC, e.id LIMIT %s OFFSET %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*rank_values, *words, candidate_limit, *values, query.size + 1, self.offset(query)])
            rows = cursor.fetchall()
        if len(rows) < min(query.size + 1, total - self.offset(query)) or rows[-1][0] >= rows[-1][5]:
            return None
        return self.page_of(query, [row[:5] for row in rows])

    def put_words(self, rows: Sequence[Document]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE}(rowid, title, facts, body) VALUES (%s, %s, %s, %s)",  # noqa: S608 - constants of ours
                [
                    (
                        row.number,
                        *(" ".join(words) for words in (row.title_words(), row.facts_words(), row.body_words())),
                    )
                    for row in rows
                ],
            )

    def remove_words(self, numbers: Collection[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(n,) for n in numbers])  # noqa: S608 - constants of ours

    def optimise(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('optimize')")  # noqa: S608 - constants of ours


def _expression(groups: Sequence[Group], *, any_word: bool) -> str:
    return (" OR " if any_word else " AND ").join(_one(group) for group in groups)


def _one(group: Group) -> str:
    return f"({' OR '.join(_all_of(words) for words in group.alternatives)})"


def _all_of(words: Sequence[str]) -> str:
    return f"({' AND '.join(map(_quoted, words))})"


def _quoted(word: str) -> str:
    """Quote a word as an FTS5 string, so that it contains no operator."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'
