"""A year of guessing against the real limits, with a simulated clock and counts in memory.

The attacker is the worst that was thought of: begins at midnight, knows every limit, holds addresses in as
many networks, asks for short codes as long as there are any before the first guess, and then guesses until
each address is refused. A guess is not drawn: its chance is added, so the sum is the expected number of
accounts. Those who have the right code come afterwards, when the attacker has used up what can be used up.
"""

import random
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


class _KeyCounts:
    """Counts of one key: of the month, of its latest day, and of the days before that one, oldest first."""

    __slots__ = ("day_sends", "day_wrong", "latest", "older", "sends", "wrong")

    def __init__(self, ordinal: int) -> None:
        self.latest = ordinal
        self.wrong = self.sends = self.day_wrong = self.day_sends = 0
        self.older: list[tuple[int, int, int]] | None = None  # (ordinal, wrong, sends)

    @property
    def oldest(self) -> int:
        return self.older[0][0] if self.older else self.latest

    def forget(self, ordinal: int) -> None:
        """Leave out what is older than a month on this day."""
        while self.older and self.older[0][0] <= ordinal - MONTH_DAYS:
            _, wrong, sends = self.older.pop(0)
            self.wrong -= wrong
            self.sends -= sends
        if self.latest <= ordinal - MONTH_DAYS:
            self.wrong = self.sends = self.day_wrong = self.day_sends = 0

    def begin(self, ordinal: int) -> None:
        """Make this the latest day."""
        if self.day_wrong or self.day_sends:
            self.older = self.older or []
            self.older.append((self.latest, self.day_wrong, self.day_sends))
        self.latest, self.day_wrong, self.day_sends = ordinal, 0, 0


class MemoryCounts:
    """Counts per key over a rolling month; the days must not go back."""

    def __init__(self) -> None:
        self.keys: dict[str, _KeyCounts] = {}
        self.last_sweep = 0  # day on which forgotten keys were left out

    def read(self, keys: Sequence[str], day: date) -> Mapping[str, Counts]:
        ordinal, counts = day.toordinal(), {}
        for key in keys:
            if (row := self.keys.get(key)) is None:
                continue
            if row.older is not None or row.latest != ordinal:
                row.forget(ordinal)
            if row.latest == ordinal:
                counts[key] = Counts(row.day_wrong, row.wrong, row.day_sends, row.sends)
            else:
                counts[key] = Counts(0, row.wrong, 0, row.sends)
        return counts

    def add(self, keys: Sequence[str], day: date, *, wrong: int = 0, sends: int = 0) -> None:
        ordinal = day.toordinal()
        if ordinal >= self.last_sweep + 10:
            self._sweep(ordinal)
        for key in keys:
            if (row := self.keys.get(key)) is None:
                row = self.keys[key] = _KeyCounts(ordinal)
            elif row.latest != ordinal:
                row.forget(ordinal)
                row.begin(ordinal)
            wrong_change = wrong if wrong >= -row.day_wrong else -row.day_wrong
            sends_change = sends if sends >= -row.day_sends else -row.day_sends
            row.day_wrong += wrong_change
            row.day_sends += sends_change
            row.wrong += wrong_change
            row.sends += sends_change

    def oldest_day(self, key: str) -> date:
        """Return the first day of the last month with a count of this key."""
        return date.fromordinal(self.keys[key].oldest)

    def _sweep(self, ordinal: int) -> None:
        """Leave out keys without a count in the last month: a year of them does not fit into memory."""
        self.last_sweep = ordinal
        self.keys = {key: row for key, row in self.keys.items() if row.latest > ordinal - MONTH_DAYS}


@dataclass
class Year:
    """Outcome of a year of one attack."""

    expected_openings: float = 0.0  # expected number of accounts
    days: int = 0
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
        """Leave an address that its month refuses alone until the month's oldest day is forgotten."""
        store = self.limiter.store
        assert isinstance(store, MemoryCounts)
        key = f"address attacker {address}"
        month = store.read([key], day).get(key, Counts())
        limit = NARROW_LIMITS["address"]
        if month.wrong_month >= limit.wrong_month or month.sends_month >= limit.sends_month:
            self.rests_until[address] = store.oldest_day(key) + timedelta(days=MONTH_DAYS)

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
        year.days += 1
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
