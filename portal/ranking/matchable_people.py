"""Whom positions may be matched with: people who agreed to it and look for work. The database is asked each
time, so that a withdrawn consent takes effect at once."""

from datetime import datetime

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
    agreed = Consent.objects.in_force().filter(purpose=ConsentPurpose.MATCHING)
    rows = Veteran.objects.all() if among is None else among
    return rows.exclude(employment_status__in=NOT_LOOKING).filter(account__in=agreed.values("user"))


def changed_since(moment: datetime) -> list[int]:
    """Files that are younger than a moment, or whose consent is: an index of people knows them
    as they were, or not."""
    agreed = Consent.objects.filter(purpose=ConsentPurpose.MATCHING, given_at__gte=moment)
    users = list(agreed.order_by("-given_at", "-pk").values_list("user", flat=True))
    newcomers = Veteran.objects.filter(account__in=users).values_list("pk", flat=True)
    # Two questions, for one with OR would read every file.
    changed = Veteran.objects.filter(updated_at__gte=moment).order_by("-updated_at", "-pk")
    return list(dict.fromkeys([*changed.values_list("pk", flat=True), *newcomers]))
