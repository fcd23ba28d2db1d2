"""Interpretation of a query: the words to look for, and the facts that they state about the wanted position.

`read_query("新会 不做销售的客服 5000以上", gazetteer)` has the word 客服 and three parts that were understood: the place,
the denial and the pay. Each part can be taken off (`QueryReading.without`). The module is pure: it knows no database,
its time grows linearly with the text, and patterns and word lists are made at first use.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from matching.tokens import default_engine
from search.reading.certificates import CertificateMention, find_certificates
from search.reading.contents import Content, find_contents
from search.reading.criteria import Criteria, Trait
from search.reading.denials import Denial, find_denials
from search.reading.facts import Fact, Part, find_facts
from search.reading.noise import is_noise
from search.reading.pay import Pay, find_pay
from search.reading.places import Gazetteer, PlaceMention
from search.reading.shape import HAN, Shape, shape_query
from search.reading.trades import boundaries, find_trades, synonyms

PAY_STEP = 1000  # yuan, by which an empty search lowers the pay
MAX_NAMES = 3  # synonyms that a chip names
LONGEST_QUERY = 80  # characters; the rest is not read


@dataclass(frozen=True, slots=True)
class Understood:
    """Part of a query that was understood, at [start, end) of its shape.

    Attributes:
        label: text of its chip.
        criteria: conditions that it states.
        rest: what stands in its place when it is taken off, usually nothing.
        wider: (label, text in its place) of weaker conditions that an empty search may try, the strictest first;
            () for a denial, which is never given up.
    """

    part: Part
    label: str
    start: int
    end: int
    criteria: Criteria = Criteria()
    rest: str = ""
    wider: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QueryWord:
    """Word to look for.

    Attributes:
        text: the word in simplified characters; `written`: as typed.
        synonyms: other words for the trade that it names.
        certificate_codes: certificates that it stands for; `jobs`: trades that need them.
        is_exact: the word stands in quotation marks: no synonym counts.
    """

    text: str
    written: str
    synonyms: tuple[str, ...] = ()
    certificate_codes: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    is_trade: bool = False
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class ExcludedWord:
    """Word that no hit has: the name of a trade in its title, any other word anywhere."""

    words: tuple[str, ...]
    is_trade: bool


@dataclass(frozen=True, slots=True)
class QueryReading:
    """Interpreted query.

    Attributes:
        shape: the query in the shape that all offsets count in.
        words: words to look for, in order.
        understood: facts, in order.
        excluded: words that no hit has.
        criteria: conditions of all facts.
        contents: kinds of pages that the query is about.
        rest: the shape with everything that was understood as spaces: what spelling may correct.
    """

    shape: Shape
    words: tuple[QueryWord, ...] = ()
    understood: tuple[Understood, ...] = ()
    excluded: tuple[ExcludedWord, ...] = ()
    criteria: Criteria = Criteria()
    contents: tuple[Content, ...] = ()
    rest: str = ""

    def without(self, part: Understood) -> str:
        """Return the query as text without one part."""
        return self.replacing(part, part.rest)

    def replacing(self, part: Understood, text: str) -> str:
        """Return the query as text with another text in place of one part."""
        return self.with_replacements({part: text})

    def with_replacements(self, texts: Mapping[Understood, str]) -> str:
        """Return the query as text with other texts in place of some parts."""
        result, at = [], 0
        for part in sorted(texts, key=lambda one: one.start):
            result += [self.shape.written[at : part.start], texts[part]]
            at = part.end
        return " ".join(" ".join([*result, self.shape.written[at:]]).split()).strip(" ,、")


# What an empty search tries in place of a fact, where that is not nothing.
_WIDER = {"日结": ("包括兼职、临时工", "临时工"), "周结": ("包括兼职、临时工", "临时工")}
_QUOTED = r"[“\"「『']([^“”\"「」『』']{1,40})[”\"」』']"
_GENDER = rf"(?<![{HAN}])(?:男|女)(?:工|生|士|性|的)?(?![{HAN}])|男女(?:不限|均可|都可以|都要)?|妇女"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "quoted": re.compile(_QUOTED),
        "gender": re.compile(_GENDER),
        "company": re.compile(rf"[{HAN}]{{2,}}?(?:有限责任公司|有限公司|股份公司|集团公司|集团|公司)"),
    }


@dataclass(slots=True)
class _Claims:
    """Characters of a text that are taken; what claims them first keeps them."""

    text: str
    flags: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.flags = bytearray(len(self.text))

    def take(self, start: int, end: int) -> bool:
        """Take [start, end), without the spaces at its ends; False if any of it is taken."""
        if start >= end or any(self.flags[start:end]):
            return False
        self.flags[start:end] = b"\x01" * (end - start)
        return True

    def free_runs(self) -> Iterator[tuple[int, int]]:
        """Yield the [start, end) of each run of free characters."""
        for match in re.finditer(rb"\x00+", bytes(self.flags)):
            yield match.span()


def read_query(text: str, gazetteer: Gazetteer | None = None) -> QueryReading:
    """Interpret a query.

    Args:
        text: as typed; at most LONGEST_QUERY characters are read.
        gazetteer: places that it may name.
    """
    return _Reader(shape_query(text[:LONGEST_QUERY]), gazetteer or Gazetteer()).read()


class _Reader:
    """One pass over a query. Earlier steps claim characters that later ones no longer see."""

    def __init__(self, shape: Shape, gazetteer: Gazetteer) -> None:
        self.shape, self.text, self.gazetteer = shape, shape.folded, gazetteer
        self.claims = _Claims(self.text)
        self.edges = boundaries(self.text)
        self.understood: list[Understood] = []
        self.words: list[tuple[int, QueryWord]] = []
        self.excluded: list[ExcludedWord] = []
        self.contents: tuple[Content, ...] = ()

    def read(self) -> QueryReading:
        self._read_quoted()
        companies = [match.span() for match in _patterns()["company"].finditer(self.text)]
        for pay in find_pay(self.text):
            self._add_pay(pay)
        facts = sorted(find_facts(self.text), key=lambda fact: (fact.start, -fact.end))
        for denial in find_denials(self.text, self.edges, {fact.start for fact in facts if self.text[fact.start] in "不没未"}):
            self._add_denial(denial)
        trades = list(find_trades(self.text, self.edges))
        self.contents = self._contents(trades)
        for certificate in find_certificates(self.text):
            self._add_certificate(certificate, trades)
        self._add_facts(facts, trades)
        for start, end in companies:
            self._add_word(start, end)
        for place in self.gazetteer.find(self.text, self.edges):
            self._add_place(place)
        for match in _patterns()["gender"].finditer(self.text):
            self._add(Part.PERSON, "岗位不按性别筛选", *match.span())
        for start, end in trades:
            self._add_trade(start, end)
        rest = "".join(
            " " if flag else character
            for character, flag in zip(self.text, self.claims.flags, strict=True)
        )
        for start, end in self.claims.free_runs():
            self._add_free_words(start, end)
        self.words.sort(key=lambda item: item[0])
        self.understood.sort(key=lambda part: part.start)
        criteria = Criteria()
        for part in self.understood:
            criteria &= part.criteria
        return QueryReading(
            shape=self.shape,
            words=tuple(word for _, word in self.words),
            understood=tuple(part for part in self.understood if part.label),
            excluded=tuple(self.excluded),
            criteria=criteria,
            contents=self.contents,
            rest=rest,
        )

    def _add(
        self,
        part: Part,
        label: str,
        start: int,
        end: int,
        criteria: Criteria = Criteria(),
        wider: tuple[tuple[str, str], ...] = (),
    ) -> bool:
        while start < end and self.text[start] == " ":
            start += 1
        while start < end and self.text[end - 1] == " ":
            end -= 1
        if not self.claims.take(start, end):
            return False
        self.understood.append(Understood(part, label, start, end, criteria, wider=wider))
        return True

    def _read_quoted(self) -> None:
        for match in _patterns()["quoted"].finditer(self.text):
            if self.claims.take(*match.span()):
                written = self.shape.written[match.start(1) : match.end(1)]
                self.words.append((match.start(), QueryWord(match[1], written, is_exact=True)))

    def _add_pay(self, pay: Pay) -> None:
        criteria = Criteria(pay_at_least=pay.at_least, pay_at_most=pay.at_most)
        if pay.is_base:
            criteria &= Criteria(without_traits=frozenset({Trait.COMMISSION_ONLY}))
        lower = (pay.at_least - PAY_STEP) // PAY_STEP * PAY_STEP if pay.at_least else 0
        wider = ((f"月薪降到 {lower:,} 元起", f"{lower}以上"),) if lower >= PAY_STEP else ()
        self._add(Part.PAY, pay.label, pay.start, pay.end, criteria, (*wider, ("不限月薪", "")))

    def _add_denial(self, denial: Denial) -> None:
        if self._add(denial.part, denial.label, denial.start, denial.end, denial.criteria) and denial.words:
            self.excluded.append(ExcludedWord(denial.words, denial.is_trade))

    def _add_certificate(self, mention: CertificateMention, trades: list[tuple[int, int]]) -> None:
        if _is_inside(mention.start, mention.end, trades):
            return
        label = f"证书：{mention.label}"
        wider = ((f"不限{mention.label}", ""),)
        if self._add(Part.CERTIFICATE, label, mention.start, mention.end, wider=wider):
            text = self.text[mention.start : mention.end]
            written = self.shape.written[mention.start : mention.end]
            word = QueryWord(text, written, certificate_codes=mention.codes, jobs=mention.jobs)
            self.words.append((mention.start, word))

    def _add_facts(self, facts: list[Fact], trades: list[tuple[int, int]]) -> None:
        for fact in facts:
            if not _is_inside(fact.start, fact.end, trades) and not self._is_about_page(fact):
                wider = ((_WIDER.get(fact.label) or (f"不限{fact.label}", "")),) if fact.criteria else ()
                self._add(fact.part, fact.label, fact.start, fact.end, fact.criteria, wider)

    def _is_about_page(self, fact: Fact) -> bool:
        """Return whether a fact is a word of the page that is asked for: '退役军人 政策', '退役军人招聘会'."""
        return bool(self.contents) and fact.part in {Part.VETERAN, Part.EDUCATION}

    def _add_place(self, place: PlaceMention) -> None:
        codes = self._within_earlier_place(place.codes)
        names = "、".join(self.gazetteer.by_code[code] for code in codes) if codes != place.codes else place.label
        criteria, label = Criteria(regions=codes), names
        above = tuple(dict.fromkeys(filter(None, map(self.gazetteer.code_above, codes))))
        if place.is_around and above:
            criteria, label = Criteria(regions=above, better_regions=codes), f"{names}附近"
        wider = (*self._wider_places(criteria.regions), ("不限地区", ""))
        self._add(Part.PLACE, label, place.start, place.end, criteria, wider)

    def _within_earlier_place(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the codes within the place before, all of them if none is: 白沙 after 台山 is one town."""
        regions = self.understood[-1].criteria.regions if self.understood else ()
        inner = tuple(code for code in codes if regions and code.startswith(regions))
        return inner or codes

    def _wider_places(self, codes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        above = {self.gazetteer.code_above(code) for code in codes}
        while len(above) == 1 and (code := above.pop()) and (name := self.gazetteer.by_code.get(code)):
            yield f"地区扩大到{name}", name
            above = {self.gazetteer.code_above(code)}

    def _add_trade(self, start: int, end: int) -> None:
        if not self.claims.take(start, end):
            return
        text = self.text[start:end]
        if is_noise(text, is_alone=True, is_about_page=False):
            return
        others = synonyms(text)
        if others:
            names = "、".join(others[:MAX_NAMES]) + ("等" if len(others) > MAX_NAMES else "")
            self.understood.append(
                Understood(Part.TRADE, f"也找{names}", start, end, rest=f"“{self.shape.written[start:end]}”")
            )
        word = QueryWord(text, self.shape.written[start:end], synonyms=others, is_trade=True)
        self.words.append((start, word))

    def _add_word(self, start: int, end: int) -> None:
        if self.claims.take(start, end):
            self.words.append((start, QueryWord(self.text[start:end], self.shape.written[start:end])))

    def _add_free_words(self, start: int, end: int) -> None:
        """Add what is left of the text as words to look for, but for words that name neither work nor conditions."""
        at = start
        for run in re.split(r"([\s,、。，/|]+)", self.text[start:end]):
            tokens = [token for token in default_engine().segment(run) if token.strip()]
            kept = [token for token in tokens if not self._is_noise(token)]
            if kept:
                first = at + run.index(kept[0])
                last = at + run.rindex(kept[-1]) + len(kept[-1])
                self.words.append((first, QueryWord(self.text[first:last], self.shape.written[first:last])))
            at += len(run)

    def _is_noise(self, token: str) -> bool:
        is_alone = not (self.words or self.understood)
        return is_noise(token, is_alone=is_alone, is_about_page=bool(self.contents))

    def _contents(self, trades: list[tuple[int, int]]) -> tuple[Content, ...]:
        """Return the kinds of pages that the text is about; a word inside a job ('培训讲师') counts for none."""
        contents = (
            content
            for content, start, end in find_contents(self.text)
            if not any(self.claims.flags[start:end]) and not _is_inside(start, end, trades)
        )
        return tuple(dict.fromkeys(contents))


def _is_inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Return whether [start, end) lies inside one of the longer spans."""
    return any(one <= start and end <= other and other - one > end - start for one, other in spans)
