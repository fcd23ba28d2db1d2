"""Background task of the evaluation report. Only the worker loads scikit-learn, not web processes."""

from importlib import import_module

from django_tasks import task

from portal.accounts.models import User
from portal.learning.models import LearningReport


@task()
def make_report(asked_for: int, by: int) -> int:
    """Generate report number `asked_for` + 1 unless it exists (idempotent); return the number of reports."""
    report_count = LearningReport.objects.count()
    if report_count > asked_for:
        return report_count
    generate_report = import_module("portal.learning.report_generation").generate_report
    generate_report(by=User.objects.get(pk=by), seed=asked_for + 1)
    return report_count + 1
