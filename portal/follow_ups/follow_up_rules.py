"""Rules of a city: days after a step on which a kind of follow-up is due.

A changed rule applies to steps recorded from then on; follow-ups that exist are kept until the next step.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.models import FollowUpRule
from portal.follow_ups.permissions import can_set_rules
from portal.follow_ups.schedule import DEFAULT_DAYS, RETENTION_KINDS

MAX_DAY = 730
MAX_DAYS_PER_KIND = 6


def days_by_kind() -> dict[FollowUpKind, tuple[int, ...]]:
    """Return the days of each kind: the city's rule, or else the default. One query."""
    rules = {FollowUpKind(rule.kind): tuple(rule.days) for rule in FollowUpRule.objects.all()}
    return {**DEFAULT_DAYS, **rules}


def milestone_days() -> dict[str, int]:
    """Return the day of each milestone for which the city has a rule, by kind. One query.

    The last day of a rule is the milestone's; calls on earlier days only ask how the person is doing.
    """
    rules = FollowUpRule.objects.filter(kind__in=RETENTION_KINDS)
    return {rule.kind: max(rule.days) for rule in rules if rule.days}


@transaction.atomic
def set_rule(*, kind: FollowUpKind, days: Iterable[int], by: User) -> FollowUpRule:
    """Set the days on which follow-ups of `kind` are due; no days: none are scheduled.

    Raises:
        PermissionDenied: `by` is not an operator of the city.
        ValidationError: a kind that is not scheduled by days, or days that are not 0 to MAX_DAY.
    """
    if not can_set_rules(by):
        raise PermissionDenied("not an operator of the city")
    if kind not in DEFAULT_DAYS:
        raise ValidationError({"kind": "这类回访不是按天数安排的。"})
    unique_days = sorted(set(days))
    if len(unique_days) > MAX_DAYS_PER_KIND or any(not 0 <= day <= MAX_DAY for day in unique_days):
        raise ValidationError({"days": f"请填 0 到 {MAX_DAY} 之间的天数，最多 {MAX_DAYS_PER_KIND} 个。"})
    rule, _ = FollowUpRule.objects.update_or_create(kind=kind, defaults={"days": unique_days, "by": by})
    audit.record(by=by, verb="placements.rule_set", target=rule, kind=kind, days=unique_days)
    return rule
