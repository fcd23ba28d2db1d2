"""Words of queries and texts, by matching's tokenizer, so that search and ranking agree.

Highlighting uses the same words, so '叉车工' is marked for a search for '叉车司机'.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from matching.tokens import canonical, default_engine, dictionary, inner_words, normalize, tokenize
from search.reading.trades import lexicon, split_words

EXCERPT = 90  # characters


@dataclass(frozen=True, slots=True)
class Group:
    """One word of a query as an OR of ANDs: it matches where all words of any alternative occur.

    The first alternative is the word as written; further ones are its parts, another spelling, a synonym.

    Attributes:
        literals: alternatives that stand for the word itself in a title; such titles come first.
        names: alternatives that stand for its synonyms as written in a title; such titles come next.
        heads: alternatives that stand at the end of a title, where Chinese names the work: 维修电工, not 电工讲师.
        loose: alternatives that are looked for when none of `alternatives` is found: a trade that no title names
            may stand in a text.
    """

    alternatives: tuple[tuple[str, ...], ...]
    literals: tuple[tuple[str, ...], ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    heads: tuple[tuple[str, ...], ...] = ()
    loose: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if not self.alternatives or not all(self.alternatives):
            raise ValueError("a group needs alternatives, and each of them a word")

    def with_alternatives(self, *more: tuple[str, ...]) -> "Group":
        """Return the group with more alternatives; duplicates change nothing."""
        return replace(self, alternatives=tuple(dict.fromkeys([*self.alternatives, *more])))

    def loosened(self) -> "Group":
        """Return the group with its loose alternatives in place of the others."""
        return replace(self, alternatives=self.loose, loose=()) if self.loose else self


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Words that no hit has: alternatives as of a group, in the title or anywhere."""

    alternatives: tuple[tuple[str, ...], ...]
    in_title: bool


def groups(text: str) -> list[Group]:
    """Return the distinct words of a query, in order."""
    result = {}
    for token in default_engine().segment(normalize(text)):
        forms = tokenize(token)
        if forms:
            whole, *parts = forms
            # '货车' and '司机' make up '货车司机'; '门市' is no part of '江门市' that anybody means
            made_up = [tuple(parts)] if "".join(parts) == whole else []
            result[whole] = Group(((whole,), *made_up), literals=_literals(token.strip()))
    return list(result.values())


