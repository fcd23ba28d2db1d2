"""Conditions that a query states about positions: traits that are wanted or not, pay, schooling, places."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum


class Trait(StrEnum):
    """Property that a position states in a field or in its text.

    The index stores one bit for each in this order: new ones go to the end, at most 63.
    """

    DAY_SHIFT = "day_shift"
    NIGHT_SHIFT = "night_shift"
    ROTATING_SHIFT = "rotating_shift"
    THREE_SHIFTS = "three_shifts"
    FLEXIBLE_HOURS = "flexible_hours"
    MORNING = "morning"
    EVENING = "evening"
    ONE_ON_ONE_OFF = "one_on_one_off"
    ONE_ON_TWO_OFF = "one_on_two_off"
    WEEKEND_OFF = "weekend_off"
    FEWER_DAYS_OFF = "fewer_days_off"
    OVERTIME = "overtime"
    NO_OVERTIME = "no_overtime"
    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    INTERNSHIP = "internship"
    PUBLIC_WELFARE = "public_welfare"
    TEMPORARY = "temporary"
    WEEKEND_WORK = "weekend_work"
    DAILY_PAY = "daily_pay"
    WEEKLY_PAY = "weekly_pay"
    PIECE_PAY = "piece_pay"
    COMMISSION = "commission"
    COMMISSION_ONLY = "commission_only"
    BOARD = "board"
    LODGING = "lodging"
    INSURANCE = "insurance"
    HOUSING_FUND = "housing_fund"
    TRANSPORT = "transport"
    TRAVEL = "travel"
    LONG_HAUL = "long_haul"
    LOCAL = "local"
    NO_OFFICE_HOURS = "no_office_hours"
    OFFICE_HOURS = "office_hours"
    AGENCY = "agency"
    DIRECT = "direct"
    FEE = "fee"
    NO_FEE = "no_fee"
    DRINKING = "drinking"
    SALES = "sales"
    HEAVY = "heavy"
    FACTORY = "factory"
    ONE_YEAR = "one_year"  # years of experience that are required: at least one, two, three, five
    TWO_YEARS = "two_years"
    THREE_YEARS = "three_years"
    FIVE_YEARS = "five_years"
    BEGINNERS = "beginners"
    CERTIFICATE = "certificate"  # any certificate is required
    VETERANS = "veterans"
    VETERANS_ONLY = "veterans_only"
    MILITARY_FAMILY = "military_family"
    DISABILITY = "disability"
    UP_TO_40 = "up_to_40"  # a highest age is stated, and it is not more than this
    UP_TO_45 = "up_to_45"
    UP_TO_50 = "up_to_50"
    UP_TO_55 = "up_to_55"
    URGENT = "urgent"
    NO_NIGHT_SHIFT = "no_night_shift"
    LIGHT = "light"


TRAIT_BITS: dict[Trait, int] = {trait: 1 << place for place, trait in enumerate(Trait)}


def trait_mask(traits: Iterable[Trait]) -> int:
    """Return the bits of these traits."""
    return sum(TRAIT_BITS[trait] for trait in set(traits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Conditions of a query. They apply to positions; `regions` to every kind with a place of its own.

    Attributes:
        pay_at_least, pay_at_most: yuan per month, both inclusive; the range of a position must overlap.
        regions: GB/T 2260 codes; the place is in or below any of them.
        better_regions: codes that only move a hit forward.
        education_at_most, education_at_least: limits of the level that a position requires, 0 to 4.
        any_traits: sets of which a position must have one trait each.
        without_traits: traits that no hit has.
        better_traits: sets that only move a position forward, one step for each set that is met.
        without_certificates: codes of certificates that no hit requires.
    """

    pay_at_least: int | None = None
    pay_at_most: int | None = None
    regions: tuple[str, ...] = ()
    better_regions: tuple[str, ...] = ()
    education_at_most: int | None = None
    education_at_least: int | None = None
    any_traits: tuple[frozenset[Trait], ...] = ()
    without_traits: frozenset[Trait] = frozenset()
    better_traits: tuple[frozenset[Trait], ...] = ()
    without_certificates: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self != Criteria()

    def __and__(self, other: "Criteria") -> "Criteria":
        """Return the conditions of both; the narrower limit counts, and later places replace earlier ones."""
        return Criteria(
            pay_at_least=_limit(max, self.pay_at_least, other.pay_at_least),
            pay_at_most=_limit(min, self.pay_at_most, other.pay_at_most),
            regions=_narrower(self.regions, other.regions),
            better_regions=tuple(dict.fromkeys((*self.better_regions, *other.better_regions))),
            education_at_most=_limit(min, self.education_at_most, other.education_at_most),
            education_at_least=_limit(max, self.education_at_least, other.education_at_least),
            any_traits=tuple(dict.fromkeys((*self.any_traits, *other.any_traits))),
            without_traits=self.without_traits | other.without_traits,
            better_traits=tuple(dict.fromkeys((*self.better_traits, *other.better_traits))),
            without_certificates=self.without_certificates | other.without_certificates,
        )

    @property
    def has_wishes(self) -> bool:
        """True if any condition only moves hits forward."""
        return bool(self.better_traits or self.better_regions)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the conditions that are set."""
        empty = Criteria()
        return tuple(
            part.name for part in fields(self) if getattr(self, part.name) != getattr(empty, part.name)
        )


def _limit(choose: type | object, one: int | None, other: int | None) -> int | None:
    values = [value for value in (one, other) if value is not None]
    return choose(values) if values else None  # type: ignore[operator]


def _narrower(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the places within both, '新会' and '会城' being 会城; two separate places are alternatives."""
    if not one or not other:
        return one or other
    inner = [code for code in other if code.startswith(one)]
    inner += [code for code in one if code.startswith(other)]
    return tuple(dict.fromkeys(inner or (*one, *other)))
