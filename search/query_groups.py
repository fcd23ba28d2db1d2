"""Words of an interpreted query as the groups and exclusions that an engine looks for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice, product

from matching.tokens import canonical
from search.pinyin_reading import read_letters
from search.query import PinyinReading
from search.query_reading import ExcludedWord, QueryReading, QueryWord
from search.reading.certificates import covered_codes, mark_of
from search.reading.trades import synonyms
from search.words import Exclusion, Group, groups, head_form, literal_form, work_form

MAX_WAYS = 4  # to put a word of several tokens together


def groups_of(reading: QueryReading, *, now: datetime) -> tuple[list[Group], tuple[PinyinReading, ...]]:
    """Return the groups of a query, and the letters that were read as pinyin.

    No database query without letters, else a fixed number at most.
    """
    result: list[Group] = []
    readings: list[PinyinReading] = []
    letters = " ".join(word.text for word in reading.words if _is_free(word))
    free_groups, pinyin_readings = read_letters(letters, now=now)
    readings += pinyin_readings
    for word in reading.words:
        if word.certificate_codes:
            result.append(_certificate(word))
        elif word.is_exact:
            result += [Group(group.literals or group.alternatives) for group in groups(word.text)]
        elif word.is_trade:
            result += _trade(word)
    result += [_with_written(group, reading) for group in free_groups]
    return list(dict.fromkeys(result)), tuple(readings)


def exclusions_of(reading: QueryReading) -> tuple[Exclusion, ...]:
    """Return the words that no hit has: trades by any of their names, in titles only."""
    return tuple(exclusion for word in reading.excluded if (exclusion := _exclusion(word)) is not None)


def _is_free(word: QueryWord) -> bool:
    return not (word.certificate_codes or word.is_exact or word.is_trade)


def _exclusion(word: ExcludedWord) -> Exclusion | None:
    names = [name for text in word.words for name in (text, *(synonyms(text) if word.is_trade else ()))]
    alternatives = tuple(dict.fromkeys(way for name in names for way in _ways(groups(name))[:1]))
    return Exclusion(alternatives, in_title=word.is_trade) if alternatives else None


def _certificate(word: QueryWord) -> Group:
    marks = tuple((mark_of(code),) for code in word.certificate_codes)
    covered = tuple((mark_of(code),) for code in covered_codes(word.certificate_codes))
    jobs = _works(way for job in word.jobs for way in _ways(groups(job))[:1])
    return Group(tuple(dict.fromkeys((*marks, *covered, *jobs))), literals=marks)


def _works(ways: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return the ways as those in which a record names its work."""
    return tuple(dict.fromkeys(tuple(map(work_form, way)) for way in ways))


def _trade(word: QueryWord) -> Iterator[Group]:
    tokens = groups(word.text)
    ways = _ways(tokens)
    if not ways:
        return
    literals = [(literal_form(word.text),)]
    literals += [tuple(dict.fromkeys(sum(way, ()))) for way in islice(product(*(t.literals for t in tokens)), 1)]
    others = [way for name in word.synonyms for way in _ways(groups(name))[:1]]
    if word.written != word.text:
        others += _ways(groups(word.written))[:1]
    names = [(literal_form(canonical(word.text)),), *((literal_form(name),) for name in word.synonyms)]
    yield Group(
        _works((*ways, *others)),
        literals=tuple(dict.fromkeys(literals)),
        names=tuple(dict.fromkeys(names)),
        heads=tuple(
            dict.fromkeys((*map(work_form, way[:-1]), head_form(way[-1])) for way in (*ways, *others))
        ),
        loose=tuple(dict.fromkeys((*ways, *others))),
    )


def _ways(tokens: Sequence[Group]) -> list[tuple[str, ...]]:
    """Return the ways in which a word of several tokens may stand in a text, the word as written first."""
    if not tokens:
        return []
    ways = islice(product(*(token.alternatives for token in tokens)), MAX_WAYS)
    return [tuple(dict.fromkeys(sum(way, ()))) for way in ways]


def _with_written(group: Group, reading: QueryReading) -> Group:
    """Return the group with its traditional spelling, as some text may have it."""
    if reading.shape.written.lower() == reading.shape.folded:
        return group
    at = reading.shape.folded.find(group.alternatives[0][0])
    if at < 0:
        return group
    written = reading.shape.written[at : at + len(group.alternatives[0][0])].lower()
    return group.with_alternatives((written,))