@lru_cache(maxsize=1 << 14)
def _literals(token: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways in which a title has a token as written: whole, or its parts."""
    _, *parts = (token, *inner_words(token, default_engine()))
    made_up = [tuple(map(literal_form, parts))] if "".join(parts) == token else []
    return ((literal_form(token),), *made_up)


def forms_of(query_groups: Collection[Group]) -> frozenset[str]:
    """Return every form that counts as a match, for highlighting."""
    forms = (form for group in query_groups for words in group.alternatives for form in words)
    return frozenset(form.lstrip(_WORK_SIGN) for form in forms if not form.startswith(_SIGN))


# --- Words of the index that no text contains ---
# The index has canonical forms: 厨师 for 炊事员 too. A title has each word with synonyms as written as well, so that
# titles with the word itself come first; and its words once more as those of the work, which 'helps the 厨师' is not.
_SIGN = "_"
_WORK_SIGN = "%"
_HEAD_SIGN = "&"
_WHOLE_SIGN = "__"  # the whole title as one word
_ONE_TOKEN = re.compile(r"[\w+#.%&/'\-]+\Z")
_BRACKETS = re.compile(r"[(\[【{].*?[)\]】}]|[^\w]+")


@lru_cache(maxsize=1 << 14)
def literal_form(word: str) -> str:
    """Return the word of the index that stands for this word as written in a title."""
    has_synonyms = word in dictionary() or word in lexicon()
    return _SIGN + word if has_synonyms and _ONE_TOKEN.match(word) else canonical(word)


def work_form(form: str) -> str:
    """Return the word of the index that stands for a form where it names the work of a record."""
    return _WORK_SIGN + form


def head_form(form: str) -> str:
    """Return the word of the index that stands for a form at the end of a title."""
    return _HEAD_SIGN + form


def whole_title(text: str) -> str:
    """Return the word of the index for a whole title, without its brackets and spaces."""
    return _WHOLE_SIGN + _BRACKETS.sub("", normalize(text))[:60]


def title_marks(title: str) -> list[str]:
    """Return the words of the index that a title has beside its tokens: words as written, and the whole."""
    normal = normalize(title)
    marks = [mark for token in default_engine().segment(normal) for mark in _token_marks(token.strip())]
    marks += [literal_form(word) for word in split_words(normal)]
    marks += map(head_form, _heads(_BRACKETS.sub(" ", normal).split()[-1:]))
    return [*dict.fromkeys(marks), whole_title(title)]


def _heads(last_part: Sequence[str]) -> list[str]:
    """Return the canonical forms at the end of a title: the last word, and words at the end of that word."""
    tokens = [token for part in last_part for token in default_engine().segment(part)]
    if not tokens:
        return []
    last = tokens[-1]
    inner = [word for word in inner_words(last, default_engine()) if last.endswith(word)]
    return [canonical(word) for word in (last, *inner)]


@lru_cache(maxsize=1 << 15)
def _token_marks(token: str) -> tuple[str, ...]:
    words = (token, *inner_words(token, default_engine())) if len(token) > 1 else ()
    forms = ((word, literal_form(word)) for word in words)
    return tuple(form for word, form in forms if form.startswith(_SIGN) and form != word)


# A page marks the words of some twenty texts, most of them the same again and again.
@lru_cache(maxsize=1 << 14)
def _plain(character: str) -> str:
    return unicodedata.normalize("NFKC", character).lower()


@lru_cache(maxsize=1 << 16)
def _forms_in(token: str) -> tuple[str, ...]:
    return tuple(tokenize(token))


def _placed_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, token): tokens of the normalised text with their place in the original text."""
    plain = list(map(_plain, text))
    plain_text = "".join(plain)
    origin: Sequence[int] = range(len(text))
    if len(plain_text) != len(text):
        origin = [index for index, characters in enumerate(plain) for _ in characters]
    at = 0
    for token in default_engine().segment(plain_text):
        start = plain_text.find(token, at)
        at = start + len(token)
        yield origin[start], origin[at - 1] + 1, token


@cache
def _other_words() -> dict[str, list[str]]:
    """Return for each form the dictionary words that have it as canonical form without containing it."""
    result: dict[str, list[str]] = {}
    for word in dictionary():
        for form in _forms_in(word):
            if form not in word:
                result.setdefault(form, []).append(word)
    return result


@lru_cache(maxsize=1 << 10)
def _pattern(forms: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern that matches every text with one of `forms`."""
    token_forms = {word for form in forms for word in (form, *_other_words().get(form, ()))}
    return re.compile("|".join(map(re.escape, sorted(token_forms))))


def may_contain(text: str, forms: frozenset[str]) -> bool:
    """Return whether the text may contain one of `forms`, a cheap test before its segmentation."""
    return bool(forms) and _pattern(forms).search(normalize(text)) is not None


def spans(text: str, forms: frozenset[str]) -> list[tuple[int, int]]:
    """Return the (start, end) of each of `forms` in the text, in order, without overlaps."""
    result: list[tuple[int, int]] = []
    if not may_contain(text, forms):
        return result
    for start, end, token in _placed_tokens(text):
        token_forms = _forms_in(token)
        if not forms.intersection(token_forms):
            continue
        literal = max((form for form in forms if form in token), key=len, default="")
        # '司机' is marked inside '货车司机', but all of '叉车工' in a search for '叉车司机'
        if literal and token_forms[0] not in forms and end - start == len(token):
            inner = start + token.index(literal)
            result.append((inner, inner + len(literal)))
        else:
            result.append((start, end))
    return result


def mark_matches(text: str, forms: frozenset[str]) -> SafeString:
    """Return the escaped text with <mark> around matches."""
    parts, at = [], 0
    for start, end in spans(text, forms):
        parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return mark_safe("".join([*parts, escape(text[at:])]))


def excerpt(text: str, forms: frozenset[str]) -> SafeString:
    """Return about EXCERPT characters of the text around the first match, else its start, highlighted."""
    text = re.sub(r"\s+", " ", text).strip()
    first = next(iter(spans(text, forms)), None) if forms else None
    start = max(first[0] - EXCERPT // 3, 0) if first else 0
    if start:  # start after punctuation rather than inside a clause
        clause = re.search(r"[，。；;、！？\s]", text[start : first[0]]) if first else None
        start += clause.end() if clause else 0
    fragment = text[start : start + EXCERPT].strip()
    ahead, behind = "…" if start else "", "…" if start + EXCERPT < len(text) else ""
    return mark_safe(f"{ahead}{mark_matches(fragment, forms)}{behind}")
