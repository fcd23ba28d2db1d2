"""A year of guessing against the real limits, with a simulated clock and counts in memory.

The attacker is the worst that was thought of: begins at midnight, knows every limit, holds addresses in as
many networks, asks for short codes as long as there are any before the first guess, and then guesses until
each address is refused. A guess is not drawn: its chance is added, so the sum is the expected number of
accounts. Those who have the right code come afterwards, when the attacker has used up what can be used up.
"""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.accounts.guess_limits import MONTH_DAYS, NARROW_LIMITS, Caller, Counts, GuessLimiter

PHONES = 97_092
DAYS = 365
FIRST_DAY = date(2026, 1, 1)
PEOPLE_A_DAY = 500
KNOWN_SHARE = 0.7  # of sign-ins from a browser that was used before
STAFF_KNOWN_SHARE = 0.995  # a staff member's own computer; a new one about once a year
SHARED_ADDRESS = {1: 0.001, 10_000: 0.01}  # of people whose address is one of the attacker's
FORGOTTEN_SHARE = 0.05  # of codes that people ask for and never enter
MISTYPED_SHARE = 0.03  # of sign-ins with one wrong try first; not counted as first tries
TOTP_CHANCE = 3e-6  # the code of this half minute, the one before and the one after


class MemoryCounts:
    """Counts per key over a rolling month; the days must not go back."""

    def __init__(self) -> None:
        self.days: dict[str, deque[list[int]]] = {}  # [ordinal, wrong, sends]
        self.sums: dict[str, list[int]] = {}

    def _forget(self, key: str, ordinal: int) -> None:
        days, sums = self.days[key], self.sums[key]
        while days and days[0][0] <= ordinal - MONTH_DAYS:
            _, wrong, sends = days.popleft()
            sums[0] -= wrong
            sums[1] -= sends

    def read(self, keys: Sequence[str], day: date) -> Mapping[str, Counts]:
        ordinal, counts = day.toordinal(), {}
        for key in keys:
            days = self.days.get(key)
            if not days:
                continue
            if days[0][0] <= ordinal - MONTH_DAYS:
                self._forget(key, ordinal)
            wrong = sends = 0
            if days and days[-1][0] == ordinal:
                _, wrong, sends = days[-1]
            counts[key] = Counts(wrong, self.sums[key][0], sends, self.sums[key][1])
        return counts

    def add(self, keys: Sequence[str], day: date, *, wrong: int = 0, sends: int = 0) -> None:
        ordinal = day.toordinal()
        for key in keys:
            days = self.days.setdefault(key, deque())
            sums = self.sums.setdefault(key, [0, 0])
            if not days or days[-1][0] != ordinal:
                days.append([ordinal, 0, 0])
            today = days[-1]
            wrong_change, sends_change = max(wrong, -today[1]), max(sends, -today[2])
            today[1] += wrong_change
            today[2] += sends_change
            sums[0] += wrong_change
            sums[1] += sends_change


@dataclass
class Year:
    """Outcome of a year of one attack."""

    expected_openings: float = 0.0  # expected number of accounts
    guesses: int = 0
    short_guesses: int = 0  # at codes of six digits
    sends: int = 0
    known_browsers: list[int] = field(default_factory=lambda: [0, 0])  # first tries, of them let in
    new_browsers: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def first_tries(self) -> int:
        return self.known_browsers[0] + self.new_browsers[0]

    @property
    def let_in(self) -> float:
        return (self.known_browsers[1] + self.new_browsers[1]) / self.first_tries

    @property
    def new_let_in(self) -> float:
        return self.new_browsers[1] / self.new_browsers[0] if self.new_browsers[0] else 1.0


def caller(phone: int, address: str, *, browser: str, is_known: bool = False) -> Caller:
    return Caller(
        own=f"{phone}/{browser}",
        pair=f"{phone} from {address}",
        phone=f"phone {phone}",
        address=f"address {address}",
        network=f"network {address}",
        is_known=is_known,
    )


