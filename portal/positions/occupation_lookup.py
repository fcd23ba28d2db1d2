"""From what people call a job to the national classification: '叉车司机' is 起重装卸机械操作工 there."""

from collections import Counter
from collections.abc import Container
from functools import cache
from math import log

from matching.coding import likely_occupations
from matching.knowledge import occupations
from matching.tokens import normalize, tokenize
from portal.core.models import Occupation

_IN_NAME, _IN_TASKS = 3.0, 0.5  # what a shared word is worth, before its rarity


# How many of the coder's guesses are looked at for one that the table holds.
_GUESSES = 8
# From here on a guess is taken without asking anybody to look at it.
CERTAIN = 0.6


def find_occupation(typed: str) -> Occupation | None:
    """The occupation of exactly this name, or the only one that goes by it in everyday speech.

    Everyday names of two characters say too little to be taken at their word: '司机' of what?
    """
    found = Occupation.objects.filter(level=4, name=typed).first()
    if found is not None:
        return found
    code = find_code(typed)
    return Occupation.objects.filter(pk=code).first() if code else None


def find_code(typed: str) -> str | None:
    """The code of the only occupation that goes by this name, official or everyday; no table is asked."""
    plain = normalize(typed)
    if plain in _official():
        return _official()[plain]
    codes = _aliases().get(plain, ()) if len(typed) > 2 else ()
    return codes[0] if len(codes) == 1 else None


def guess_code(title: str, known: Container[str]) -> tuple[str, float] | None:
    """The likeliest of the `known` codes for a job title, and how sure that is (0 to 1)."""
    guesses = likely_occupations(title, limit=_GUESSES)
    return next(((code, round(chance, 4)) for code, chance in guesses if code in known), None)


def guess_occupations(title: str, limit: int = 3) -> list[tuple[Occupation, float]]:
    """The likeliest occupations of a job title with their probabilities, the best first."""
    chances = dict(likely_occupations(title, limit=_GUESSES))
    rows = Occupation.objects.filter(level=4).in_bulk(list(chances))
    return [(rows[code], round(chance, 4)) for code, chance in chances.items() if code in rows][:limit]


def suggest_occupations(typed: str, limit: int = 6) -> list[Occupation]:
    """Occupations whose names, everyday names or tasks share words with what was typed, the nearest first."""
    words = set(tokenize(typed))
    plain = normalize(typed)
    scores: dict[str, float] = {}
    for code, (names, in_names, in_tasks) in _words().items():
        score = sum(_IN_NAME * _rarity()[word] for word in words & in_names)
        score += sum(_IN_TASKS * _rarity()[word] for word in words & in_tasks)
        if plain and plain in names:
            score += 20
        if score:
            scores[code] = score
    best = sorted(scores, key=lambda code: (-scores[code], code))[: limit * 2]
    rows = Occupation.objects.filter(level=4).in_bulk(best)
    return [rows[code] for code in best if code in rows][:limit]


@cache
def _official() -> dict[str, str]:
    return {normalize(row.name): row.code for row in occupations().values() if row.level == 4}


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in occupations().values():
        if row.level == 4:
            for alias in row.aliases:
                found[normalize(alias)] = (*found.get(normalize(alias), ()), row.code)
    return found


@cache
def _words() -> dict[str, tuple[str, frozenset[str], frozenset[str]]]:
    """Code -> (all names in one text, words of the names, words of the tasks)."""
    return {
        row.code: (
            normalize("|".join((row.name, *row.aliases))),
            frozenset(word for name in (row.name, *row.aliases) for word in tokenize(name)),
            frozenset(tokenize(row.tasks)),
        )
        for row in occupations().values()
        if row.level == 4
    }


@cache
def _rarity() -> dict[str, float]:
    """A word that few occupations know says more: its idf over names and tasks."""
    counts = Counter(word for _, names, tasks in _words().values() for word in names | tasks)
    total = len(_words())
    return {word: log(1 + total / count) for word, count in counts.items()}
