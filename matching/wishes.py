"""Reading of a wish in a person's own words: trades and conditions, wanted and not wanted.

'想开货车，不跑长途，不做销售，可以倒班' wants to drive, does not want long distance or sales, and accepts
shifts. What is denied never counts as wanted; what is doubtful counts as neither.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from matching.folding import fold
from matching.homophones import Homophone, corrections
from matching.tokens import DATA
from matching.trades import Trade, find, senses
from matching.wish_markers import PREFERENCE, TRADE
from matching.wish_scope import Item, read_polarities

MAX_LENGTH = 2000
"""Characters that are read; a longer text is cut."""

_LEVELS = (
    ("apprentice", re.compile("学徒$|学徒工$|学[厨徒]")),
    ("director", re.compile("(?:总监|厂长|总经理|副总)$")),
    ("manager", re.compile("(?<!客户)(?<!理财)(?<!信贷)(?<!银行)(?<!投资)(?<!网点)经理$")),
    ("supervisor", re.compile("(?:主管|主任|店长|站长|课长|科长|部长)$")),
    ("foreman", re.compile("(?:班长|组长|班组长|领班|队长|拉长|线长|工段长)$")),
)
_SPACE = re.compile("(?<=[\u4e00-\u9fff])[ \u3000\t]+(?=[\u4e00-\u9fff])")
_CERTIFICATE = re.compile("证(?!上岗)|执照|驾照|资格|技能")


@dataclass(frozen=True, slots=True)
class WishedTrade:
    """One trade of a wish, at [start, end) of the text. `word` as folded and corrected."""

    word: str
    trade: Trade
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Preference:
    """One condition of a wish, at [start, end) of the text.

    Attributes:
        kind: of data/wish_words.csv: night, rotating, day, overtime, weekend_off, travel, long_haul, ...;
            or a level: apprentice, foreman, supervisor, manager, director, lead, frontline.
        stance: wanted, accepted ('可以倒班') or unwanted.
    """

    kind: str
    stance: str
    start: int
    end: int


@dataclass(frozen=True)
class Wish:
    """Reading of one wish.

    Attributes:
        text: as given, cut to MAX_LENGTH.
        wanted: trades wanted, in order.
        unwanted: trades not wanted.
        past: trades of the past that are not said to be wanted again.
        preferences: conditions and levels.
        corrections: typing mistakes that were corrected.
        denied: [start, end) of the parts of the text that say what is not wanted.
    """

    text: str
    wanted_trades: tuple[WishedTrade, ...] = ()
    unwanted_trades: tuple[WishedTrade, ...] = ()
    past: tuple[WishedTrade, ...] = ()
    preferences: tuple[Preference, ...] = ()
    corrections: tuple[Homophone, ...] = ()
    denied_spans: tuple[tuple[int, int], ...] = ()

    @cached_property
    def wanted_codes(self) -> dict[str, float]:
        """Weight of each wanted occupation; they add up to 1."""
        return _codes(self.wanted_trades)

    @cached_property
    def unwanted_codes(self) -> dict[str, float]:
        """Weight of each occupation not wanted and not wanted elsewhere; they add up to 1 at most."""
        return {
            code: weight
            for code, weight in _codes(self.unwanted_trades).items()
            if code not in self.wanted_codes
        }

    @cached_property
    def affirmed_text(self) -> str:
        """The text, folded and corrected, without its denied parts."""
        characters = list(_corrected(fold(self.text), self.corrections))
        for start, end in self.denied_spans:
            characters[start:end] = " " * (end - start)
        return "".join(characters)

    def stance(self, kind: str) -> str | None:
        """Return the stance to a kind of preference; 'unwanted' if the wish says both, None if neither."""
        stances = {p.stance for p in self.preferences if p.kind == kind}
        return next((stance for stance in ("unwanted", "wanted", "accepted") if stance in stances), None)


def _codes(wished: tuple[WishedTrade, ...]) -> dict[str, float]:
    names = {item.trade.name: item.trade for item in wished}
    weights: dict[str, float] = {}
    for trade in names.values():
        for code, weight in trade.weights.items():
            weights[code] = weights.get(code, 0.0) + weight / len(names)
    return weights


def _corrected(plain: str, mistakes_in_text: tuple[Homophone, ...]) -> str:
    for correction in mistakes_in_text:
        plain = plain[: correction.start] + correction.word + plain[correction.end :]
    return plain


@cache
def preference_words() -> dict[str, tuple[str, ...]]:
    """Return the kinds of each word of data/wish_words.csv; '-' before a kind denies it, '~' accepts it."""
    with (DATA / "wish_words.csv").open(encoding="utf-8", newline="") as file:
        return {fold(row["word"]): tuple(row["kinds"].split("|")) for row in csv.DictReader(file)}


@cache
def _preference_pattern() -> re.Pattern[str]:
    words = sorted(preference_words(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def read_wish(text: str) -> Wish:
    """Read a wish. Any text is accepted; the time is linear in its length."""
    text = text[:MAX_LENGTH]
    joined_text, places = _join_words(fold(text))
    mistakes = tuple(corrections(joined_text))
    plain = _corrected(joined_text, mistakes)
    items = _items(plain)
    denied_spans = read_polarities(_mask(plain, items), items)
    trades = [_wished(item, places) for item in items if isinstance(item.value, Trade)]
    polarities = [item.polarity for item in items if isinstance(item.value, Trade)]
    by_polarity = {
        polarity: tuple(t for t, own in zip(trades, polarities, strict=True) if own == polarity)
        for polarity in ("wanted", "unwanted", "past")
    }
    unwanted_names = {t.trade.name for t in by_polarity["unwanted"]}
    return Wish(
        text=text,
        wanted_trades=tuple(t for t in by_polarity["wanted"] if t.trade.name not in unwanted_names),
        unwanted_trades=by_polarity["unwanted"],
        past=by_polarity["past"],
        preferences=tuple(_preferences(items, places)),
        corrections=tuple(
            replace(m, start=places[m.start], end=places[m.end - 1] + 1)
            for m in mistakes
            if places[m.end - 1] - places[m.start] == m.end - m.start - 1
        ),
        denied_spans=tuple(
            (places[start], places[end - 1] + 1) for start, end in denied_spans if end > start
        ),
    )


def _join_words(plain: str) -> tuple[str, list[int]]:
    """Return the text without spaces inside words ('焊 工'), and for each character its place before."""
    dropped_places: set[int] = set()
    for space in _SPACE.finditer(plain):
        before = re.search("[\u4e00-\u9fff]{1,4}$", plain[max(space.start() - 4, 0) : space.start()])
        after = re.match("[\u4e00-\u9fff]{1,4}", plain[space.end() : space.end() + 4])
        if before and after and _makes_up_a_word(before[0], after[0]):
            dropped_places.update(range(space.start(), space.end()))
    places = [at for at in range(len(plain)) if at not in dropped_places]
    return "".join(plain[at] for at in places), places


def _makes_up_a_word(before: str, after: str) -> bool:
    """Return whether characters on both sides make up a trade word that neither side has alone."""
    if len(before) > 1 and len(after) > 1:
        return False
    return any(
        before[len(before) - left :] + after[:right] in senses()
        for left in range(1, len(before) + 1)
        for right in range(1, len(after) + 1)
    )


def _items(plain: str) -> list[Item]:
    """Return the trades and preferences of a text in order, the longest at each place, without overlaps."""
    mistakes_in_text = [Item(w.start, w.end, w.trade, kind=w.kind, word=w.word) for w in find(plain)]
    for match in _preference_pattern().finditer(plain):
        mistakes_in_text.append(Item(match.start(), match.end(), preference_words()[match[0]], word=match[0]))
    mistakes_in_text.sort(key=lambda item: (item.start, -item.end))
    items: list[Item] = []
    for item in mistakes_in_text:
        if items and item.start < items[-1].end:
            if item.end - item.start > items[-1].end - items[-1].start:
                items[-1] = item
        elif not _CERTIFICATE.match(plain[item.end : item.end + 4]):
            items.append(item)
    return items


def _mask(plain: str, items: list[Item]) -> str:
    characters = list(plain)
    for item in items:
        mask = TRADE if isinstance(item.value, Trade) else PREFERENCE
        characters[item.start : item.end] = mask * (item.end - item.start)
    return "".join(characters)


def _wished(item: Item, places: list[int]) -> WishedTrade:
    assert isinstance(item.value, Trade)
    return WishedTrade(item.word, item.value, places[item.start], places[item.end - 1] + 1)


def _preferences(items: list[Item], places: list[int]) -> Iterator[Preference]:
    """Yield the preferences, and the levels that wanted trades name ('保安队长')."""
    known_stances: set[tuple[str, str]] = set()
    for item in items:
        for kind, stance in _kinds(item):
            if stance is not None and (kind, stance) not in known_stances:
                known_stances.add((kind, stance))
                yield Preference(kind, stance, places[item.start], places[item.end - 1] + 1)


def _kinds(item: Item) -> Iterator[tuple[str, str | None]]:
    if isinstance(item.value, Trade):
        if item.polarity == "wanted":
            stance = "accepted" if item.accepted else "wanted"
            for level, pattern in _LEVELS:
                if pattern.search(item.word):
                    yield level, stance if level == "apprentice" else "wanted"
                    return
        return
    for kind in item.value:
        if kind[0] in "-~":
            opposite = {"-": "unwanted", "~": "accepted"}[kind[0]]
            yield kind[1:], opposite if item.polarity != "past" else None
        else:
            yield kind, item.stance(kind)
