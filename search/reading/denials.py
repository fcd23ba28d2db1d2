"""What a query does not want: '不要夜班', '不做销售的客服', '夜班勿扰', '除了保安都行'.

Denials are looked for before anything else, so that nothing that a query denies is ever searched for. 'Denied' below
means excluded from the hits. What a query only tolerates ('夜班也行', '不怕加班') is no condition at all.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from matching.tokens import dictionary, stopwords
from search.reading.certificates import find_certificates
from search.reading.criteria import Criteria, Trait
from search.reading.facts import Part
from search.reading.tables import criteria_of, table
from search.reading.trades import lexicon

T = Trait


@dataclass(frozen=True, slots=True)
class Denial:
    """Denial at [start, end) of a text.

    Attributes:
        label: text of its chip.
        criteria: conditions that it states.
        words: words for a trade that no hit has in its title, or other words that no hit has anywhere.
        is_trade: whether `words` name a trade.
    """

    start: int
    end: int
    part: Part
    label: str
    criteria: Criteria = Criteria()
    words: tuple[str, ...] = ()
    is_trade: bool = False


@dataclass(frozen=True, slots=True)
class _Subject:
    """Object of a denial, from `search/data/query_denials.toml`."""

    part: Part
    label: str
    tolerated_label: str
    criteria: Criteria


@cache
def _subjects() -> tuple[_Subject, ...]:
    rows = table("query_denials")["subjects"]
    return tuple(
        _Subject(Part(row["part"]), row["label"], row["tolerated"], criteria_of(row)) for row in rows
    )


_LONGEST_REFUSAL = 5  # characters
_MAX_VERBS = 3  # between a refusal and its object


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    words = table("query_denials")
    subjects = "|".join(f"(?P<s{number}>{row['pattern']})" for number, row in enumerate(words["subjects"]))
    return {
        "subject": re.compile(subjects),
        "refusal": re.compile(words["refusals"]),
        "verb": re.compile(words["verbs"]),
        "tolerance": re.compile(rf"(?:{words['tolerance_before']})\s?"),
        "waiver": re.compile(rf"(?:{words['waivers']})\s?"),
        "tolerated": re.compile(words["tolerance_after"]),
        "waived": re.compile(words["waivers"]),
        "after": re.compile(words["refusals_after"]),
        "joint": re.compile(words["joints"]),
        "tail": re.compile(words["tail"]),
        "other": re.compile(words["other_words"]),
    }


def find_denials(text: str, edges: list[int], facts: Collection[int] = ()) -> Iterator[Denial]:
    """Yield what a folded text denies or only tolerates, in order, without overlaps.

    Args:
        edges: offsets between its words (`trades.boundaries`).
        facts: offsets at which a fact begins; '没读过书' is one and denies nothing.
    """
    at = 0
    while at < len(text):
        denials = _at(text, at, edges) if at not in facts else []
        yield from denials
        at = max((denial.end for denial in denials), default=at + 1)


def _at(text: str, at: int, edges: list[int]) -> list[Denial]:
    patterns = _patterns()
    after_subject = _with_suffix(text, at)
    if after_subject:
        return [after_subject]
    for name in ("tolerance", "waiver"):
        prefix = patterns[name].match(text, at)
        if prefix and (subject := _subject(text, prefix.end())):
            return [_tolerated(at, subject[1], subject[0])]
        if prefix and prefix[0].startswith("不怕"):
            return [Denial(at, min(prefix.end() + 1, len(text)), Part.PERSON, "")]  # '不怕累' states nothing
    if _patterns()["other"].match(text, at) or _begins_known_word(text, at):
        return []
    return _refused(text, at, edges)


def _tolerated(start: int, end: int, subject: _Subject) -> Denial:
    is_waiver = subject.part != Part.DENIAL and subject.part != Part.CERTIFICATE
    criteria = subject.criteria if is_waiver else Criteria()
    return Denial(start, end, subject.part, subject.tolerated_label or subject.label, criteria)


def _with_suffix(text: str, at: int) -> Denial | None:
    """Return the denial or tolerance of a subject or trade that stands before it: '夜班勿扰', '学历不限'."""
    patterns = _patterns()
    subject = _subject(text, at)
    if subject is None:
        end = _trade_end(text, at)
        refusal = patterns["after"].match(text, end) if end else None
        if end and refusal and not _refuses_more(text, refusal):
            return _trade_denial(text, at, refusal.end(), text[at:end])
        return None
    kind, end = subject
    if match := patterns["waived"].match(text, end):
        return _tolerated(at, match.end(), kind)
    if match := patterns["after"].match(text, end):
        return Denial(at, match.end(), kind.part, kind.label, kind.criteria)
    if match := patterns["tolerated"].match(text, end):
        return _tolerated(at, match.end(), kind)
    trade_end = _trade_end(text, end)  # '夜班保安勿扰'
    if trade_end and (match := patterns["after"].match(text, trade_end)):
        return Denial(at, match.end(), kind.part, f"不要{text[at:trade_end]}", kind.criteria)
    return None


def _refuses_more(text: str, refusal: "re.Match[str]") -> bool:
    """Return whether a refusal after a trade belongs to what follows it: '客服不做 销售'."""
    rest = text[refusal.end() :].lstrip(" ")
    return bool(rest) and (_subject(rest, 0) is not None or _trade_end(rest, 0) > 0)


def _refused(text: str, at: int, edges: list[int]) -> list[Denial]:
    """Return the denials of the refusal that begins at `at`, one for each of its objects."""
    prefix = _patterns()["refusal"].match(text, at)
    if prefix is None:
        return []
    first = next((one for end in _object_starts(text, at) if (one := _object(text, at, end))), None)
    if first is None:
        unknown = _unknown(text, at, prefix.end(), edges)
        return [unknown] if unknown else []
    denials = [first]
    while (one := _next_object(text, denials[-1])) is not None:
        denials.append(one)
    return denials


def _object_starts(text: str, at: int) -> Iterator[int]:
    """Yield the offsets at which the object of a refusal may begin, the shortest refusal last."""
    starts: dict[int, None] = {}
    for end in range(min(len(text), at + _LONGEST_REFUSAL), at, -1):
        if _patterns()["refusal"].fullmatch(text, at, end):
            starts[end] = None
            place = end
            for _ in range(_MAX_VERBS):
                verb = _patterns()["verb"].match(text, place)
                if verb is None:
                    break
                place = verb.end()
                starts[place] = None
    yield from starts


def _next_object(text: str, before: Denial) -> Denial | None:
    """Return a further object of the same refusal: '销售和中介', '夜班倒班'."""
    joint = _patterns()["joint"].match(text, before.end)
    if joint:
        return _object(text, before.end, joint.end())
    if text[before.end - 1] == "的":
        return None
    # '不做保安保洁' names two, but '不跑长途司机' one.
    follows = before.is_trade or (_subject(text, before.end) and not _trade_end(text, before.end))
    return _object(text, before.end, before.end) if follows else None


def _object(text: str, start: int, at: int) -> Denial | None:
    """Return the denial of the object at `at`, None for a word of no table."""
    tail = _patterns()["tail"]
    subject = _subject(text, at)
    trade_end = _trade_end(text, at)
    if subject and subject[1] >= trade_end:
        kind, end = subject
        return Denial(start, _end(tail, text, end), kind.part, kind.label, kind.criteria)
    certificate = next((c for c in find_certificates(text[at:]) if c.start == 0), None)
    if certificate and at + certificate.end >= trade_end:
        codes = frozenset(certificate.codes)
        criteria = Criteria(without_certificates=codes)
        end = _end(tail, text, at + certificate.end)
        return Denial(start, end, Part.CERTIFICATE, f"不要求{certificate.label}", criteria)
    if trade_end:
        return _trade_denial(text, start, _end(tail, text, trade_end), text[at:trade_end])
    return None


def _end(tail: re.Pattern[str], text: str, at: int) -> int:
    match = tail.match(text, at)
    return match.end() if match else at


def _trade_denial(text: str, start: int, end: int, word: str) -> Denial:
    traits = frozenset({T.SALES}) if word in _sales_words() else frozenset()
    return Denial(
        start, end, Part.DENIAL, f"不做{word}", Criteria(without_traits=traits), (word,), is_trade=True
    )


@cache
def _sales_words() -> frozenset[str]:
    return frozenset({"销售", "业务", "业务员", "销售员", "推销", "推销员", "电销", "电话销售", "跑业务", "销售代表"})


def _unknown(text: str, start: int, at: int, edges: list[int]) -> Denial | None:
    """Return the denial of a word of no table: nothing with it is shown. '不要流水线', '不穿无尘衣'."""
    stop = re.compile(r"[\s,，。、的]|$").search(text, at)
    limit = stop.start() if stop else len(text)
    ends = [edge for edge in edges if at < edge <= limit] or [limit]
    end = next((edge for edge in ends if edge - at > 1), ends[-1])
    if end == at:
        return None
    tokens = [text[one:other] for one, other in zip([at, *ends], ends, strict=False) if other <= end]
    words = tuple(token for token in tokens if len(token) > 1 and token not in stopwords())
    return Denial(start, _end(_patterns()["tail"], text, end), Part.DENIAL, f"不含“{text[at:end]}”", Criteria(), words)


def _subject(text: str, at: int) -> tuple[_Subject, int] | None:
    match = _patterns()["subject"].match(text, at)
    if match is None or match.end() == at or match.lastgroup is None:
        return None
    return _subjects()[int(match.lastgroup[1:])], match.end()


def _trade_end(text: str, at: int) -> int:
    """Return the end of the longest word for a trade at this place, 0 if there is none."""
    return next((end for end in range(min(len(text), at + 10), at + 1, -1) if text[at:end] in lexicon()), 0)


def _begins_known_word(text: str, at: int) -> bool:
    """Return whether a word of the dictionary or of the trades begins here: '免费培训', '无人机'."""
    known: Callable[[str], bool] = lambda word: word in dictionary() or word in lexicon()  # noqa: E731
    return any(known(text[at:end]) for end in range(at + 2, min(len(text), at + 10) + 1))
