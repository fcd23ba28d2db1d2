"""Background work for an engine outside the database."""

from django_tasks import task

from search import outbox
from search.backends import server_engine


@task()
def send_pending_updates() -> None:
    """Records changed: tell the server whatever it has not been told."""
    if backend := server_engine():
        outbox.send_pending(backend)
