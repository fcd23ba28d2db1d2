"""Store an evaluation report and the ranking version trained for it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.learning.enums import Verdict
from portal.learning.models import LearningReport
from portal.ranking.models import RankingVersion
from portal.ranking.permissions import can_change_ranking


@transaction.atomic
def store_report(*, figures: dict[str, Any], against: str, by: User) -> LearningReport:
    """Store a report with the ranking version trained for it, which may be adopted if it is proven.

    Args:
        figures: result of `evaluation_report.evaluate_ranking`.
        against: key of the version in use that it was compared with.

    Raises:
        PermissionDenied: `by` is no operator of the whole city.
    """
    if not can_change_ranking(by):
        raise PermissionDenied("not an operator of the whole city")
    verdict, version = Verdict(figures["verdict"]), None
    if verdict != Verdict.TOO_FEW:
        version = RankingVersion.objects.create(
            name=f"{timezone.localdate():%Y-%m-%d} 学习版",
            parameters=figures["parameters"],
            proven=verdict == Verdict.BETTER,
            made_by=by,
        )
    report = LearningReport.objects.create(
        made_by=by, verdict=verdict, figures=figures, against=against, version=version
    )
    audit.record(
        by=by,
        verb="learning.report_made",
        target=report,
        outcome=verdict.value,
        after=version.key if version is not None else "",
    )
    return report
