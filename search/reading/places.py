"""Places in a query: districts and towns of the served city, by full and by short name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from search.reading.shape import HAN

# Longest first: '街道办事处' before '街道'.
_SUFFIXES = ("街道办事处", "街道办", "街道", "自治县", "区", "市", "县", "镇", "乡")
# Ways to speak of the whole city or of its inner districts; the names are those of 江门.
_WHOLE_CITY = {"江门市": ("五邑", "侨都", "五邑地区", "全江门", "四邑", "江门全市", "江门地区", "江门五邑")}
_INNER_CITY = {"江门市": (("江门市区", "江门城区", "江门主城区", "市区"), ("蓬江区", "江海区"))}
_AROUND = re.compile(r"(?:附近|周边|周围|一带|旁边|近)")


@dataclass(frozen=True, slots=True)
class Place:
    """Region of the gazetteer: its GB/T 2260 code and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """Place at [start, end) of a text: its codes (a short name may be that of two towns) and its label."""

    start: int
    end: int
    codes: tuple[str, ...]
    label: str
    is_around: bool = False


@dataclass(frozen=True)
class Gazetteer:
    """Names of the served city, its districts and its towns.

    Args:
        places: the regions, upper ones first.
    """

    places: tuple[Place, ...] = ()
    names: Mapping[str, tuple[Place, ...]] = field(init=False, repr=False, compare=False)
    by_code: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, tuple[Place, ...]] = {}
        for place in self.places:
            for name in _names_of(place):
                names[name] = (*names.get(name, ()), place)
        codes = {place.name: place for place in self.places}
        for city, (words, districts) in _INNER_CITY.items():
            if city in codes:
                inner = tuple(codes[name] for name in districts if name in codes)
                names.update({word: inner for word in words if inner})
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "by_code", {place.code: place.name for place in self.places})

    def find(self, text: str, boundaries: Iterable[int]) -> Iterator[PlaceMention]:
        """Yield the places that a folded text names, in order; the longest name at each place counts.

        Args:
            text: folded query.
            boundaries: offsets between its words. A short name ('白沙') must start and end at one; a full name
                ('白沙街道') need not.
        """
        edges = set(boundaries)
        at = 0
        while at < len(text):
            end = self._longest(text, at, edges)
            if end is None:
                at += 1
                continue
            yield self._mention(text, at, end)
            at = end

    def _longest(self, text: str, at: int, edges: set[int]) -> int | None:
        for end in range(min(len(text), at + _LONGEST), at + 1, -1):
            places = self.names.get(text[at:end])
            if places and (
                any(text[at:end] == place.name for place in places) or (at in edges and end in edges)
            ):
                return end
        return None

    def _mention(self, text: str, start: int, end: int) -> PlaceMention:
        places = self.names[text[start:end]]
        around = _AROUND.match(text, end)
        start -= 1 if around and text[start - 1 : start] in {"离", "在"} else 0
        label = "、".join(
            name if len({place.name for place in places}) == len(places) else f"{self.above(place.code)}{name}"
            for place in places
            for name in (place.name,)
        )
        codes = tuple(place.code for place in places)
        return PlaceMention(start, around.end() if around else end, codes, label, around is not None)

    def above(self, code: str) -> str:
        """Return the name of the region above, "" if the gazetteer has none."""
        return self.by_code.get(self.code_above(code), "")

    @staticmethod
    def code_above(code: str) -> str:
        """Return the county's code for a town, the city's for a county, else ""."""
        return code[:6] if len(code) > 6 else code[:4] if len(code) > 4 else ""


_LONGEST = 9  # characters of a name


def _names_of(place: Place) -> Iterator[str]:
    yield place.name
    yield from _WHOLE_CITY.get(place.name, ())
    suffix = next((suffix for suffix in _SUFFIXES if place.name.endswith(suffix)), "")
    short = place.name.removesuffix(suffix)
    if suffix and len(short) > 1 and _is_han(short):
        yield short
        if suffix in {"街道", "镇"}:
            yield f"{short}{'街道办' if suffix == '街道' else '镇上'}"


@cache
def _han_pattern() -> re.Pattern[str]:
    return re.compile(rf"[{HAN}]+\Z")


def _is_han(text: str) -> bool:
    return bool(_han_pattern().match(text))
