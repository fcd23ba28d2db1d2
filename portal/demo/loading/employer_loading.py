"""Employers of the demo with their members and positions."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from portal.accounts.models import User
from portal.core.models import Occupation
from portal.demo import logins
from portal.demo.content.invented_employers import InventedEmployer, invent_employers
from portal.demo.content.invented_positions import PositionGenerator
from portal.demo.content.places import place_rows
from portal.demo.content.rare_jobs import build_rare_jobs
from portal.demo.loading.bulk_insert import insert, new_user
from portal.demo.loading.employer_verification import set_verification
from portal.demo.loading.veteran_loading import occupation_codes
from portal.demo.scale import Scale
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.models import Employer, EmployerMembership
from portal.employers.verification_periods import VERIFICATION_LASTS
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.stations.enums import StationLevel
from portal.stations.models import Station


def load_employers(operator: User, rng: random.Random, scale: Scale) -> list[Employer]:
    """Load employers, most of them verified, each with one owner who signs in by phone."""
    towns = [row for row in place_rows() if row["level"] == "town"]
    centres = {station.region_id: station for station in Station.objects.filter(level=StationLevel.COUNTY)}
    invented = invent_employers(scale.employers, towns, rng)
    members = [_member(profile, number) for number, profile in enumerate(invented)]
    insert(User, members, total=len(members), label="employers' members")
    employers = [
        _employer(
            profile, centres[profile.region_code[:6]], operator, is_pending=number > 0 and rng.random() < 0.03
        )
        for number, profile in enumerate(invented)
    ]
    for number, employer in enumerate(employers):
        set_verification(employer, number)
    insert(Employer, employers, total=len(employers), label="employers")
    memberships = [
        EmployerMembership(user=user, employer=employer, role=EmployerRole.OWNER)
        for user, employer in zip(members, employers, strict=True)
    ]
    insert(EmployerMembership, memberships, total=len(memberships), label="memberships")
    return employers


def _member(profile: InventedEmployer, number: int) -> User:
    if number == 0:
        return new_user(logins.EMPLOYER.phone, logins.EMPLOYER.name)
    return new_user(profile.contact_phone, profile.contact_person)


def _employer(profile: InventedEmployer, centre: Station, operator: User, *, is_pending: bool) -> Employer:
    employer = Employer(
        name=profile.name,
        uscc=profile.uscc,
        industry=profile.industry,
        size_band=profile.size_band,
        nature=profile.nature,
        region_id=profile.region_code,
        station=centre,
        address=profile.address,
        introduction=profile.introduction,
        contact_person=profile.contact_person,
        contact_phone=profile.contact_phone,
        veteran_founded=profile.veteran_founded,
    )
    if not is_pending:
        employer.state = VerificationState.VERIFIED
        employer.verified_at = timezone.now() - timedelta(days=20)
        employer.verified_until = timezone.localdate() - timedelta(days=20) + VERIFICATION_LASTS
        employer.verified_by = operator
    return employer


def load_positions(employers: list[Employer], rng: random.Random, scale: Scale) -> None:
    """Load positions: one for each employer, the rest unevenly; verified employers have open ones mostly."""
    entries = Occupation.objects.filter(level=4).values_list("code", "name", "tasks")
    maker = PositionGenerator(rng, occupation_codes(), build_rare_jobs(entries))
    rows = _positions(employers, maker, rng, scale.positions)
    insert(Position, rows, total=scale.positions, label="positions")


def _positions(
    employers: list[Employer], maker: PositionGenerator, rng: random.Random, count: int
) -> Iterator[Position]:
    now = timezone.now()
    weights = [{"micro": 1, "small": 2, "medium": 5, "large": 9}[e.size_band] for e in employers]
    owners = [*employers, *rng.choices(employers, weights, k=max(0, count - len(employers)))]
    existing: set[tuple[int, str, str]] = set()
    for employer in owners[:count]:
        invented = maker.make(employer.industry)
        while (employer.pk, invented.title, invented.duties) in existing:
            invented = maker.make(employer.industry)
        existing.add((employer.pk, invented.title, invented.duties))
        position = Position(
            employer=employer,
            title=invented.title,
            occupation_id=invented.occupation,
            headcount=invented.headcount,
            kind=invented.kind,
            pay_from=Decimal(invented.pay_from),
            pay_to=Decimal(invented.pay_to),
            region_id=employer.region_id,
            address=employer.address,
            education_min=invented.education,
            experience_years=invented.experience,
            certificates=list(invented.certificates),
            duties=invented.duties,
            requirements=invented.requirements,
            benefits=list(invented.benefits),
            relaxable=invented.relaxable,
            shift=invented.shift,
            travels=invented.travels,
            veterans_preferred=invented.veterans_preferred,
            veterans_only=invented.veterans_only,
            real_employer=employers[len(existing) * 7 % len(employers)].name if employer.is_agency else "",
        )
        _date(position, employer, rng, now)
        yield position


def _date(position: Position, employer: Employer, rng: random.Random, now: datetime) -> None:
    if employer.state != VerificationState.VERIFIED:
        position.state = PositionState.IN_REVIEW
        return
    draw = rng.random()
    if draw < 0.015:
        position.state = PositionState.IN_REVIEW
    elif draw < 0.025:
        position.state = PositionState.DRAFT
    else:
        position.state = PositionState.OPEN
        position.published_at = now - timedelta(minutes=rng.randint(30, 60 * 24 * 30))
        # One in ten has expired; its state stays open, because expiry is checked in queries.
        has_expired = rng.random() < 0.1
        position.expires_at = (
            max(position.published_at + timedelta(minutes=10), now - timedelta(days=rng.randint(1, 10)))
            if has_expired
            else now + timedelta(days=rng.randint(10, 60))
        )
        if has_expired:
            position.published_at = min(position.published_at, position.expires_at - timedelta(days=30))
