from datetime import timedelta
from typing import Any

from django.apps import AppConfig


def _position_changed(sender: type, position: Any, **kwargs: Any) -> None:
    from search import index_updates

    index_updates.update_position(position)


def _positions_changed(sender: type, position_ids: list[int], **kwargs: Any) -> None:
    from search import index_updates

    index_updates.update_positions(position_ids)


def _employer_changed(sender: type, employer: Any, **kwargs: Any) -> None:
    from search import index_updates

    index_updates.update_employer(employer)


def _page_changed(sender: type, instance: Any, **kwargs: Any) -> None:
    from search import index_updates

    index_updates.update_page(instance)


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = "搜索"

    def ready(self) -> None:
        from django.core import checks
        from django.db.models.signals import post_delete
        from wagtail.signals import page_published, page_unpublished

        from portal.core import scheduled_jobs
        from portal.employers.events import employer_changed
        from portal.positions.events import position_changed, positions_changed
        from search import outbox, saved_searches
        from search.checks import check_search
        from search.page_documents import SOURCES

        position_changed.connect(_position_changed, dispatch_uid="search.position")
        positions_changed.connect(_positions_changed, dispatch_uid="search.positions")
        employer_changed.connect(_employer_changed, dispatch_uid="search.employer")
        for signal in (page_published, page_unpublished, post_delete):
            for kind, source in SOURCES.items():
                signal.connect(_page_changed, sender=source.model, dispatch_uid=f"search.{kind}")
        checks.register(check_search)
        scheduled_jobs.register(
            "search.tell_new_matches", every=timedelta(hours=1), run=saved_searches.notify_new_matches
        )
        scheduled_jobs.register(
            "search.catch_up", every=timedelta(minutes=1), run=outbox.synchronise_if_available
        )
