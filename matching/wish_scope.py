"""Scope of denial, wish and exception over the trades and preferences of a wish.

Each clause is read from left to right. A denial covers what follows it up to a word of wishing; a denial
that nothing follows covers what stands before ('保安不做').
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from matching.trades import Trade
from matching.wish_markers import PREFERENCE, TRADE, Marker, accepts_anything, excludes, markers

BURDENS = frozenset(
    [
        "night", "rotating", "overtime", "one_day_off", "alternate_weeks", "travel", "abroad",
        "long_haul", "short_haul", "at_sea", "height", "outdoors", "site", "heavy", "dirty",
        "standing", "drinking", "apprentice", "frontline", "part_time",
    ]
)  # fmt: skip
"""Preferences that people accept rather than want."""

_OFFERS = frozenset(
    [
        "day", "weekend_off", "board", "insurance", "commission", "near_home", "local", "day_pay",
        "stable", "training", "office", "indoors",
    ]
)  # fmt: skip
"""Preferences that a bare mention after a denial asks for: '不加班，双休'."""

_MARKS = ",，。！？!?；;:：()（）\n\r~…～"
_JOINTS = f"[{_MARKS} \t、/|&+.·和与或及跟{TRADE}{PREFERENCE}]"
_CLAUSE = re.compile(f"[^{_MARKS}]+|[{_MARKS}]+")
_STOP = re.compile("[。！？!?；;\n\r]")
_BARE = re.compile(f"(?:{_JOINTS}|[者等之类的岗位工作方面什么那种这些都是])*")
_VERB_ONLY = re.compile("[但可就都也实在真的现在已经所以]*")
_PARTICLES = re.compile("[了的啦咯喇呢啊吧哦呀嘛 ]*")
_PLURAL = re.compile("[都全均] *$")
_BEFORE_FIELD = re.compile(f"{_JOINTS}|[做搞干进去到在事行学当找开修跑管考想往入从要转是绍荐排卖]")
_AFTER_FIELD = re.compile(
    f"$|(?!{TRADE}){_JOINTS}|(?:公司|单位|企业|行业|厂|店)里?(?:$|(?!{TRADE}){_JOINTS}|[都也可工上的等])"
    "|方面|工作|岗位|相关|上班|[的类里都也可不没优等吧之就这那了]"
)
_FOR_SOMEBODY = frozenset("给帮替为跟陪")
_LEVELS = frozenset(["lead", "frontline", "foreman", "supervisor", "manager", "director"])
REST = 60
"""Characters after a clause that are searched for what '除了' means."""


@dataclass(eq=False)
class Item:
    """Trade or preference at [start, end) of a text.

    Attributes:
        value: the trade, or the kinds of the preference.
        kind: kind of the trade word.
        polarity: wanted, unwanted, past, lacking or neutral; excepted while an exception is open.
        explicit: whether a word of wishing or denial stands before it.
        accepted: whether the clause says that it would do ('夜班没问题').
    """

    start: int
    end: int
    value: Trade | tuple[str, ...]
    word: str
    kind: str = ""
    polarity: str = "wanted"
    explicit: bool = False
    accepted: bool = False

    def stance(self, kind: str) -> str | None:
        """Return the stance to a kind of preference."""
        if self.polarity == "unwanted":
            return "unwanted"
        if self.polarity != "wanted":
            return None
        return "accepted" if self.accepted and (kind in BURDENS or kind in {"day", "anything"}) else "wanted"

    def is_kind(self, kinds: frozenset[str]) -> bool:
        return not isinstance(self.value, Trade) and not kinds.isdisjoint(self.value)


@dataclass
class Sentence:
    """State of the reading of a sentence.

    Attributes:
        clauses: items of each clause, and whether it held names alone.
        denied_trades: whether the last clause ended under the denial of a trade, which a list may continue.
        excepted: whether it has an exception.
    """

    clauses: list[tuple[list[Item], bool]] = field(default_factory=list)
    denied_trades: bool = False
    excepted: bool = False


def read_polarities(masked_text: str, items: list[Item]) -> list[tuple[int, int]]:
    """Set the polarity of each item; return [start, end) of the parts of the text that deny, in order.

    Items of words that turn out to be no wish are taken out, and '什么都可以' is added as a preference.
    """
    items[:] = _counted_items(masked_text, items)
    denied_spans: list[tuple[int, int]] = []
    anything: list[Item] = []
    sentence, at = Sentence(), 0
    for match in _CLAUSE.finditer(masked_text):
        if match[0][0] in _MARKS:
            sentence = Sentence() if _STOP.search(match[0]) else sentence
            continue
        first = at
        while at < len(items) and items[at].start < match.end():
            at += 1
        rest = _STOP.split(masked_text[match.end() : match.end() + REST], maxsplit=1)[0]
        reader = ClauseReader(match.start(), match[0], items[first:at], rest, sentence)
        reader.read()
        denied_spans += reader.denied_spans
        if reader.takes_anything():
            anything.append(Item(match.start(), match.end(), ("anything",), "", accepted=True))
    items += anything
    return sorted(denied_spans)


def _counted_items(masked_text: str, items: list[Item]) -> Iterator[Item]:
    """Yield the items without fields in which nobody is said to work, and levels of somebody else."""
    dropped_end = -1
    for item in items:
        before, end = masked_text[max(item.start - 1, 0) : item.start], item.end
        if item.kind == "fields":
            fits = not before or _BEFORE_FIELD.match(before)
            if not fits or not _AFTER_FIELD.match(masked_text, end) or item.start == dropped_end:
                dropped_end = end
                continue
        elif item.is_kind(_LEVELS) and before and before in _FOR_SOMEBODY:
            continue
        yield item


def _says_what_to_do(item: Item) -> bool:
    """Return whether a word begins with a verb of its own: '做文职' continues no list of what is denied."""
    return item.word[0] in "做当开送跑搞"


class ClauseReader:
    """Reading of one clause, marker by marker.

    Args:
        start: place of the clause in the text.
        text: masked clause.
        items: trades and preferences of the clause.
        rest: text that follows in the sentence.
        sentence: what was read of the sentence; it is continued.
    """

    def __init__(self, start: int, text: str, items: list[Item], rest: str, sentence: Sentence) -> None:
        self.start, self.text, self.items, self.rest, self.sentence = start, text, items, rest, sentence
        self.denied_spans: list[tuple[int, int]] = []
        self.mode = "wanted"
        self.explicit = False
        self.accepting = False
        self.open_marker: Marker | None = None  # marker whose object has not come yet
        self.scope_start = 0  # of the denial or exception that is open
        self.recent: list[Item] = []  # items since the last word of wishing or denial

    def read(self) -> None:
        own_markers = markers(self.text)
        bare = bool(self.items) and not own_markers and _BARE.fullmatch(self.text) is not None
        if bare and self.sentence.denied_trades and not any(map(_says_what_to_do, self.items)):
            self._leave_open()
            self.sentence.clauses.append((self.items, True))
            return
        events = [(m.start, 0, m) for m in own_markers]
        events_in_order: list[tuple[int, int, Item | Marker]] = sorted(
            [*events, *((item.start - self.start, 1, item) for item in self.items)], key=lambda e: e[:2]
        )
        end = 0
        for at, _, event in events_in_order:
            self._pass_space(end, at)
            if isinstance(event, Item):
                self._read_item(event, self.text[end:at])
                end = event.end - self.start
            else:
                getattr(self, f"_read_{event.kind}")(event)
                end = event.end
        self._finish()
        self.sentence.clauses.append((self.items, bare))

    def _leave_open(self) -> None:
        """Leave a bare list after a denial open: '不做保安，保洁' may mean either. Offers are asked for."""
        for item in self.items:
            if not item.is_kind(_OFFERS):
                item.polarity = "neutral"
                self.denied_spans.append((item.start, item.end))

    def _pass_space(self, start: int, end: int) -> None:
        """End a denial at a space after its object: '不做保安 司机' may mean either."""
        if self.mode == "unwanted" and self.open_marker is None and " " in self.text[start:end]:
            self._close_scope(start)
            self.mode = "neutral"

    def _read_item(self, item: Item, between: str) -> None:
        item.explicit = self.explicit
        item.polarity = self.mode
        item.accepted = self.accepting
        if self.mode in {"unwanted", "condition"}:
            self._deny_item(item, between)
        self.open_marker = None
        self.recent.append(item)

    def _deny_item(self, item: Item, between: str) -> None:
        """Set the polarity of an item under a denial.

        In '没有夜班的保安' and '不做夜班保安' the trade is not what is denied.
        """
        last = self.recent[-1] if self.recent else None
        qualified = (
            isinstance(item.value, Trade)
            and last is not None
            and not isinstance(last.value, Trade)
            and last.polarity == "unwanted"
            and between in {"", "的"}
        )
        if qualified or (self.mode == "condition" and isinstance(item.value, Trade)):
            item.polarity = "wanted" if between == "的" or self.mode == "condition" else "neutral"
            self._close_scope(item.start - self.start)
            self.mode = "wanted" if item.polarity == "wanted" else "neutral"
        elif self.mode == "condition" and item.is_kind(_OFFERS):
            item.polarity = "neutral"
        else:
            item.polarity = "unwanted"

    # --- markers --------------------------------------------------------------------------------------------
    def _turn(self, mode: str, marker: Marker, *, explicit: bool = True) -> None:
        """Begin another mode at a marker."""
        if self.open_marker is not None and self.mode == "unwanted":
            self._deny_before(marker.start)
        self._close_scope(marker.start)
        self.mode, self.explicit, self.open_marker = mode, explicit, None
        self.scope_start = marker.start
        self.recent = []

    def _read_want(self, marker: Marker) -> None:
        self._settle_exception(self.text[marker.start :] + self.rest)
        self._turn("wanted", marker)

    _read_rather = _read_want

    def _read_double(self, marker: Marker) -> None:
        self._turn("neutral", marker)

    def _read_accept(self, marker: Marker) -> None:
        self._settle_exception(self.text[marker.start :] + self.rest)
        if not (self.mode == "unwanted" and self.open_marker is None):
            for item in self.recent:
                item.accepted = True
        self._turn("wanted", marker)
        self.accepting = True

    def _read_learn(self, marker: Marker) -> None:
        if self.mode == "unwanted":
            return
        last = self.sentence.clauses[-1][0] if self.sentence.clauses else []
        for item in [*last, *self.items]:
            if item.polarity == "lacking":
                item.polarity = "wanted"
        self._turn("wanted", marker)

    def _read_deny(self, marker: Marker) -> None:
        if self.open_marker is not None and self.mode == "unwanted":
            return
        before = self.recent
        self._turn("unwanted", marker)
        self.open_marker, self.recent = marker, before

    def _read_deny_condition(self, marker: Marker) -> None:
        self._turn("condition", marker)

    def _read_instead(self, marker: Marker) -> None:
        unwanted = self.text[marker.start : marker.end] == "与其"
        self._turn("unwanted" if unwanted else "neutral", marker)

    def _read_after(self, marker: Marker) -> None:
        if self.recent:
            self._deny_items(self.recent, marker.end)
            self._turn("wanted", marker, explicit=False)

    def _read_past(self, marker: Marker) -> None:
        self._open("past", marker)

    def _read_lack(self, marker: Marker) -> None:
        self._open("lacking", marker)

    def _open(self, mode: str, marker: Marker) -> None:
        if self.mode != "unwanted":
            before = self.recent
            self._turn(mode, marker)
            self.open_marker, self.recent = marker, before

    def _read_except(self, marker: Marker) -> None:
        self._turn("excepted", marker)
        self.sentence.excepted = True

    def _read_outside(self, marker: Marker) -> None:
        if self.mode != "excepted":
            for item in self.recent:
                item.polarity = "excepted"
            self.sentence.excepted = self.sentence.excepted or bool(self.recent)
        self._settle_exception(self.text[marker.end :] + self.rest)
        self._turn("wanted", marker, explicit=False)

    # --- ends -----------------------------------------------------------------------------------------------
    def _settle_exception(self, following: str) -> None:
        excepted = [item for item in self.items if item.polarity == "excepted"]
        if not excepted:
            return
        unwanted = excludes(following)
        for item in excepted:
            item.polarity = "unwanted" if unwanted else "wanted"
        if unwanted:
            self.denied_spans.append(
                (min(self.start + self.scope_start, excepted[0].start), excepted[-1].end)
            )
        self.mode = "wanted"

    def _close_scope(self, end: int) -> None:
        if self.mode in {"unwanted", "condition"} and self.open_marker is None:
            self.denied_spans.append((self.start + self.scope_start, self.start + end))

    def _deny_items(self, items: list[Item], end: int) -> None:
        """Deny items that stand before their denial, which ends at `end` of the clause."""
        for item in items:
            item.polarity = "unwanted"
            self.denied_spans.append((item.start, item.end))
        if items and items[0].start >= self.start:
            self.denied_spans.append((items[0].start, self.start + end))

    def _deny_before(self, end: int) -> None:
        """Apply a denial without an object to what stands before it, if nothing else follows it."""
        marker = self.open_marker
        if marker is None or _PARTICLES.fullmatch(self.text[marker.end : end]) is None:
            return
        head = self.text[: marker.start]
        if self.recent:
            targets = list(self.recent)
        elif not self.items and _VERB_ONLY.fullmatch(head):
            targets = [i for i in self._last_items() if i.polarity == "past" or not i.explicit]
        else:
            return
        if _PLURAL.search(head) or _PLURAL.search(self.text[marker.start : marker.end]):
            for clause_items, bare in reversed(self.sentence.clauses):
                if not bare:
                    break
                targets += clause_items
        self._deny_items(targets, marker.end)

    def _last_items(self) -> list[Item]:
        return self.sentence.clauses[-1][0] if self.sentence.clauses else []

    def _finish(self) -> None:
        end = len(self.text)
        under_denial = self.mode == "unwanted" and self.open_marker is None and bool(self.recent)
        if self.open_marker is not None:
            if self.mode == "unwanted":
                self._deny_before(end)
            else:
                for item in self.recent:
                    if item.polarity == "wanted" and not item.explicit:
                        item.polarity = self.mode
        self._settle_exception(self.rest)
        self._close_scope(end)
        self.sentence.denied_trades = under_denial and isinstance(self.recent[-1].value, Trade)
        shifts = frozenset({"night", "rotating"})
        if not any(item.accepted and item.is_kind(shifts) for item in self.items):
            for item in self.items:
                item.accepted = item.accepted and not item.is_kind(frozenset({"day"}))

    def takes_anything(self) -> bool:
        """Return whether the clause says that any work will do."""
        if accepts_anything(self.text):
            return not any(item.polarity == "unwanted" and item.explicit for item in self.items) or (
                self.sentence.excepted
            )
        wanted_items = [item for item in self.items if item.polarity == "wanted"]
        return self.sentence.excepted and self.accepting and not wanted_items
