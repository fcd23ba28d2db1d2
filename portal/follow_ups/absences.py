"""Absences (暂不联系): periods in which a person is not called, and how they postpone follow-ups."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked, locked_with_parent
from portal.follow_ups.enums import AbsenceReason, FollowUpEventKind
from portal.follow_ups.models import Absence, FollowUp, FollowUpEvent
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves

MAX_ABSENCE = timedelta(days=366)


def first_callable_days(veteran_ids: Iterable[int], today: date) -> dict[int, date]:
    """Return the first day on which an absent person may be called, by veteran id. One query."""
    absences = Absence.objects.in_force(today).filter(veteran__in=list(veteran_ids))
    return {pk: until + timedelta(days=1) for pk, until in absences.values_list("veteran", "until")}


def record_postponements(follow_ups: Iterable[FollowUp], *, by: User | None, on: date) -> None:
    """Log that these follow-ups are postponed to the end of an absence."""
    _record_events(FollowUpEventKind.PAUSED, follow_ups, by, on)


def _record_events(
    kind: FollowUpEventKind, follow_ups: Iterable[FollowUp], by: User | None, on: date
) -> None:
    now = timezone.now()
    FollowUpEvent.objects.bulk_create(
        FollowUpEvent(
            follow_up=follow_up, kind=kind, at=now, on=on, by=by, station_id=follow_up.station_id,
            note=f"联系日期改为 {follow_up.call_on:%Y-%m-%d}",
        )
        for follow_up in follow_ups
    )  # fmt: skip


@transaction.atomic
def reschedule_for_absences(*, veteran_ids: Iterable[int], by: User | None) -> None:
    """Set the call day of these people's pending follow-ups: the day after an absence in force; without one
    the due day, or today where an absence that ended early had moved it past that.
    """
    veteran_ids, today = list(veteran_ids), timezone.localdate()
    callable_from = first_callable_days(veteran_ids, today)
    pending = FollowUp.objects.pending().filter(placement__veteran__in=veteran_ids)
    later: list[FollowUp] = []
    sooner: list[FollowUp] = []
    for follow_up in pending.select_related("placement").select_for_update(of=("self",)):
        first_day = callable_from.get(follow_up.placement.veteran_id)
        if first_day is not None:
            day = max(follow_up.due_on, first_day)
        else:
            day = min(follow_up.call_on, max(follow_up.due_on, today))
        if day != follow_up.call_on:
            (later if day > follow_up.call_on else sooner).append(follow_up)
            follow_up.call_on, follow_up.updated_at = day, timezone.now()
    FollowUp.objects.bulk_update([*later, *sooner], ["call_on", "updated_at"], batch_size=200)
    record_postponements(later, by=by, on=today)
    _record_events(FollowUpEventKind.RESUMED, sooner, by, today)


@transaction.atomic
def record_absence(
    *, veteran: Veteran, reason: AbsenceReason, until: date, by: User, note: str = ""
) -> Absence:
    """Record that the person is not called up to and including `until`. Replaces an absence in force.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or of one above.
        ValidationError: `until` is past or more than a year ahead, the note must not be stored, or the reason
            OTHER has no note.
    """
    veteran = locked(veteran, "station")
    if not serves(by, veteran):
        raise PermissionDenied("not staff of this person's station")
    today = timezone.localdate()
    if not today <= until <= today + MAX_ABSENCE:
        raise ValidationError({"until": "请选今天到一年之内的日期。"})
    note = note.strip()
    if reason == AbsenceReason.OTHER and not note:
        raise ValidationError({"note": "请写明原因。"})
    Absence.objects.filter(veteran=veteran, ended_at=None).update(
        ended_at=timezone.now(), updated_at=timezone.now()
    )
    absence = Absence(veteran=veteran, reason=reason, note=note, until=until, by=by)
    absence.full_clean()
    absence.save()
    audit.record(
        by=by, verb="placements.absence_recorded", target=absence, veteran=veteran.pk, on=until.isoformat()
    )
    reschedule_for_absences(veteran_ids=[veteran.pk], by=by)
    return absence


@transaction.atomic
def end_absence(*, absence: Absence, by: User) -> Absence:
    """End an absence early: the person can be called from today on.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or of one above.
        ValidationError: the absence is over.
    """
    veteran, absence = locked_with_parent(absence, "veteran", "station")
    if not serves(by, veteran):
        raise PermissionDenied("not staff of this person's station")
    if absence.ended_at is not None or absence.until < timezone.localdate():
        raise ValidationError("这段时间已经结束。")
    absence.ended_at = timezone.now()
    absence.save(update_fields=["ended_at", "updated_at"])
    audit.record(by=by, verb="placements.absence_ended", target=absence, veteran=veteran.pk)
    reschedule_for_absences(veteran_ids=[veteran.pk], by=by)
    return absence
