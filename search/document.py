"""Searchable form of one record, the same for every engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from django.utils.html import strip_tags

from matching.tokens import tokenize
from portal.core.models import Region
from portal.core.region_codes import region_code_chain
from search.facets import FacetValues, Kind
from search.reading.criteria import Trait
from search.words import title_marks, work_form

EARTH_KM = 6371.0088
# Pages of the CMS share one number range: their keys are unique among all pages.
_NUMBERS = {
    Kind.POSITION: 0,
    Kind.FAIR: 1,
    Kind.EMPLOYER: 2,
    Kind.POLICY: 3,
    Kind.BASE: 3,
    Kind.NEWS: 3,
}


@dataclass(frozen=True, slots=True)
class Document:
    """Searchable form of one record.

    Attributes:
        facts: short names (occupation, place, employer), weighted between title and body.
        location: (latitude, longitude).
        listed_from: start of its public life; `listed_until`: exclusive end.
        facet_values: values by facet.
        traits: what a position states (search.position_traits).
        marks: words of the index beside those of the text, such as those of certificates.
    """

    kind: Kind
    object_id: int
    title: str
    facts: str
    body: str
    region: str
    location: tuple[float, float] | None  # latitude, longitude
    listed_from: datetime
    listed_until: datetime
    sort_at: datetime
    facet_values: FacetValues
    pay_from: int | None = None
    pay_to: int | None = None
    education_min: int | None = None
    certificates: frozenset[str] = frozenset()
    veterans_only: bool = False
    traits: frozenset[Trait] = frozenset()
    marks: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return number(self.kind, self.object_id)

    def title_words(self) -> list[str]:
        """Return the words of the title, with those of the index that say more (search.words)."""
        words = tokenize(self.title)
        return [*words, *map(work_form, words), *title_marks(self.title), *self.marks]

    def facts_words(self) -> list[str]:
        return self._other_words(self.facts)

    def body_words(self) -> list[str]:
        return self._other_words(self.body)

    def _other_words(self, text: str) -> list[str]:
        """Return the words of a text. A position names its work in the title, any other record anywhere."""
        words = tokenize(text)
        return words if self.kind == Kind.POSITION else [*words, *map(work_form, words)]


def number(kind: Kind, object_id: int) -> int:
    """Return the number of a record, unique over all kinds."""
    return object_id * 4 + _NUMBERS[kind]


def on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Return a place as a point of the unit sphere.

    The chord between two points grows with their distance along the surface, and needs only squares and sums.
    """
    up, east = radians(latitude), radians(longitude)
    return cos(up) * cos(east), cos(up) * sin(east), sin(up)


def km_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance along the surface in kilometres."""
    square = sum((a - b) ** 2 for a, b in zip(on_sphere(*one), on_sphere(*other), strict=True))
    return 2 * EARTH_KM * asin(min(sqrt(square) / 2, 1.0))


def places(codes: Iterable[str]) -> dict[str, str]:
    """Return the full name of each region code, '江门市 新会区 睦洲镇', so that a county finds its towns.

    One query.
    """
    requested = set(codes)
    above = {part for code in requested for part in region_code_chain(code)}
    names = dict(Region.objects.filter(code__in=above).values_list("code", "name"))
    return {
        code: " ".join(names[part] for part in region_code_chain(code)[1:] if part in names)
        for code in requested
    }


def to_milliseconds(moment: datetime) -> datetime:
    """Truncate to milliseconds, the precision of Elasticsearch, so that all engines sort alike."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def plain(html: str) -> str:
    """Return the text of rich text, with a space between elements."""
    return strip_tags(html.replace("<", " <"))
