"""Background tasks that update the ranking indexes."""

from django_tasks import task

from portal.positions.models import Position
from portal.ranking import ranking_index


@task()
def refresh_position(position_id: int) -> None:
    """Update a position that was opened, changed or closed."""
    ranking_index.refresh([position_id])
    ranking_index.rebuild_if_stale()


@task()
def refresh_positions(position_ids: list[int]) -> None:
    """Update many positions that changed at once."""
    ranking_index.refresh(position_ids)
    ranking_index.rebuild_if_stale()


@task()
def refresh_employer_positions(employer_id: int) -> None:
    """Update all positions of an employer that was verified, suspended or changed."""
    ranking_index.refresh(Position.objects.filter(employer_id=employer_id).values_list("pk", flat=True))
    ranking_index.rebuild_if_stale()


@task()
def refresh_people() -> None:
    """Rebuild the people index when enough records or consents have changed."""
    ranking_index.rebuild_if_stale()
