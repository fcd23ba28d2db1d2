from datetime import timedelta

from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    name = "portal.follow_ups"
    verbose_name = "回访"

    def ready(self) -> None:
        from portal.core import scheduled_jobs
        from portal.follow_ups import listeners
        from portal.follow_ups.due_follow_ups import process_due_follow_ups
        from portal.follow_ups.follow_up_rules import milestone_days
        from portal.placements.events import placement_changed
        from portal.placements.milestones import register_city_days
        from portal.veterans import events

        scheduled_jobs.register("placements.duties", every=timedelta(minutes=10), run=process_due_follow_ups)

        register_city_days(milestone_days)
        placement_changed.connect(listeners.on_placement_changed, dispatch_uid="follow_ups")
        events.veteran_records_moved.connect(listeners.on_records_moved, dispatch_uid="follow_ups")
        events.veteran_records_merged.connect(listeners.on_rows_moved, dispatch_uid="follow_ups")
        events.veteran_merge_undone.connect(listeners.on_rows_moved, dispatch_uid="follow_ups")
        events.veteran_record_closed.connect(listeners.on_record_closed, dispatch_uid="follow_ups")
        events.veteran_record_reopened.connect(listeners.on_record_reopened, dispatch_uid="follow_ups")
        events.veteran_record_anonymised.connect(listeners.on_record_anonymised, dispatch_uid="follow_ups")
        events.veteran_phone_changed.connect(listeners.on_phone_changed, dispatch_uid="follow_ups")
