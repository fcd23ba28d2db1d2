"""People who may be matched with positions: they consented to matching and look for work.

The database is queried each time, so that a withdrawn consent takes effect at once.
"""

from datetime import datetime

from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran, VeteranQuerySet

# No list is pushed to people with work or without wish for it; a changed employment status brings it back.
NOT_LOOKING = frozenset({EmploymentStatus.EMPLOYED, EmploymentStatus.RETIRED, EmploymentStatus.NOT_SEEKING})


def is_looking(veteran: Veteran) -> bool:
    return veteran.employment_status not in NOT_LOOKING


def may_be_ranked_for(veteran: Veteran) -> bool:
    """Return whether positions may be ranked by the record: the person consented.

    A person without account could consent nowhere; the station ranks at the person's own request.
    """
    if veteran.account_id is None:
        return True
    consents = Consent.objects.in_force().filter(purpose=ConsentPurpose.MATCHING)
    return consents.filter(user=veteran.account_id).exists()


def matchable_veterans(candidates: VeteranQuerySet | None = None) -> VeteranQuerySet:
    """Filter the given records, by default all, to people who may be matched with positions."""
    consents = Consent.objects.in_force().filter(purpose=ConsentPurpose.MATCHING)
    rows = Veteran.objects.all() if candidates is None else candidates
    return rows.exclude(employment_status__in=NOT_LOOKING).filter(account__in=consents.values("user"))


def list_changed_since(moment: datetime) -> list[int]:
    """Return the ids of records that changed, or were consented to, since a moment; the latest first.

    An index of people built at that moment is out of date for them.
    """
    consents = Consent.objects.filter(purpose=ConsentPurpose.MATCHING, given_at__gte=moment)
    users = list(consents.order_by("-given_at", "-pk").values_list("user", flat=True))
    consenting = Veteran.objects.filter(account__in=users).values_list("pk", flat=True)
    # Two queries: a single one with OR would read every record.
    changed_ids = Veteran.objects.filter(updated_at__gte=moment).order_by("-updated_at", "-pk")
    return list(dict.fromkeys([*changed_ids.values_list("pk", flat=True), *consenting]))
