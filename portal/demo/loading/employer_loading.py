"""Employers of the demo with their members, and what they post."""

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
from portal.employers.models import VERIFICATION_LASTS, Employer, EmployerMembership
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.stations.enums import StationLevel
from portal.stations.models import Station


def load_employers(operator: User, rng: random.Random, scale: Scale) -> list[Employer]:
    """Make employers, most of them verified, each with one member who signs in by phone."""
    towns = [row for row in place_rows() if row["level"] == "town"]
    centres = {station.region_id: station for station in Station.objects.filter(level=StationLevel.COUNTY)}
    made = invent_employers(scale.employers, towns, rng)
    members = [_member(firm, number) for number, firm in enumerate(made)]
    insert(User, members, total=len(members), label="employers' members")
    employers = [
        _employer(firm, centres[firm.region_code[:6]], operator, waiting=number > 0 and rng.random() < 0.03)
        for number, firm in enumerate(made)
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


def _member(firm: InventedEmployer, number: int) -> User:
    if number == 0:
        return new_user(logins.EMPLOYER.phone, logins.EMPLOYER.name)
    return new_user(firm.contact_phone, firm.contact_person)


def _employer(firm: InventedEmployer, centre: Station, operator: User, *, waiting: bool) -> Employer:
    employer = Employer(
        name=firm.name,
        uscc=firm.uscc,
        industry=firm.industry,
        size_band=firm.size_band,
        nature=firm.nature,
        region_id=firm.region_code,
        station=centre,
        address=firm.address,
        introduction=firm.introduction,
        contact_person=firm.contact_person,
        contact_phone=firm.contact_phone,
        veteran_founded=firm.veteran_founded,
    )
    if not waiting:
        employer.state = VerificationState.VERIFIED
        employer.verified_at = timezone.now() - timedelta(days=20)
        employer.verified_until = timezone.localdate() - timedelta(days=20) + VERIFICATION_LASTS
        employer.verified_by = operator
    return employer


def load_positions(employers: list[Employer], rng: random.Random, scale: Scale) -> None:
    """Make posts: each employer has one, the rest fall unevenly; verified employers' are mostly open."""
    entries = Occupation.objects.filter(level=4).values_list("code", "name", "tasks")
    maker = PositionGenerator(rng, occupation_codes(), build_rare_jobs(entries))
    rows = _positions(employers, maker, rng, scale.positions)
    insert(Position, rows, total=scale.positions, label="positions")


def _positions(
    employers: list[Employer], maker: PositionGenerator, rng: random.Random, count: int
) -> Iterator[Position]:
    now = timezone.now()
    weights = [{"micro": 1, "small": 2, "medium": 5, "large": 9}[e.size_band] for e in employers]
    chosen = [*employers, *rng.choices(employers, weights, k=max(0, count - len(employers)))]
    seen: set[tuple[int, str, str]] = set()
    for employer in chosen[:count]:
        post = maker.make(employer.industry)
        while (employer.pk, post.title, post.duties) in seen:
            post = maker.make(employer.industry)
        seen.add((employer.pk, post.title, post.duties))
        position = Position(
            employer=employer,
            title=post.title,
            occupation_id=post.occupation,
            headcount=post.headcount,
            kind=post.kind,
            pay_from=Decimal(post.pay_from),
            pay_to=Decimal(post.pay_to),
            region_id=employer.region_id,
            address=employer.address,
            education_min=post.education,
            experience_years=post.experience,
            certificates=list(post.certificates),
            duties=post.duties,
            requirements=post.requirements,
            benefits=list(post.benefits),
            relaxable=post.relaxable,
            shift=post.shift,
            travels=post.travels,
            veterans_preferred=post.veterans_preferred,
            veterans_only=post.veterans_only,
            real_employer=employers[len(seen) * 7 % len(employers)].name if employer.is_agency else "",
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
        # One in ten ran out lately: what is open is judged when it is asked for.
        ended = rng.random() < 0.1
        position.expires_at = (
            max(position.published_at + timedelta(minutes=10), now - timedelta(days=rng.randint(1, 10)))
            if ended
            else now + timedelta(days=rng.randint(10, 60))
        )
        if ended:
            position.published_at = min(position.published_at, position.expires_at - timedelta(days=30))
