"""Background tasks of a search server."""

from django_tasks import task

from search import outbox
from search.backends import server_engine


@task()
def send_pending_updates() -> None:
    """Send all pending index updates to the server."""
    if backend := server_engine():
        outbox.send_pending(backend)
