"""Vocabulary: the words of indexed documents with their prefix keys, stored in the database for every engine.

It serves pinyin, spelling correction, suggestions and the test whether a word is known. `VocabularyBuilder`
collects it while the index is built, `update_vocabulary` updates it after changes of single records.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q

from matching import knowledge
from matching.tokens import canonical, default_engine, dictionary, inner_words, normalize, stopwords
from search import pinyin
from search.document import Document, number
from search.models import Key, Phrase, Term, TermKind
from search.query import Kind

Row = TypeVar("Row")
BATCH_SIZE = 2000  # rows per transaction, to limit the waiting time of other writers
MAX_KEY_LENGTH = 80
MAX_STARTS = 4  # words of a phrase that have keys
_LATIN = re.compile(r"(?<![0-9a-z])[a-z][a-z0-9+#.]{0,15}(?![0-9a-z])")
_WORD = re.compile(r"[0-9a-z]*[a-z\u3400-\u9fff][0-9a-z\u3400-\u9fff+#.]*\Z")
_PHRASES = {
    Kind.POSITION: TermKind.TITLE,
    Kind.FAIR: TermKind.FAIR,
    Kind.EMPLOYER: TermKind.EMPLOYER,
    Kind.POLICY: TermKind.POLICY,
    Kind.BASE: TermKind.BASE,
    Kind.NEWS: TermKind.NEWS,
}
_BRACKETS = re.compile(r"[(\[{【][^)\]}】]*[)\]}】]")
_SHORT = re.compile(r"(?:(?<=\s)|\A)[\u3400-\u9fff]{2,8}(?=\s|\Z)")


@dataclass(slots=True)
class TermData:
    """Properties of one term."""

    kind: TermKind
    weight: int
    aside: int
    until: datetime


def _is_word(token: str) -> bool:
    return len(token) > 1 and bool(_WORD.match(token)) and token not in stopwords()


@lru_cache(maxsize=1 << 15)
def words_in(text: str) -> tuple[str, ...]:
    """Return the distinct words of a short text as written: segments first, then the words inside them."""
    segments = [token.strip() for token in default_engine().segment(normalize(text))]
    tokens = [token for token in segments if _is_word(token)]
    inner = [
        word
        for token in tokens
        for word in inner_words(token, default_engine())
        # other inner words are noise: '压电' in '低压电工作业证'
        if word in dictionary() or word in default_engine().parts.get(token, ())
    ]
    return tuple(dict.fromkeys([*tokens, *filter(_is_word, inner)]))


def phrase_of(document: Document) -> str:
    """Return the name of a document without parts in brackets: '电工' for '电工（夜班）'."""
    name = normalize(document.title)
    return (_BRACKETS.sub("", name).strip() or name.strip())[:MAX_KEY_LENGTH]


class VocabularyBuilder:
    """Collects the words of the documents of one build."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._aside: Counter[str] = Counter()
        self._until: dict[str, datetime] = {}
        self.phrases: dict[int, tuple[str, TermKind, datetime]] = {}

    def add(self, documents: Iterable[Document]) -> None:
        for document in documents:
            words = set(words_in(document.title)) if document.kind == Kind.POSITION else set()
            # Short names in plain characters: occupation, place, shift, benefits; no address, no employer.
            aside = {word for fact in _SHORT.findall(document.facts) for word in words_in(fact)}
            aside.update(_SHORT.findall(document.facts), _LATIN.findall(normalize(document.body)))
            self._words.update(words)
            self._aside.update(aside)
            last = document.listed_until
            for word in words | aside:
                self._until[word] = max(self._until.get(word, last), last)
            self.phrases[document.number] = (phrase_of(document), _PHRASES[document.kind], last)

    def terms(self) -> dict[str, TermData]:
        """Return all terms; a text is one term, of the kind that comes first in TermKind."""
        terms_by_text = {
            word: TermData(TermKind.WORD, weight, self._aside[word], self._until[word])
            for word, weight in self._words.items()
        }
        for name in _occupations().intersection(self._aside).difference(terms_by_text):
            terms_by_text[name] = TermData(
                TermKind.OCCUPATION, self._aside[name], self._aside[name], self._until[name]
            )
        for text, kind, until in self.phrases.values():
            existing = terms_by_text.get(text)
            if existing is None:
                terms_by_text[text] = TermData(kind, 1, self._aside[text], until)
            elif existing.kind == kind:
                existing.weight += 1
                existing.until = max(existing.until, until)
        for word in self._aside.keys() - terms_by_text.keys():
            terms_by_text[word] = TermData(TermKind.FACT, 0, self._aside[word], self._until[word])
        _add_synonyms(terms_by_text)
        terms_by_text.pop("", None)
        return terms_by_text


