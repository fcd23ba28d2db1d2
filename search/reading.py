"""Reading a query: characters are cut into words, letters that are no word are taken for pinyin.

'diangong', 'dian gong', 'dian工' and 'dg' lead to 电工, 'dgsj' to 电工 and 司机 together. A word that posts
do write in letters (CNC, PLC, ERP) is left alone. What was read is told, so that the page can say so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise, product

from django.db.models import Q
from django.utils import timezone
from rapidfuzz.distance import OSA

from matching.tokens import dictionary, normalize
from search import pinyin, vocabulary
from search.models import Key, TermKind
from search.query import Read
from search.vocabulary import Match
from search.words import Group, groups

_SPELLED = re.compile(r"(?<![0-9a-z+#&._%\-])[a-z']+(?![0-9a-z+#&._%\-])")
_CHINESE_BEFORE = re.compile(r"[\u3400-\u9fff]{1,3}\Z")
_CHINESE_AFTER = re.compile(r"[\u3400-\u9fff]{1,3}")
_LONGEST = 40  # letters
_SPELLINGS = 4  # runs of letters that are looked up in one query
_MEANT = 6  # terms that one run may stand for
_ROWS = 60
# What somebody may mean by letters: work and what belongs to it, rather than one firm.
_WORK = (TermKind.WORD, TermKind.OCCUPATION, TermKind.TITLE, TermKind.FACT)


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it is understood: its words, and which of them had to be read."""

    groups: list[Group]
    read: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters at [start, end) of the text, with the characters that touch them on either side."""

    start: int
    end: int
    letters: str
    before: str
    after: str

    def windows(self) -> Iterator[tuple[str, str]]:
        """(before, after): how much of the characters beside may belong to the word, most first."""
        sizes = product(range(len(self.before) + 1), range(len(self.after) + 1))
        for left, right in sorted(sizes, key=sum, reverse=True):
            yield self.before[len(self.before) - left :], self.after[:right]


def read(text: str, *, now: datetime | None = None) -> Reading:
    """The words of a query. No query at all where it holds no letters, else a fixed number at most."""
    normal = normalize(text)
    runs = list(_runs(normal))
    if not runs:
        return Reading(groups(normal))
    found: list[Group] = []
    told: list[Read] = []
    at = 0
    for start, end, meant in _meanings(runs, now or timezone.now()):
        said = normal[start:end]
        found += groups(normal[at:start])
        found.append(_group(said, meant))
        told.append(Read(said, tuple(meant)))
        at = end
    found += groups(normal[at:])
    return Reading(list(dict.fromkeys(found)), tuple(told))


def _runs(text: str) -> Iterator[_Run]:
    for spelled in islice(_SPELLED.finditer(text), _SPELLINGS):
        letters = spelled[0].replace("'", "")
        if 2 <= len(letters) <= _LONGEST or (letters and _touches(text, spelled)):
            before = _CHINESE_BEFORE.search(text[: spelled.start()])
            after = _CHINESE_AFTER.match(text[spelled.end() :])
            yield _Run(
                spelled.start(),
                spelled.end(),
                letters,
                before[0] if before else "",
                after[0] if after else "",
            )


def _touches(text: str, spelled: re.Match[str]) -> bool:
    beside = text[max(spelled.start() - 1, 0) : spelled.start()] + text[spelled.end() : spelled.end() + 1]
    return pinyin.has_chinese(beside)


def _meanings(runs: Sequence[_Run], now: datetime) -> Iterator[tuple[int, int, list[str]]]:
    """(start, end, terms) for each run that could be read, in order and apart from each other."""
    wanted = {key for run in runs for key in _keys_of(run)}
    whole = _together(runs)
    wanted.add(whole)
    exact = vocabulary.matches(
        Q(key__in=wanted, at=0, term__kind__in=_WORK), now=now, most=_ROWS * len(wanted)
    )
    by_key: dict[str, list[Match]] = {}
    for match in exact:
        by_key.setdefault(match.key, []).append(match)
    known = {match.text for match in exact if match.way == Key.Way.TEXT} | dictionary().keys()
    runs = [run for run in runs if run.letters not in known]
    joined = _spelled_out(by_key.get(whole, ()))
    if len(runs) > 1 and joined:
        yield runs[0].start, runs[-1].end, joined
        return
    after = 0
    for run in runs:
        chosen = _exactly(run, by_key) or _nearly(run, now)
        if chosen is None:
            continue
        start, end, meant = chosen
        if meant and start >= after:
            yield chosen
            after = end


def _together(runs: Sequence[_Run]) -> str:
    """'dian gong' as one word, when nothing but spaces stands between."""
    apart = any(one.after or two.before or two.start - one.end != 1 for one, two in pairwise(runs))
    return "" if apart else "".join(run.letters for run in runs)


def _keys_of(run: _Run) -> Iterator[str]:
    """Every key that the run may be: itself, with characters beside it, in two parts."""
    for before, after in run.windows():
        yield pinyin.sound(before) + run.letters + pinyin.sound(after)
        yield _short(before) + run.letters + _short(after)
    for cut in range(2, len(run.letters) - 1):
        yield run.letters[:cut]
        yield run.letters[cut:]


def _short(characters: str) -> str:
    return pinyin.initials(pinyin.syllables(characters)) if characters else ""


def _exactly(run: _Run, by_key: dict[str, list[Match]]) -> tuple[int, int, list[str]] | None:
    """The terms that the run spells out, alone or with characters beside it, else in two parts."""
    for before, after in run.windows():
        spelled = _spelled_out(by_key.get(pinyin.sound(before) + run.letters + pinyin.sound(after), ()))
        short = _begun(by_key.get(_short(before) + run.letters + _short(after), ()))
        meant = [text for text in spelled or short if text.startswith(before) and text.endswith(after)]
        if meant:
            return run.start - len(before), run.end + len(after), meant[:_MEANT]
    best: tuple[int, list[str]] = (0, [])
    for cut in range(2, len(run.letters) - 1):
        ends = by_key.get(run.letters[:cut], ()), by_key.get(run.letters[cut:], ())
        for choose in (_spelled_out, _begun):
            heads, tails = (choose(matches)[:2] for matches in ends)
            if heads and tails:
                sure = (1000 if choose is _spelled_out else 0) + min(len(heads[0]), len(tails[0]))
                best = max(best, (sure, [f"{head} {tail}" for head in heads for tail in tails]))
    return (run.start, run.end, best[1]) if best[1] else None


def _spelled_out(found: Iterable[Match]) -> list[str]:
    return _texts(match for match in found if match.way == Key.Way.PINYIN)


def _begun(found: Iterable[Match]) -> list[str]:
    return _texts(match for match in found if match.way == Key.Way.INITIALS)


def _texts(found: Iterable[Match]) -> list[str]:
    return list(dict.fromkeys(match.text for match in found))[:_MEANT]


def _nearly(run: _Run, now: datetime) -> tuple[int, int, list[str]] | None:
    """Terms that begin as the run does, or that it misses by one letter. One query."""
    start, end = run.start - len(run.before), run.end
    key = pinyin.sound(run.before) + run.letters
    if len(key) < 3:
        return None
    half = len(key) // 2
    beginning = vocabulary.beginning("key", key)
    near = vocabulary.beginning("key", key[:half]) | vocabulary.beginning("backwards", key[half:][::-1])
    near |= Q(key__in=[key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1)])
    found = vocabulary.matches(
        Q(beginning | near, way=Key.Way.PINYIN, at=0, term__kind__in=_WORK), now=now, most=2000
    )
    found = [match for match in found if match.text.startswith(run.before)]
    begun = _texts(match for match in found if match.key.startswith(key))
    missed = _texts(
        match for match in found if len(key) > 3 and OSA.distance(match.key, key, score_cutoff=1) == 1
    )
    meant = begun or missed
    return (start, end, meant) if meant else None


def _group(said: str, meant: Iterable[str]) -> Group:
    """Met by the letters as they stand, or by any of the terms."""
    literal = tuple(word for group in groups(said) for word in group.alternatives[0])
    ways = [literal] if literal else []
    for term in meant:
        each = [group.alternatives for group in groups(term)]
        ways += [tuple(dict.fromkeys(sum(way, ()))) for way in islice(product(*each), 4)]
    return Group(tuple(dict.fromkeys(way for way in ways if way)))
