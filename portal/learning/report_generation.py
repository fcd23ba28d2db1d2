"""Generate an evaluation report from the database and store it."""

from portal.accounts.models import User
from portal.learning import dataset_loading, evaluation_report
from portal.learning.actions import store_report
from portal.learning.counterfactual_evaluation import REPLICATES
from portal.learning.models import LearningReport
from portal.ranking import ranking_versions
from portal.ranking.models import BUILT_IN
from portal.ranking.reweighting import Reweighting


def generate_report(
    *,
    by: User,
    seed: int,
    controls: int = evaluation_report.CONTROLS,
    replicates: int = REPLICATES,
    reading_progress: dataset_loading.Progress | None = None,
    progress: evaluation_report.Progress | None = None,
) -> LearningReport:
    """Train on all impressions so far, compare with the version in use and store the report.

    Args:
        seed: seed of the bootstrap and of the controls.
        controls: runs with permuted outcomes.
        replicates: bootstrap samples.
        reading_progress: wraps the impressions as they are read.
        progress: wraps the step numbers: the report itself, then each control.

    Raises:
        PermissionDenied: `by` is no operator of the whole city.
    """
    version = ranking_versions.adopted_version()
    figures = evaluation_report.evaluate_ranking(
        dataset_loading.load_dataset(reading_progress),
        seed=seed,
        current=Reweighting.from_parameters(version.parameters) if version is not None else None,
        controls=controls,
        replicates=replicates,
        progress=progress,
    )
    return store_report(figures=figures, against=version.key if version is not None else BUILT_IN, by=by)
