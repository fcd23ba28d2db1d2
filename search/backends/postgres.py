"""PostgreSQL engine: tsvectors of tokenised text with a GIN index, without PostgreSQL's own parser."""

from collections.abc import Collection, Sequence

from django.db import connection

from search.backends.conditions import Condition
from search.backends.database import DatabaseBackend
from search.document import Document
from search.words import Group

TABLE = "search_words"
_WEIGHTS = "{0, 0.1, 0.35, 1.0}"  # D (not used), C body, B facts, A title
_LAST_POSITION = 16_383  # PostgreSQL counts no further
_LONGEST_WORD = 500  # characters; a lexeme may have 2,046 bytes


class PostgresBackend(DatabaseBackend):
    name = "postgres"
    word_source = f"{TABLE} w JOIN search_entry e ON e.id = w.id"

    def match(self, groups: Sequence[Group], *, any_word: bool) -> Condition:
        return "w.words @@ %s::tsquery", [_expression(groups, any_word=any_word)]

    def rank(self, groups: Sequence[Group], *, any_word: bool) -> Condition:
        # 1: divided by 1 + log(length), so that a long text does not win by its length
        return "-ts_rank(%s, w.words, %s::tsquery, 1)::float8", [
            _WEIGHTS,
            _expression(groups, any_word=any_word),
        ]

    def has_words(self, alternatives: Sequence[Sequence[str]], *, in_title: bool) -> Condition:
        expression = " | ".join(_all_of(words, weight="A" if in_title else "") for words in alternatives)
        return (
            f"EXISTS (SELECT 1 FROM {TABLE} t WHERE t.id = e.id AND t.words @@ %s::tsquery)",  # noqa: S608 - constants of ours
            [expression],
        )

    def put_words(self, rows: Sequence[Document]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE}(id, words) VALUES (%s, %s::tsvector)"  # noqa: S608 - constants of ours
                " ON CONFLICT (id) DO UPDATE SET words = EXCLUDED.words",
                [(row.number, _vector(row)) for row in rows],
            )

    def remove_words(self, numbers: Collection[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE id = ANY(%s)", [list(numbers)])  # noqa: S608 - constants of ours

    def optimise(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {TABLE}")
            cursor.execute("ANALYZE search_entry")


def _vector(row: Document) -> str:
    """Return the document as a tsvector literal: 'word':1A 'word':2A …"""
    lexemes, at = [], 0
    fields = (("A", row.title_words()), ("B", row.facts_words()), ("C", row.body_words()))
    for weight, words in fields:
        for word in words:
            at = min(at + 1, _LAST_POSITION)
            lexemes.append(f"{_quoted(word)}:{at}{weight}")
    return " ".join(lexemes)


def _expression(groups: Sequence[Group], *, any_word: bool) -> str:
    return (" | " if any_word else " & ").join(_one(group) for group in groups)


def _one(group: Group) -> str:
    return f"({' | '.join(_all_of(words) for words in group.alternatives)})"


def _all_of(words: Sequence[str], *, weight: str = "") -> str:
    suffix = f":{weight}" if weight else ""
    return f"({' & '.join(f'{_quoted(word)}{suffix}' for word in words)})"


def _quoted(word: str) -> str:
    """Quote a word as a lexeme, so that it contains no operator."""
    plain = word[:_LONGEST_WORD].replace("\\", "\\\\").replace("'", "''")
    return f"'{plain}'"
