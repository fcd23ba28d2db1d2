"""Background tasks of imports. A task whose import has left the expected state does nothing."""

from contextlib import suppress

from django_tasks import task

from portal.imports import import_runner
from portal.imports.enums import ImportState
from portal.imports.models import ImportRun


def _find_run(pk: int, state: ImportState) -> ImportRun | None:
    return ImportRun.objects.select_related("by", "station").filter(pk=pk, state=state).first()


@task()
def check_import(pk: int) -> None:
    """Compute the results of an import without writing."""
    run = _find_run(pk, ImportState.CHECKING)
    if run is not None:
        with suppress(import_runner.Superseded):
            import_runner.execute(run, dry=True)


@task()
def run_import(pk: int) -> None:
    """Write the rows of an import."""
    run = _find_run(pk, ImportState.RUNNING)
    if run is not None:
        with suppress(import_runner.Superseded):
            import_runner.execute(run, dry=False)


@task()
def undo_import(pk: int) -> None:
    """Revert the rows of an import."""
    run = _find_run(pk, ImportState.UNDOING)
    if run is not None:
        import_runner.revert(run)