@cache
def _occupations() -> frozenset[str]:
    return frozenset(normalize(row.name) for row in knowledge.occupations().values() if row.level == 4)


def _add_synonyms(terms_by_text: dict[str, TermData]) -> None:
    """Add dictionary synonyms of words in documents: 秩序维护员 when positions contain 保安员."""
    data_by_form = {
        canonical(word): data for word, data in terms_by_text.items() if data.kind == TermKind.WORD
    }
    for word in dictionary():
        same = data_by_form.get(canonical(word))
        if same is not None and word not in terms_by_text and _is_word(word):
            terms_by_text[word] = TermData(TermKind.FACT, 0, same.weight, same.until)


# --- writing ---------------------------------------------------------------------------------------------
def keys_of(text: str, kind: str) -> Iterator[tuple[str, Key.Way, int]]:
    """Yield (key, way, at) of a term: from its start, and for a phrase from its later words too."""
    for at, start in enumerate([0] if kind in {TermKind.WORD, TermKind.FACT} else _starts(text)):
        rest = text[start:]
        ways = [(rest, Key.Way.TEXT)]
        if pinyin.has_chinese(rest):
            for reading in pinyin.readings(rest):
                ways += [("".join(reading), Key.Way.PINYIN), (pinyin.initials(reading), Key.Way.INITIALS)]
        for key, way in dict.fromkeys((key[:MAX_KEY_LENGTH], way) for key, way in ways if key):
            yield key, way, at


def _starts(text: str) -> list[int]:
    """Return the offsets at which the words of a phrase start, the first being 0."""
    starts, at = [0], 0
    for token in default_engine().segment(text):
        if at and _is_word(token) and token not in starts:
            starts.append(at)
        at += len(token)
    return starts[:MAX_STARTS]


def replace_vocabulary(builder: VocabularyBuilder) -> None:
    """Replace the vocabulary by that of a build: only differences are written, in small transactions."""
    terms_by_text = builder.terms()
    existing = {row.text: row for row in Term.objects.all()}
    removed_ids = [row.pk for text, row in existing.items() if text not in terms_by_text]
    updates = []
    for text, row in existing.items():
        data = terms_by_text.get(text)
        if data is not None and _state(row) != _state(data):
            row.kind, row.weight, row.aside, row.until = _state(data)
            updates.append(row)
    new = [(text, data) for text, data in terms_by_text.items() if text not in existing]
    for part in _parts(removed_ids):
        with transaction.atomic():
            Key.objects.filter(term__in=part).delete()
            Term.objects.filter(pk__in=part).delete()
    for rows in _parts(updates):
        with transaction.atomic():
            Term.objects.bulk_update(rows, ["kind", "weight", "aside", "until"], batch_size=200)
    for pairs in _parts(new):
        with transaction.atomic():
            _insert(dict(pairs))
    numbers = set(Phrase.objects.values_list("pk", flat=True))
    for part in _parts(sorted(numbers - builder.phrases.keys())):
        with transaction.atomic():
            Phrase.objects.filter(pk__in=part).delete()
    for phrases in _parts(list(builder.phrases.items())):
        with transaction.atomic():
            _write_phrases(dict(phrases))


def _state(term: Term | TermData) -> tuple[str, int, int, datetime]:
    return term.kind, term.weight, term.aside, term.until


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + BATCH_SIZE] for start in range(0, len(rows), BATCH_SIZE))


