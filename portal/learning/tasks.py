"""A report in the background. What learns (scikit-learn) is loaded by the worker alone, not by the pages."""

from importlib import import_module

from django_tasks import task

from portal.accounts.models import User
from portal.learning.models import LearningReport


@task()
def make_report(asked_for: int, by: int) -> int:
    """Make the report number `asked_for` + 1, unless it is there: a second start makes no second one. The
    number of reports then."""
    made = LearningReport.objects.count()
    if made > asked_for:
        return made
    import_module("portal.learning.report_generation").run(by=User.objects.get(pk=by), seed=asked_for + 1)
    return made + 1
