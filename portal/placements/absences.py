"""Somebody is not to be called for a while (暂不联系): their calls wait until the day after, those that are
made meanwhile too.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.placements.enums import AbsenceReason, DutyEventKind
from portal.placements.models import Absence, FollowUp, FollowUpEvent
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves

LONGEST = timedelta(days=366)


def day_to_call(veterans: Iterable[int], today: date) -> dict[int, date]:
    """The first day on which those of `veterans` who are away may be called. One query."""
    away = Absence.objects.in_force(today).filter(veteran__in=list(veterans))
    return {pk: until + timedelta(days=1) for pk, until in away.values_list("veteran", "until")}


def note_paused(calls: Iterable[FollowUp], *, by: User | None, on: date) -> None:
    _note(DutyEventKind.PAUSED, calls, by, on)


def _note(kind: DutyEventKind, calls: Iterable[FollowUp], by: User | None, on: date) -> None:
    now = timezone.now()
    FollowUpEvent.objects.bulk_create(
        FollowUpEvent(
            follow_up=call, kind=kind, at=now, on=on, by=by, station_id=call.station_id,
            note=f"联系日期改为 {call.call_on:%Y-%m-%d}",
        )
        for call in calls
    )  # fmt: skip


@transaction.atomic
def repace(*, veterans: Iterable[int], by: User | None) -> None:
    """Set when the waiting calls of these people are to be made: the day after they come back; of who is not
    away, the day that they are due, or today where a pause that ends had gone past it.
    """
    veterans, today = list(veterans), timezone.localdate()
    back = day_to_call(veterans, today)
    calls = FollowUp.objects.pending().filter(placement__veteran__in=veterans)
    later, sooner = [], []
    for call in calls.select_related("placement").select_for_update(of=("self",)):
        away_until = back.get(call.placement.veteran_id)
        if away_until is not None:
            day = max(call.due_on, away_until)
        else:
            day = min(call.call_on, max(call.due_on, today))
        if day != call.call_on:
            (later if day > call.call_on else sooner).append(call)
            call.call_on, call.updated_at = day, timezone.now()
    FollowUp.objects.bulk_update([*later, *sooner], ["call_on", "updated_at"], batch_size=200)
    _note(DutyEventKind.PAUSED, later, by, today)
    _note(DutyEventKind.RESUMED, sooner, by, today)


@transaction.atomic
def record_absence(
    *, veteran: Veteran, reason: AbsenceReason, until: date, by: User, note: str = ""
) -> Absence:
    """Call this person on the day after `until` at the earliest. An absence noted before gives way.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or above.
        ValidationError: a day that is past or more than a year away, a text that must not be stored, or a
            reason of one's own without its note.
    """
    veteran = Veteran.objects.select_for_update(of=("self",)).select_related("station").get(pk=veteran.pk)
    if not serves(by, veteran):
        raise PermissionDenied("not staff of this person's station")
    today = timezone.localdate()
    if not today <= until <= today + LONGEST:
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
    repace(veterans=[veteran.pk], by=by)
    return absence


@transaction.atomic
def end_absence(*, absence: Absence, by: User) -> Absence:
    """The person can be called again from today.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or above.
        ValidationError: it is over.
    """
    veteran = (
        Veteran.objects.select_for_update(of=("self",)).select_related("station").get(pk=absence.veteran_id)
    )
    absence = Absence.objects.select_for_update().get(pk=absence.pk)
    if not serves(by, veteran):
        raise PermissionDenied("not staff of this person's station")
    if absence.ended_at is not None or absence.until < timezone.localdate():
        raise ValidationError("这段时间已经结束。")
    absence.ended_at = timezone.now()
    absence.save(update_fields=["ended_at", "updated_at"])
    audit.record(by=by, verb="placements.absence_ended", target=absence, veteran=veteran.pk)
    repace(veterans=[veteran.pk], by=by)
    return absence
