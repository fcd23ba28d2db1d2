"""Lookup of occupations of the national classification by job title: '叉车司机' is 起重装卸机械操作工."""

from collections import Counter
from collections.abc import Container
from functools import cache
from math import log

from matching.coding import likely_occupations
from matching.knowledge import occupations
from matching.tokens import normalize, tokenize
from portal.core.models import Occupation

# Weight of a shared word before its rarity, by where the occupation has it.
_NAME_WEIGHT, _TASK_WEIGHT = 3.0, 0.5
# Added when the whole text occurs in the names.
_WHOLE_NAME_SCORE = 20
# Guesses of the coder that are searched for codes of the table.
_MAX_GUESSES = 8

NOT_GUESSED = "从岗位名称看不出是什么职业，请填写职业分类。"
_MAX_NEAREST = 3  # occupations named in a refusal


def describe_unknown(text: str) -> str:
    """Return the refusal of a name that the classification does not have, with the nearest occupations."""
    names = "、".join(row.name for row in suggest_occupations(text, _MAX_NEAREST))
    return f"职业分类里没有这个名称。{f'最接近的是：{names}。' if names else ''}"


def find_occupation(text: str) -> Occupation | None:
    """Return the occupation of exactly this name, or the only one with this everyday name.

    Everyday names of two characters are too vague to be used: '司机' of what?
    """
    occupation = Occupation.objects.filter(level=4, name=text).first()
    if occupation is not None:
        return occupation
    code = find_code(text)
    return Occupation.objects.filter(pk=code).first() if code else None


def find_code(text: str) -> str | None:
    """Return the code of the only occupation with this official or everyday name, without a query."""
    name = normalize(text)
    if name in _codes_by_official_name():
        return _codes_by_official_name()[name]
    codes = _codes_by_everyday_name().get(name, ()) if len(text) > 2 else ()
    return codes[0] if len(codes) == 1 else None


def guess_code(title: str, codes: Container[str]) -> tuple[str, float] | None:
    """Return the most probable of `codes` for a job title with its probability, or None."""
    guesses = likely_occupations(title, limit=_MAX_GUESSES)
    return next(((code, round(probability, 4)) for code, probability in guesses if code in codes), None)


def guess_occupations(title: str, limit: int = 3) -> list[tuple[Occupation, float]]:
    """Return the most probable occupations of a job title with their probabilities, the best first."""
    probabilities = dict(likely_occupations(title, limit=_MAX_GUESSES))
    rows = Occupation.objects.filter(level=4).in_bulk(list(probabilities))
    return [
        (rows[code], round(probability, 4)) for code, probability in probabilities.items() if code in rows
    ][:limit]


def suggest_occupations(text: str, limit: int = 6) -> list[Occupation]:
    """Return occupations whose names or tasks share words with `text`, the best match first."""
    words = set(tokenize(text))
    name = normalize(text)
    scores: dict[str, float] = {}
    for code, (names, name_words, task_words) in _words_by_code().items():
        score = sum(_NAME_WEIGHT * _word_rarity()[word] for word in words & name_words)
        score += sum(_TASK_WEIGHT * _word_rarity()[word] for word in words & task_words)
        if name and name in names:
            score += _WHOLE_NAME_SCORE
        if score:
            scores[code] = score
    best = sorted(scores, key=lambda code: (-scores[code], code))[: limit * 2]
    rows = Occupation.objects.filter(level=4).in_bulk(best)
    return [rows[code] for code in best if code in rows][:limit]


@cache
def _codes_by_official_name() -> dict[str, str]:
    return {normalize(row.name): row.code for row in occupations().values() if row.level == 4}


@cache
def _codes_by_everyday_name() -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for row in occupations().values():
        if row.level == 4:
            for alias in row.aliases:
                codes[normalize(alias)] = (*codes.get(normalize(alias), ()), row.code)
    return codes


@cache
def _words_by_code() -> dict[str, tuple[str, frozenset[str], frozenset[str]]]:
    """Return code -> (all names in one text, words of the names, words of the tasks)."""
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
def _word_rarity() -> dict[str, float]:
    """Return the inverse document frequency of each word over names and tasks."""
    counts = Counter(word for _, names, tasks in _words_by_code().values() for word in names | tasks)
    total = len(_words_by_code())
    return {word: log(1 + total / count) for word, count in counts.items()}