class Attack:
    """A sweep over all phones, by so many addresses, each in a network of its own."""

    def __init__(self, limiter: GuessLimiter, addresses: int, year: Year) -> None:
        self.limiter, self.addresses, self.year = limiter, addresses, year
        self.next_phone = 0
        self.rests_until: dict[int, date] = {}  # address -> day before which it would only be refused

    def _rest(self, address: int, day: date) -> None:
        """Leave an address that its month refuses alone until the month's oldest day is is_forgotten."""
        store = self.limiter.store
        assert isinstance(store, MemoryCounts)
        key = f"address attacker {address}"
        month = store.read([key], day).get(key, Counts())
        limit = NARROW_LIMITS["address"]
        if month.wrong_month >= limit.wrong_month or month.sends_month >= limit.sends_month:
            self.rests_until[address] = date.fromordinal(store.days[key][0][0] + MONTH_DAYS)

    def _next(self, address: int) -> Caller:
        self.next_phone = (self.next_phone + 1) % PHONES
        return caller(self.next_phone, f"attacker {address}", browser="new")

    def _ask(self, who: Caller, day: date) -> int | None:
        """Ask for a code; return its digits, None when refused."""
        allowance = self.limiter.allowance(who, day)
        if allowance.send_refusal is not None:
            return None
        self.limiter.count_send(who, day)
        self.year.sends += 1
        return allowance.code_digits

    def _guess(self, who: Caller, day: date, digits: int) -> None:
        """Guess as often as this code may be tries."""
        tries, allowance = 0, self.limiter.allowance(who, day)
        while allowance.try_refusal is None and tries < allowance.code_tries(digits):
            self.limiter.count_wrong(who, day)
            self.year.expected_openings += 10.0**-digits
            self.year.guesses += 1
            self.year.short_guesses += digits == 6
            tries += 1
            if allowance.code_tries(digits) > 1:
                allowance = self.limiter.allowance(who, day)

    def run(self, day: date) -> None:
        short_codes = []
        for address in range(self.addresses):
            while (digits := self._ask(who := self._next(address), day)) == 6:
                short_codes.append(who)
            if digits is not None:
                break
        for who in short_codes:
            self._guess(who, day, 6)
        for address in range(self.addresses):
            if self.rests_until.get(address, day) > day:
                continue
            while (digits := self._ask(who := self._next(address), day)) is not None:
                self._guess(who, day, digits)
            self._rest(address, day)


class StaffAttack(Attack):
    """One staff member whose password is known: what is left to guess is the second factor."""

    def run(self, day: date) -> None:
        for address in range(self.addresses):
            who = caller(0, f"attacker {address}", browser="new")
            while (refusal := self.limiter.allowance(who, day).try_refusal) is None:
                self.limiter.count_wrong(who, day)
                self.year.expected_openings += TOTP_CHANCE
                self.year.guesses += 1
            if refusal == "phone":
                break


def sign_in_rightly(limiter: GuessLimiter, day: date, who: Caller, year: Year, chance: random.Random) -> None:
    """Ask for a code and enter it; a refusal at either step is a first try that failed."""
    results = year.known_browsers if who.is_known else year.new_browsers
    is_forgotten, is_mistyped = chance.random() < FORGOTTEN_SHARE, chance.random() < MISTYPED_SHARE
    allowance = limiter.allowance(who, day)
    is_in = allowance.send_refusal is None
    if is_in:
        digits = allowance.code_digits
        limiter.count_send(who, day)
        if is_forgotten:
            return
        allowance = limiter.allowance(who, day)
        is_in = allowance.try_refusal is None and allowance.code_tries(digits) > 0
        if is_in and is_mistyped and allowance.code_tries(digits) > 1:
            limiter.count_wrong(who, day)
            limiter.forgive(who, day, wrong=1, sends=1)
            return
        if is_in:
            limiter.forgive(who, day, sends=1)
    results[0] += 1
    results[1] += is_in


def run_year(*, addresses: int, staff: bool, days: int = DAYS, seed: int = 15) -> Year:
    """Return what an attack comes to.

    Args:
        addresses: of the attacker.
        staff: one staff member instead of the sweep over all phones.
        days: how long; the counts below are per day.
    """
    chance, year = random.Random(seed), Year()
    limiter = GuessLimiter(MemoryCounts())
    attack = (StaffAttack if staff else Attack)(limiter, addresses, year)
    shared_share = SHARED_ADDRESS.get(addresses, 0.01)
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        attack.run(day)
        for _ in range(20 if staff else PEOPLE_A_DAY):
            phone = 0 if staff else chance.randrange(PHONES)
            is_known = chance.random() < (STAFF_KNOWN_SHARE if staff else KNOWN_SHARE)
            address = (
                f"attacker {chance.randrange(addresses)}"
                if chance.random() < shared_share
                else f"home {chance.randrange(60_000)}"
            )
            browser = "own" if is_known else f"new {number} {chance.random()}"
            sign_in_rightly(
                limiter, day, caller(phone, address, browser=browser, is_known=is_known), year, chance
            )
    return year
