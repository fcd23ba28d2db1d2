"""Background work of an engine outside the database."""

from django_tasks import task

from search import indexing
from search.query import Kind


@task()
def refresh_entries(kind: str, object_ids: list[int]) -> None:
    """Records of one kind changed."""
    indexing.refresh(Kind(kind), object_ids)
