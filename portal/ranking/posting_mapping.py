"""Map database rows to the input types of the ranking library.

Age, sex, ethnicity, marital status, household register, rank, party membership and disability must not be
mapped: the ranking must not depend on them.
"""

from datetime import datetime, time

from django.utils import timezone

from matching import Posting, Profile
from portal.core.enums import Shift
from portal.employers.enums import Nature
from portal.positions.models import Position
from portal.veterans.enums import Settlement
from portal.veterans.models import Veteran

_REGULAR_HOURS = {Shift.DAY, Shift.FLEXIBLE}


def _effective_expiry(position: Position) -> datetime:
    """Return the earlier of the position's expiry and the end of its employer's verification."""
    assert position.expires_at is not None
    verified_until = position.employer.verified_until
    if verified_until is None:
        return position.expires_at
    verified_to = timezone.make_aware(datetime.combine(verified_until, time.max))
    return min(position.expires_at, verified_to)


def to_posting(position: Position) -> Posting:
    """Map a published position, loaded by `with_details()`, to a posting."""
    assert position.published_at is not None
    return Posting(
        id=position.pk,
        title=position.title,
        occupation_code=position.occupation_id,
        occupation=position.occupation.name,
        occupation_certainty=position.occupation_certainty,
        duties=position.duties,
        requirements=position.requirements,
        certificates=frozenset(position.certificates),
        employer_id=position.employer_id,
        region=position.region_id,
        location=position.region.location,
        pay_from=int(position.pay_from),
        pay_to=int(position.pay_to),
        education=position.education_min,
        experience_years=position.experience_years,
        opens_at=position.published_at,
        expires_at=_effective_expiry(position),
        shift_work=position.shift not in _REGULAR_HOURS,
        travel=position.travels,
        veterans_preferred=position.veterans_preferred,
        veterans_only=position.veterans_only,
        public_sector=position.employer.nature == Nature.PUBLIC_INSTITUTION,
    )


def to_profile(veteran: Veteran, *, blocked: frozenset[int] = frozenset()) -> Profile:
    """Map a record with its wishes, loaded by `with_details()`, to a profile.

    Args:
        blocked: employers from which the person hides; their positions are not recommended.
    """
    today = timezone.localdate()
    jobs = list(veteran.work_history.all())
    wish = getattr(veteran, "wish", None)
    home = veteran.living_region.location if veteran.living_region is not None else None
    return Profile(
        id=veteran.pk,
        specialties=tuple(service.specialty_id for service in veteran.services.all()),
        years_served=veteran.years_served,
        skills=f"{veteran.major} {veteran.skills}".strip(),
        work_history="\n".join(f"{job.title} {job.duties}" for job in jobs),
        wished_occupations=tuple(o.code for o in wish.occupations.all()) if wish else (),
        wish_text=wish.text if wish else "",
        certificates=frozenset(c.kind for c in veteran.certificates.all() if c.is_valid_on(today)),
        education=veteran.education,
        experience_years=sum(job.years for job in jobs),
        regions=frozenset(r.code for r in wish.regions.all()) if wish else frozenset(),
        home=home,
        max_distance_km=wish.max_distance_km if wish else None,
        lowest_pay=int(wish.lowest_pay) if wish and wish.lowest_pay is not None else None,
        accepts_shift=wish.accepts_shift if wish else True,
        accepts_travel=wish.accepts_travel if wish else True,
        blocked_employers=blocked,
        on_monthly_pension=veteran.settlement == Settlement.MONTHLY_PENSION,
    )
