"""On which days after a step the city's stations call. A city changes the days; what it says holds for steps
recorded from then on: calls made before stay as they are until the placement's next step.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.placements.enums import FollowUpKind
from portal.placements.models import FollowUpRule
from portal.placements.workflow import DEFAULT_DAYS

LATEST_DAY = 730
MOST_DAYS = 6


def days_by_kind() -> dict[FollowUpKind, tuple[int, ...]]:
    """The days of each kind that holds now: the city's own, or else the workflow's. One query."""
    own = {FollowUpKind(rule.kind): tuple(rule.days) for rule in FollowUpRule.objects.all()}
    return {**DEFAULT_DAYS, **own}


def can_set_rules(user: User) -> bool:
    """Operators of the city."""
    return user.has_station_permission(Permission.SET_FOLLOW_UP_RULES)


@transaction.atomic
def set_rule(*, kind: FollowUpKind, days: Iterable[int], by: User) -> FollowUpRule:
    """Have the calls of `kind` on these days; none: no such call.

    Raises:
        PermissionDenied: `by` is not an operator of the city.
        ValidationError: a kind that no rule makes, or days that are not 0 to LATEST_DAY.
    """
    if not can_set_rules(by):
        raise PermissionDenied("not an operator of the city")
    if kind not in DEFAULT_DAYS:
        raise ValidationError({"kind": "这类回访不是按天数安排的。"})
    wanted = sorted(set(days))
    if len(wanted) > MOST_DAYS or any(not 0 <= day <= LATEST_DAY for day in wanted):
        raise ValidationError({"days": f"请填 0 到 {LATEST_DAY} 之间的天数，最多 {MOST_DAYS} 个。"})
    rule, _ = FollowUpRule.objects.update_or_create(kind=kind, defaults={"days": wanted, "by": by})
    audit.record(by=by, verb="placements.rule_set", target=rule, kind=kind, days=wanted)
    return rule
