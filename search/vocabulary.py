"""The words that documents say, kept in the database with the ways to type them.

From here come pinyin, typing mistakes, suggestions and what is known to be a word. `Heard` collects while the index
is built, `follow` keeps up with single records. Whatever the engine, the vocabulary lives in the database.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Count, Max, Q

from matching.tokens import canonical, default_engine, dictionary, inner_words, normalize, stopwords
from portal.core.models import Occupation
from search import pinyin
from search.documents import Document, number
from search.models import Key, Phrase, Term, TermKind
from search.query import Kind

Row = TypeVar("Row")
BATCH = 2000  # rows a transaction: writers elsewhere wait no longer than that
LONGEST = 80
_STARTS = 4  # places in a phrase where typing may begin
_LATIN = re.compile(r"(?<![0-9a-z])[a-z][a-z0-9+#.]{0,15}(?![0-9a-z])")
_WORD = re.compile(r"[0-9a-z]*[a-z\u3400-\u9fff][0-9a-z\u3400-\u9fff+#.]*\Z")
_PHRASES = {Kind.POSITION: TermKind.TITLE, Kind.FAIR: TermKind.FAIR, Kind.EMPLOYER: TermKind.EMPLOYER}
_RANK = {kind: place for place, kind in enumerate(TermKind.values)}


@dataclass(slots=True)
class Said:
    """One term with what is known of it."""

    kind: TermKind
    weight: int
    until: datetime


def _is_word(token: str) -> bool:
    return len(token) > 1 and bool(_WORD.match(token)) and token not in stopwords()


@lru_cache(maxsize=1 << 15)
def words_in(text: str) -> tuple[str, ...]:
    """The words of a short text as they are written, each once: those that are cut, then dictionary words inside."""
    cut = [token.strip() for token in default_engine().cut(normalize(text))]
    tokens = [token for token in cut if _is_word(token)]
    inner = [
        word for token in tokens for word in inner_words(token, default_engine()) if word in dictionary()
    ]
    return tuple(dict.fromkeys([*tokens, *inner]))


def phrase_of(document: Document) -> str:
    return normalize(document.title).strip()[:LONGEST]


class Heard:
    """What the documents of one build say."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._until: dict[str, datetime] = {}
        self._pieces: Counter[str] = Counter()
        self.phrases: dict[int, tuple[str, TermKind, datetime]] = {}

    def add(self, documents: Iterable[Document]) -> None:
        for document in documents:
            said = set(words_in(document.title))
            for piece in document.facts.split():
                said.update(words_in(piece))
                self._pieces[piece] += 1
            said.update(_LATIN.findall(normalize(document.body)))
            self._words.update(said)
            for word in said:
                self._until[word] = max(self._until.get(word, document.listed_until), document.listed_until)
            self.phrases[document.number] = (
                phrase_of(document),
                _PHRASES[document.kind],
                document.listed_until,
            )

    def terms(self) -> dict[str, Said]:
        """Every term; one text is one term, of the kind that comes first in TermKind."""
        found = {
            word: Said(TermKind.WORD, weight, self._until[word]) for word, weight in self._words.items()
        }
        last = max(self._until.values(), default=None)
        names = Occupation.objects.filter(level=4).values_list("name", flat=True)
        for name in map(normalize, names) if last else ():
            if self._pieces[name] and name not in found:
                found[name] = Said(TermKind.OCCUPATION, self._pieces[name], last)
        for text, kind, until in self.phrases.values():
            known = found.get(text)
            if known is None:
                found[text] = Said(kind, 1, until)
            elif known.kind == kind:
                known.weight += 1
                known.until = max(known.until, until)
        _add_synonyms(found)
        return {text: said for text, said in found.items() if text}


def _add_synonyms(found: dict[str, Said]) -> None:
    """Words of the dictionary that stand for what documents say: 秩序维护员 where posts say 保安员."""
    standing: dict[str, Said] = {}
    for word, said in found.items():
        if said.kind == TermKind.WORD:
            form = canonical(word)
            if form not in standing or standing[form].weight < said.weight:
                standing[form] = said
    for word in dictionary():
        same = standing.get(canonical(word))
        if same is not None and word not in found and _is_word(word):
            found[word] = Said(TermKind.WORD, 1, same.until)


# --- writing ---------------------------------------------------------------------------------------------
def keys_of(text: str, kind: str) -> Iterator[tuple[str, Key.Way, int]]:
    """(key, way, at) of a term: from its beginning, and for a phrase from its later words too."""
    for at, start in enumerate(_starts(text) if kind != TermKind.WORD else [0]):
        rest = text[start:]
        ways = [(rest, Key.Way.TEXT)]
        if pinyin.has_chinese(rest):
            for reading in pinyin.readings(rest):
                ways += [("".join(reading), Key.Way.PINYIN), (pinyin.initials(reading), Key.Way.INITIALS)]
        for key, way in dict.fromkeys((key[:LONGEST], way) for key, way in ways if key):
            yield key, way, at


def _starts(text: str) -> list[int]:
    """Where the words of a phrase begin, the first at 0."""
    found, at = [0], 0
    for token in default_engine().cut(text):
        if at and _is_word(token) and token not in found:
            found.append(at)
        at += len(token)
    return found[:_STARTS]


