"""A report from the database, kept in it."""

from portal.accounts.models import User
from portal.learning import dataset_loading, evaluation_report
from portal.learning.actions import keep_report
from portal.learning.counterfactual_evaluation import REPLICATES
from portal.learning.models import LearningReport
from portal.ranking import ranking_versions
from portal.ranking.models import BUILT_IN
from portal.ranking.reweighting import Reweighting


def run(
    *,
    by: User,
    seed: int,
    controls: int = evaluation_report.CONTROLS,
    replicates: int = REPLICATES,
    reading_progress: dataset_loading.Progress | None = None,
    progress: evaluation_report.Progress | None = None,
) -> LearningReport:
    """Learn from everything shown so far and hold it against the version in use.

    Raises:
        PermissionDenied: `by` is no operator of the whole city.
    """
    version = ranking_versions.current()
    figures = evaluation_report.make(
        dataset_loading.read(reading_progress),
        seed=seed,
        current=Reweighting.from_parameters(version.parameters) if version is not None else None,
        controls=controls,
        replicates=replicates,
        progress=progress,
    )
    return keep_report(figures=figures, against=version.key if version is not None else BUILT_IN, by=by)
