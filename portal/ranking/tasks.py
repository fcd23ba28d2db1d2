"""Background work of the ranking index."""

from django_tasks import task

from portal.positions.models import Position
from portal.ranking import ranking_index


@task()
def refresh_posting(position_id: int) -> None:
    """One position was opened, changed or closed."""
    ranking_index.refresh([position_id])
    ranking_index.keep_small()


@task()
def refresh_postings(position_ids: list[int]) -> None:
    """Many positions changed at once."""
    ranking_index.refresh(position_ids)
    ranking_index.keep_small()


@task()
def refresh_employer(employer_id: int) -> None:
    """An employer was verified, suspended or changed: all its positions may show or vanish."""
    ranking_index.refresh(Position.objects.filter(employer_id=employer_id).values_list("pk", flat=True))
    ranking_index.keep_small()


@task()
def people_changed() -> None:
    """Somebody's file or consent changed: past so many the people index is built anew."""
    ranking_index.keep_small()