def replace(heard: Heard) -> None:
    """Make the vocabulary what a build heard: only what differs is written, in small transactions."""
    wanted = heard.terms()
    there = {row.text: row for row in Term.objects.all()}
    gone = [row.pk for text, row in there.items() if text not in wanted]
    changed = []
    for text, row in there.items():
        said = wanted.get(text)
        if said is not None and (row.kind, row.weight, row.until) != (said.kind, said.weight, said.until):
            row.kind, row.weight, row.until = said.kind, said.weight, said.until
            changed.append(row)
    new = [(text, said) for text, said in wanted.items() if text not in there]
    for part in _parts(gone):
        with transaction.atomic():
            Key.objects.filter(term__in=part).delete()
            Term.objects.filter(pk__in=part).delete()
    for rows in _parts(changed):
        with transaction.atomic():
            Term.objects.bulk_update(rows, ["kind", "weight", "until"], batch_size=200)
    for pairs in _parts(new):
        with transaction.atomic():
            _insert(dict(pairs))
    numbers = set(Phrase.objects.values_list("pk", flat=True))
    for part in _parts(sorted(numbers - heard.phrases.keys())):
        with transaction.atomic():
            Phrase.objects.filter(pk__in=part).delete()
    for phrases in _parts(list(heard.phrases.items())):
        with transaction.atomic():
            _write_phrases(dict(phrases))


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _insert(terms: Mapping[str, Said]) -> None:
    """Write new terms with their keys; one that somebody else wrote meanwhile is left as it is."""
    Term.objects.bulk_create(
        [Term(text=text, kind=said.kind, weight=said.weight, until=said.until) for text, said in terms.items()],
        ignore_conflicts=True,
        batch_size=500,
    )
    rows = Term.objects.filter(text__in=terms, keys=None)
    keys = [
        Key(term=row, key=key, way=way, at=at, backwards=key[::-1] if at == 0 and way != Key.Way.INITIALS else "")
        for row in rows
        for key, way, at in keys_of(row.text, row.kind)
    ]
    Key.objects.bulk_create(keys, batch_size=1000)


def _write_phrases(phrases: Mapping[int, tuple[str, TermKind, datetime]]) -> None:
    Phrase.objects.bulk_create(
        [Phrase(id=pk, text=text, kind=kind, until=until) for pk, (text, kind, until) in phrases.items()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["text", "kind", "until"],
        batch_size=500,
    )


@transaction.atomic
def follow(kind: Kind, object_ids: Collection[int], documents: Sequence[Document]) -> None:
    """Bring the vocabulary up to date after these records changed; `documents` are those that can still be found.

    What something is called appears and goes with it. How often a word is said is exact for titles; words of the
    facts are added here, and counted anew by the next build.
    """
    numbers = {number(kind, pk) for pk in object_ids}
    before = dict(Phrase.objects.filter(pk__in=numbers).values_list("pk", "text"))
    after = {row.number: (phrase_of(row), _PHRASES[kind], row.listed_until) for row in documents}
    Phrase.objects.filter(pk__in=before.keys() - after.keys()).delete()
    _write_phrases(after)
    texts = {*before.values(), *(text for text, _, _ in after.values())}
    change: Counter[str] = Counter()
    for text in (text for pk, (text, _, _) in after.items() if before.get(pk) != text):
        change.update(words_in(text))
    for text in (text for pk, text in before.items() if pk not in after or after[pk][0] != text):
        change.subtract(words_in(text))
    heard = Heard()
    heard.add(documents)
    said = heard.terms()
    # Locked in one order, so that two writers never wait for each other.
    there = {
        row.text: row
        for row in Term.objects.select_for_update()
        .filter(text__in={*texts, *change, *said})
        .order_by("pk")
    }
    for word, difference in change.items():
        row = there.get(word)
        if row is not None and row.kind == TermKind.WORD:
            row.weight = max(row.weight + difference, 0)
            row.until = max(row.until, said[word].until) if word in said else row.until
    counted = Phrase.objects.filter(text__in=texts).values("text").annotate(n=Count("pk"), last=Max("until"))
    counts = {row["text"]: (row["n"], row["last"]) for row in counted.order_by()}
    for text in texts:
        row = there.get(text)
        if row is not None and row.kind != TermKind.WORD:
            row.weight, row.until = counts.get(text, (0, row.until))
    gone = [row.pk for row in there.values() if not row.weight]
    Term.objects.filter(pk__in=gone).delete()
    Term.objects.bulk_update([row for row in there.values() if row.weight], ["weight", "until"], batch_size=200)
    _insert({text: term for text, term in said.items() if text not in there})


# --- reading ---------------------------------------------------------------------------------------------
def beginning(field: str, prefix: str) -> Q:
    """Condition that `field` begins with `prefix`, written so that each database uses its index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": prefix})
    # SQLite uses no index for the LIKE that Django writes; its text is compared byte by byte.
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + "\U0010ffff"})


@dataclass(frozen=True, slots=True)
class Match:
    """One term by one of its keys."""

    text: str
    kind: str
    weight: int
    key: str
    way: int
    at: int


def matches(condition: Q, *, now: datetime, most: int) -> list[Match]:
    """Terms of something that can be found now: beginnings first, the most said first. One query."""
    rows = Key.objects.filter(condition, term__until__gt=now).order_by("at", "-term__weight", "term__text")
    columns = ("term__text", "term__kind", "term__weight", "key", "way", "at")
    return [Match(*row) for row in rows.values_list(*columns)[:most]]
