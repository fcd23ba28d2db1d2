from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db import transaction


def _refresh_position(sender: type, position: Any, **kwargs: Any) -> None:
    from portal.ranking.tasks import refresh_position

    transaction.on_commit(lambda: refresh_position.enqueue(position.pk))


def _refresh_positions(sender: type, position_ids: list[int], **kwargs: Any) -> None:
    from portal.ranking.tasks import refresh_positions

    transaction.on_commit(lambda: refresh_positions.enqueue(position_ids))


def _refresh_employer(sender: type, employer: Any, **kwargs: Any) -> None:
    from portal.ranking.tasks import refresh_employer_positions

    transaction.on_commit(lambda: refresh_employer_positions.enqueue(employer.pk))


def _refresh_people(sender: type, **kwargs: Any) -> None:
    from portal.ranking.tasks import refresh_people

    transaction.on_commit(refresh_people.enqueue)


def _discard_impressions(sender: type, **kwargs: Any) -> None:
    from portal.ranking import impression_log

    impression_log.discard_queue()  # left by an aborted request


def _write_impressions(sender: type, **kwargs: Any) -> None:
    from portal.ranking import impression_log

    impression_log.write_queue()


def _delete_impressions(sender: type, veteran: Any, **kwargs: Any) -> None:
    veteran.impressions.all().delete()


class RankingConfig(AppConfig):
    name = "portal.ranking"
    verbose_name = "岗位推荐"

    def ready(self) -> None:
        from django.core.signals import request_finished, request_started

        from portal.core import scheduled_jobs
        from portal.employers.events import employer_changed
        from portal.positions.events import position_changed, positions_changed
        from portal.ranking import impression_log, ranking_versions
        from portal.veterans.events import (
            veteran_record_anonymised,
            veteran_record_changed,
            veteran_records_changed,
        )

        veteran_record_changed.connect(_refresh_people, dispatch_uid="recommendations.people")
        veteran_records_changed.connect(_refresh_people, dispatch_uid="recommendations.people")
        position_changed.connect(_refresh_position, dispatch_uid="recommendations.position")
        positions_changed.connect(_refresh_positions, dispatch_uid="recommendations.positions")
        employer_changed.connect(_refresh_employer, dispatch_uid="recommendations.employer")
        veteran_record_anonymised.connect(_delete_impressions, dispatch_uid="recommendations.anonymised")
        request_started.connect(_discard_impressions, dispatch_uid="recommendations.impressions_begin")
        request_finished.connect(_write_impressions, dispatch_uid="recommendations.impressions_end")
        scheduled_jobs.register(
            "recommendations.purge_impressions", every=timedelta(days=1), run=impression_log.purge_expired
        )
        scheduled_jobs.register(
            "recommendations.publish_version",
            every=timedelta(minutes=1),
            run=ranking_versions.publish_version,
        )
