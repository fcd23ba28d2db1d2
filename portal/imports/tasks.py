"""Background work of imports. A task that finds its import ended, or taken over, does nothing."""

from contextlib import suppress

from django_tasks import task

from portal.imports import import_runner
from portal.imports.enums import ImportState
from portal.imports.models import ImportRun


def _in_state(pk: int, state: ImportState) -> ImportRun | None:
    return ImportRun.objects.select_related("by", "station").filter(pk=pk, state=state).first()


@task()
def check_import(pk: int) -> None:
    """Find out what an import would do."""
    run = _in_state(pk, ImportState.CHECKING)
    if run is not None:
        with suppress(import_runner.Superseded):
            import_runner.execute(run, dry=True)


@task()
def run_import(pk: int) -> None:
    """Bring an import's rows in."""
    run = _in_state(pk, ImportState.RUNNING)
    if run is not None:
        with suppress(import_runner.Superseded):
            import_runner.execute(run, dry=False)


@task()
def undo_import(pk: int) -> None:
    """Take an import's rows back."""
    run = _in_state(pk, ImportState.UNDOING)
    if run is not None:
        import_runner.revert(run)
