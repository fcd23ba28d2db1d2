"""Booths, registrations and check-ins of the fairs."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from cms.models import FairMode, JobFairPage
from portal.accounts.models import User
from portal.demo.loading.bulk_insert import insert
from portal.demo.scale import Scale
from portal.employers.models import Employer
from portal.fairs.enums import BoothState, VisitorKind
from portal.fairs.models import Booth, CheckIn, Registration
from portal.positions.models import Position


def load_booths(
    fairs: Sequence[JobFairPage], positions_of: dict[int, list[int]], rng: random.Random
) -> dict[int, list[Booth]]:
    """Spread the employers over the fairs, each employer at one fair at least.

    Args:
        positions_of: employer -> its positions, as primary keys.

    Returns:
        Fair (primary key) -> its booths.
    """
    employers = sorted(positions_of)
    rng.shuffle(employers)
    per_fair = max(8, round(1.08 * len(employers) / len(fairs)))
    booths: list[Booth] = []
    booth_positions: list[tuple[Booth, list[int]]] = []
    start = 0
    for fair in fairs:
        size = min(len(employers), rng.randint(round(per_fair * 0.7), round(per_fair * 1.3)))
        fair_employers = [employers[(start + i) % len(employers)] for i in range(size)]
        start += size
        for i, employer_id in enumerate(fair_employers):
            booth = Booth(
                fair=fair,
                employer_id=employer_id,
                number=f"{'ABCDEFGH'[i // 40 % 8]}{i % 40 + 1:02d}",
                state=BoothState.CONFIRMED,
            )
            booths.append(booth)
            booth_positions.append((booth, positions_of[employer_id]))
    insert(Booth, booths, total=len(booths), label="booths")
    through = Booth.positions.through
    links = [
        through(booth_id=booth.pk, position_id=position_id)
        for booth, position_ids in booth_positions
        for position_id in position_ids
    ]
    insert(through, links, total=len(links), label="booth positions")
    by_fair: dict[int, list[Booth]] = {}
    for booth in booths:
        by_fair.setdefault(booth.fair_id, []).append(booth)
    return by_fair


def load_registrations(
    fairs: Sequence[JobFairPage],
    veterans: Sequence[int],
    by: User,
    rng: random.Random,
    scale: Scale,
) -> dict[int, list[Registration]]:
    """Register people for the fairs and check in five of six at the fairs that have begun.

    `scale.participants` is the number of check-ins of all fairs.

    Returns:
        Fair (primary key) -> registrations with a check-in.
    """
    now = timezone.now()
    past_fairs = [fair for fair in fairs if fair.starts_at <= now]
    upcoming_fairs = [fair for fair in fairs if fair.starts_at > now and fair.registration_opens_at <= now]
    shares = _split(scale.participants, len(past_fairs), rng)
    rows: list[Registration] = []
    entries: list[tuple[Registration, datetime]] = []
    for fair, visitors in zip(past_fairs, shares, strict=True):
        people = rng.sample(veterans, min(len(veterans), round(visitors * 1.2)))
        for number, veteran_id in enumerate(people, start=1):
            registration = Registration(fair=fair, veteran_id=veteran_id, number=number)
            rows.append(registration)
            if number <= visitors:
                span = (min(fair.ends_at, now) - fair.starts_at).total_seconds()
                entries.append((registration, fair.starts_at + timedelta(seconds=rng.uniform(0, span))))
    for fair in upcoming_fairs:
        people = rng.sample(veterans, min(len(veterans), fair.capacity // 3, max(20, scale.accounts // 40)))
        rows += [
            Registration(fair=fair, veteran_id=veteran_id, number=n)
            for n, veteran_id in enumerate(people, start=1)
        ]
    insert(Registration, rows, total=len(rows), label="registrations")
    check_ins = [
        CheckIn(fair=r.fair, registration=r, kind=VisitorKind.VETERAN, at=at, by=by) for r, at in entries
    ]
    check_ins += [
        CheckIn(fair=fair, kind=rng.choice([VisitorKind.FAMILY, VisitorKind.OTHER]), at=fair.starts_at, by=by)
        for fair, visitors in zip(past_fairs, shares, strict=True)
        if fair.mode != FairMode.ONLINE
        for _ in range(visitors // 6)
    ]
    insert(CheckIn, check_ins, total=len(check_ins), label="check-ins")
    by_fair: dict[int, list[Registration]] = {fair.pk: [] for fair in past_fairs}
    for registration, _ in entries:
        by_fair[registration.fair_id].append(registration)
    return by_fair


def _split(total: int, parts: int, rng: random.Random) -> list[int]:
    """Split `total` into `parts` uneven shares."""
    weights = [rng.uniform(0.5, 1.5) for _ in range(parts)]
    shares = [int(total * weight / sum(weights)) for weight in weights]
    for i in range(total - sum(shares)):
        shares[i % parts] += 1
    return shares


def position_ids_by_employer() -> dict[int, list[int]]:
    """Return verified employer -> its positions, as primary keys."""
    verified = Employer.objects.verified().values("pk")
    by_employer: dict[int, list[int]] = {}
    for position_id, employer_id in Position.objects.filter(employer__in=verified).values_list(
        "pk", "employer_id"
    ):
        by_employer.setdefault(employer_id, []).append(position_id)
    return by_employer
