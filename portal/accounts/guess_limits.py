"""Limits on guessing codes, passwords and second factors; pure rules over counts that a store keeps.

Counted is what nobody has proved yet: wrong tries, and codes that were sent but not entered. A right answer
takes the counts of its own try back. A browser that has signed in with a phone before has a budget of its own
with this phone, so that strangers cannot use it up; all other browsers share those of the phone, of their
address and of their network. The total of a day closes no door, since closing it would be the attack: it
makes codes longer and gives fewer tries for each. `tests/accounts/test_guessing_year.py` runs a year of
attacks against these rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Protocol

MONTH_DAYS = 30
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Limit:
    """Largest counts that still allow one more, of today and of the last MONTH_DAYS days."""

    wrong_day: int
    wrong_month: int
    sends_day: int
    sends_month: int


# 'known': one phone in a browser that has signed in with it. The others count all other browsers together:
# one phone from one address ('pair'), so that no single address uses up a phone's tries; one phone from
# anywhere; one address; one network.
LIMITS: dict[str, Limit] = {
    "known": Limit(wrong_day=20, wrong_month=100, sends_day=10, sends_month=100),
    "pair": Limit(wrong_day=5, wrong_month=20, sends_day=4, sends_month=20),
    "phone": Limit(wrong_day=10, wrong_month=60, sends_day=6, sends_month=60),
    "address": Limit(wrong_day=20, wrong_month=60, sends_day=40, sends_month=200),
    "network": Limit(wrong_day=80, wrong_month=400, sends_day=200, sends_month=1_000),
}
# While many addresses guess at once, each gets less.
NARROW_LIMITS: dict[str, Limit] = LIMITS | {
    "address": Limit(wrong_day=3, wrong_month=20, sends_day=2, sends_month=20),
    "network": Limit(wrong_day=15, wrong_month=200, sends_day=10, sends_month=200),
}


class Alarm(IntEnum):
    """Level of alarm that the total of a day raises."""

    CALM = 0
    LONG_CODES = 1  # eight digits; a code of six digits is good for one try
    NARROW = 2  # every code is good for one try; addresses and networks get less


# Wrong tries and unproved codes of one day, in total, from which an alarm is in force.
ALARM_WRONG = {Alarm.LONG_CODES: 100, Alarm.NARROW: 2_000}
ALARM_SENDS = {Alarm.LONG_CODES: 300, Alarm.NARROW: 4_000}
DIGITS = {Alarm.CALM: 6, Alarm.LONG_CODES: 8, Alarm.NARROW: 8}
SHORT_DIGITS = DIGITS[Alarm.CALM]
TRIES = 5  # of one code, in calm times or in a known browser
TRIES_OF_LONG_CODE = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """Wrong tries and codes sent that are not proved: today, and in the last MONTH_DAYS days."""

    wrong_day: int = 0
    wrong_month: int = 0
    sends_day: int = 0
    sends_month: int = 0


NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Caller:
    """The asking browser, as keys of the counts.

    Attributes:
        own: one phone in one browser.
        pair: one phone from one address.
        is_known: whether this browser has signed in with this phone before.
    """

    own: str
    pair: str
    phone: str
    address: str
    network: str
    is_known: bool = False

    @property
    def scopes(self) -> dict[str, str]:
        """Scope -> key, for the limits that hold for this caller."""
        if self.is_known:
            return {"known": self.own}
        return {
            "pair": self.pair,
            "phone": self.phone,
            "address": self.address,
            "network": self.network,
        }

    @property
    def counted_keys(self) -> list[str]:
        """Keys under which this caller's tries are counted; a known browser's are no sign of an attack."""
        if self.is_known:
            return [self.own]
        return [self.pair, self.phone, self.address, self.network, TOTAL]


class CountStore(Protocol):
    """Store of the counts: the database, or memory in a simulation."""

    def read(self, keys: Sequence[str], day: date) -> Mapping[str, Counts]: ...

    def add(self, keys: Sequence[str], day: date, *, wrong: int = 0, sends: int = 0) -> None:
        """Add to the counts of a day; negative numbers take back, down to zero."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Tries and codes that the limits allow a caller at this moment."""

    is_known: bool
    counts: tuple[tuple[str, Counts], ...]  # (scope, its counts)
    alarm: Alarm

    @property
    def try_refusal(self) -> str | None:
        """Scope whose limit refuses another try, None when it may be made."""
        limits = NARROW_LIMITS if self.alarm == Alarm.NARROW else LIMITS
        for scope, count in self.counts:
            limit = limits[scope]
            if count.wrong_day >= limit.wrong_day or count.wrong_month >= limit.wrong_month:
                return scope
        return None

    @property
    def send_refusal(self) -> str | None:
        """Scope whose limit refuses another code, None when it may be sent."""
        limits = NARROW_LIMITS if self.alarm == Alarm.NARROW else LIMITS
        for scope, count in self.counts:
            limit = limits[scope]
            if count.sends_day >= limit.sends_day or count.sends_month >= limit.sends_month:
                return scope
        return self.try_refusal

    @property
    def code_digits(self) -> int:
        """Number of digits of this caller's next code."""
        return SHORT_DIGITS if self.is_known else DIGITS[self.alarm]

    def code_tries(self, digits: int) -> int:
        """Return for how many tries a code of so many digits is good now."""
        if self.is_known or self.alarm == Alarm.CALM:
            return TRIES
        return 1 if digits == SHORT_DIGITS or self.alarm == Alarm.NARROW else TRIES_OF_LONG_CODE


class GuessLimiter:
    """The rules, over a store."""

    def __init__(self, store: CountStore) -> None:
        self.store = store

    def allowance(self, caller: Caller, day: date) -> Allowance:
        """Return what the limits allow this caller now."""
        scopes = caller.scopes
        counts = self.store.read([*scopes.values(), TOTAL], day)
        total = counts.get(TOTAL, NOTHING)
        alarm = Alarm.CALM
        for level in (Alarm.LONG_CODES, Alarm.NARROW):
            if total.wrong_day >= ALARM_WRONG[level] or total.sends_day >= ALARM_SENDS[level]:
                alarm = level
        by_scope = tuple((scope, counts.get(key, NOTHING)) for scope, key in scopes.items())
        return Allowance(caller.is_known, by_scope, alarm)

    def count_send(self, caller: Caller, day: date) -> None:
        self.store.add(caller.counted_keys, day, sends=1)

    def count_wrong(self, caller: Caller, day: date) -> None:
        self.store.add(caller.counted_keys, day, wrong=1)

    def forgive(self, caller: Caller, day: date, *, wrong: int = 0, sends: int = 0) -> None:
        """Take back what was counted for a caller who has now proved right."""
        if wrong or sends:
            self.store.add(caller.counted_keys, day, wrong=-wrong, sends=-sends)
