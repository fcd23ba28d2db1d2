"""Whom positions may be matched with: people who agreed to it and look for work. The database is asked each
time, so that a withdrawn consent takes effect at once."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran, VeteranQuerySet

# Somebody who has work or wants none gets no list pushed; a changed employment status brings it back.
NOT_LOOKING = frozenset({EmploymentStatus.EMPLOYED, EmploymentStatus.RETIRED, EmploymentStatus.NOT_SEEKING})


def is_looking(veteran: Veteran) -> bool:
    return veteran.employment_status not in NOT_LOOKING


def matchable(among: VeteranQuerySet | None = None) -> VeteranQuerySet:
    """Those of the given files (of all, if none are given) that positions may be matched with."""
    agreed = Consent.objects.in_force().filter(user=OuterRef("account"), purpose=ConsentPurpose.MATCHING)
    rows = Veteran.objects.all() if among is None else among
    return rows.exclude(employment_status__in=NOT_LOOKING).filter(Exists(agreed))


def changed_since(rows: VeteranQuerySet, moment: datetime) -> VeteranQuerySet:
    """Those whose file or consent is younger than a moment: an index of people knows them as they were, or
    not.
    """
    agreed = Consent.objects.filter(
        user=OuterRef("account"), purpose=ConsentPurpose.MATCHING, given_at__gte=moment
    )
    return rows.filter(Q(updated_at__gte=moment) | Exists(agreed))
