"""Adopt a trained version of the ranking, and roll back to the one before."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from portal.accounts.models import User
from portal.core import audit
from portal.ranking import ranking_versions
from portal.ranking.enums import ChangeKind
from portal.ranking.models import BUILT_IN, RankingChange, RankingVersion
from portal.ranking.permissions import can_change_ranking


@transaction.atomic
def adopt_ranking(*, version: RankingVersion, by: User, reason: str) -> RankingChange:
    """Rank the city's lists by a version from now on.

    Raises:
        PermissionDenied: `by` is no operator of the whole city.
        ValidationError: no reason, in use already, not proven better, or changed concurrently.
    """
    changes = _check_change_allowed(by, reason)
    if ranking_versions.build_version_stack(changes)[-1] == version:
        raise ValidationError("这个版本已在使用。")
    if not version.proven:
        raise ValidationError("只有在留出的招聘会上证明更好的版本才能启用。")
    return _record_change(changes, ChangeKind.ADOPT, version, by, reason)


@transaction.atomic
def roll_back_ranking(*, by: User, reason: str) -> RankingChange:
    """Return to the version that was in use before the present one was adopted.

    Raises:
        PermissionDenied: `by` is no operator of the whole city.
        ValidationError: no reason, the built-in ranking is in use, or changed concurrently.
    """
    changes = _check_change_allowed(by, reason)
    stack = ranking_versions.build_version_stack(changes)
    if len(stack) == 1:
        raise ValidationError("现在用的就是原始排序。")
    return _record_change(changes, ChangeKind.ROLL_BACK, stack[-2], by, reason)


def _check_change_allowed(by: User, reason: str) -> list[RankingChange]:
    if not can_change_ranking(by):
        raise PermissionDenied("not an operator of the whole city")
    if not reason.strip():
        raise ValidationError({"reason": "请写明理由。"})
    return ranking_versions.list_changes()


def _record_change(
    changes: list[RankingChange], kind: ChangeKind, version: RankingVersion | None, by: User, reason: str
) -> RankingChange:
    before = ranking_versions.build_version_stack(changes)[-1]
    change = RankingChange(
        sequence=len(changes) + 1, kind=kind, version=version, by=by, reason=reason.strip()[:200]
    )
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError as error:
        raise ValidationError("刚刚有人改过排序版本，请刷新后再试。") from error
    after = version.key if version is not None else BUILT_IN
    audit.record(
        by=by,
        verb="recommendations.adopted" if kind == ChangeKind.ADOPT else "recommendations.rolled_back",
        target=change,
        before=before.key if before is not None else BUILT_IN,
        after=after,
        reason=change.reason,
    )
    transaction.on_commit(ranking_versions.publish_version)
    return change