def _insert(terms: Mapping[str, TermData]) -> None:
    """Insert new terms with their keys; terms inserted concurrently stay unchanged."""
    Term.objects.bulk_create(
        [
            Term(text=text, kind=data.kind, weight=data.weight, aside=data.aside, until=data.until)
            for text, data in terms.items()
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    rows = Term.objects.filter(text__in=terms, keys=None).values_list("pk", "text", "kind")
    keys = [
        (pk, key, key[::-1] if at == 0 and way != Key.Way.INITIALS else "", way.value, at)
        for pk, text, kind in rows
        for key, way, at in keys_of(text, kind)
    ]
    with connection.cursor() as cursor:  # up to a hundred thousand rows: no model instances
        cursor.executemany(
            "INSERT INTO search_key (term_id, key, backwards, way, at) VALUES (%s, %s, %s, %s, %s)", keys
        )


def _write_phrases(phrases: Mapping[int, tuple[str, TermKind, datetime]]) -> None:
    Phrase.objects.bulk_create(
        [Phrase(id=pk, text=text, kind=kind, until=until) for pk, (text, kind, until) in phrases.items()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["text", "kind", "until"],
        batch_size=500,
    )


@transaction.atomic
def update_vocabulary(kind: Kind, object_ids: Collection[int], documents: Sequence[Document]) -> None:
    """Update the vocabulary after changes of records.

    Names of records are added and removed with them. Counts are exact for titles; words of facts are added
    and recounted by the next build.

    Args:
        kind: kind of the records.
        object_ids: changed records.
        documents: documents of those that can still be found.
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
    builder = VocabularyBuilder()
    builder.add(documents)
    terms_by_text = builder.terms()
    # Locked in one order, so that two writers never wait for each other.
    locked_terms = (
        Term.objects.select_for_update().filter(text__in={*texts, *change, *terms_by_text}).order_by("pk")
    )
    existing = {row.text: row for row in locked_terms}
    for word, difference in change.items():
        row = existing.get(word)
        if row is None or row.kind not in {TermKind.WORD, TermKind.FACT}:
            continue
        row.weight = max(row.weight + difference, 0)
        row.kind = TermKind.WORD if row.weight else TermKind.FACT
        row.until = max(row.until, terms_by_text[word].until) if word in terms_by_text else row.until
    phrase_counts = (
        Phrase.objects.filter(text__in=texts).values("text").annotate(n=Count("pk"), last=Max("until"))
    )
    counts = {row["text"]: (row["n"], row["last"]) for row in phrase_counts.order_by()}
    for text in texts:
        row = existing.get(text)
        if row is not None and row.kind in _PHRASES.values():
            row.weight, row.until = counts.get(text, (0, row.until))
    Term.objects.filter(
        pk__in=[row.pk for row in existing.values() if not (row.weight or row.aside)]
    ).delete()
    remaining_terms = [row for row in existing.values() if row.weight or row.aside]
    Term.objects.bulk_update(remaining_terms, ["kind", "weight", "until"], batch_size=200)
    _insert({text: term for text, term in terms_by_text.items() if text not in existing})


# --- reading ---------------------------------------------------------------------------------------------
def beginning(field: str, prefix: str) -> Q:
    """Return the condition that `field` starts with `prefix`, in a form that uses each database's index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": prefix})
    # SQLite uses no index for the LIKE that Django writes; its text is compared byte by byte.
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + "\U0010ffff"})


@dataclass(frozen=True, slots=True)
class Match:
    """One term with one of its keys."""

    text: str
    kind: str
    weight: int
    key: str
    way: int
    at: int


def matches(condition: Q, *, now: datetime, limit: int) -> list[Match]:
    """Return terms of visible records: matches at the start first, then the most frequent."""
    rows = Key.objects.filter(condition, term__until__gt=now)
    # People search for titles; occurrences outside titles count one twentieth.
    frequency = F("term__weight") * 20 + F("term__aside")
    rows = rows.order_by("at", frequency.desc(), "term__text")
    columns = ("term__text", "term__kind", "term__weight", "key", "way", "at")
    return [Match(*row) for row in rows.values_list(*columns)[:limit]]
