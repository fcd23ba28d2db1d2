"""Writes of visits, their corrections, and return registrations."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.day_bounds import earliest_recorded_day, require_between
from portal.core.locking import locked, locked_with_parent
from portal.stations.models import Station
from portal.veterans import actions as veterans
from portal.veterans.models import Veteran
from portal.visits.enums import Need, VisitMethod
from portal.visits.models import ReturnRegistration, Visit, VisitNeed
from portal.visits.permissions import can_open_records_at, can_record

REPEATED_WITHIN = timedelta(minutes=1)


@transaction.atomic
def record_visit(
    *,
    veteran: Veteran,
    by: User,
    held_on: date,
    method: VisitMethod,
    reached: bool,
    findings: str = "",
    needs: Collection[Need] = (),
    next_on: date | None = None,
    once: bool = False,
) -> Visit:
    """Record one contact with a person; it counts for the station that keeps the record now.

    Args:
        once: the values come from a form, which may be sent twice: the same visit, recorded by the same user
            less than REPEATED_WITHIN ago, is returned instead of a second one.
        reached: whether the person was reached.
        next_on: day of the next contact that was agreed, if any.

    Raises:
        PermissionDenied: `by` is not staff of the record's station.
        ValidationError: a day in the future, a unit name, or NONE together with another need.
    """
    veteran = locked(veteran, "station")
    if not can_record(by, veteran):
        raise PermissionDenied("not staff of this record's station")
    visit = Visit(
        veteran=veteran, station=veteran.station, by=by, held_on=held_on, method=method, reached=reached,
        findings=findings, next_on=next_on,
    )  # fmt: skip
    if once and (twin := _recent_twin(visit, needs)):
        return twin
    return _save(visit, needs, "visits.recorded")


def _recent_twin(visit: Visit, needs: Collection[Need]) -> Visit | None:
    rows = Visit.objects.current().filter(
        veteran=visit.veteran, by=visit.by, held_on=visit.held_on, method=visit.method, reached=visit.reached,
        next_on=visit.next_on, created_at__gt=timezone.now() - REPEATED_WITHIN,
    )  # fmt: skip
    return next(
        (
            row
            for row in rows
            if row.findings == visit.findings and {need.need for need in row.needs.all()} == set(needs)
        ),
        None,
    )


@transaction.atomic
def correct_visit(
    *,
    visit: Visit,
    by: User,
    reason: str,
    withdrawn: bool = False,
    held_on: date,
    method: VisitMethod,
    reached: bool,
    findings: str = "",
    needs: Collection[Need] = (),
    next_on: date | None = None,
) -> Visit:
    """Add a corrected version of a visit; it counts at the station of the original, even if the record moved.

    Args:
        withdrawn: whether the visit never took place.

    Raises:
        PermissionDenied: `by` is not staff of the record's station.
        ValidationError: no reason, corrected already, or as for `record_visit`.
    """
    veteran, visit = locked_with_parent(visit, "veteran", "station")
    if not can_record(by, veteran):
        raise PermissionDenied("not staff of this record's station")
    if not reason.strip():
        raise ValidationError({"reason": "请填写更正原因。"})
    if visit.withdrawn or Visit.objects.filter(corrects=visit).exists():
        raise ValidationError("这次走访已经更正过，请在最新的一条上更正。")
    correction = Visit(
        veteran=veteran, station=visit.station, by=by, held_on=held_on, method=method, reached=reached,
        findings=findings, next_on=next_on, corrects=visit, reason=reason.strip(), withdrawn=withdrawn,
    )  # fmt: skip
    return _save(correction, needs, "visits.corrected")


def _save(visit: Visit, needs: Collection[Need], verb: str) -> Visit:
    if Need.NONE in needs and len(set(needs)) > 1:
        raise ValidationError({"needs": "选了“暂无需求”，就不要再选其他需求。"})
    visit.full_clean()
    visit.save()
    VisitNeed.objects.bulk_create(VisitNeed(visit=visit, need=need) for need in dict.fromkeys(needs))
    visits = Visit.objects.current().with_contact().filter(veteran=visit.veteran_id)
    last = visits.aggregate(last=Max("held_on"))["last"]
    Veteran.objects.filter(pk=visit.veteran_id).update(last_visited_on=last)
    audit.record(
        by=visit.by, verb=verb, target=visit, veteran=visit.veteran_id, station=visit.station_id,
        method=visit.method, reached=visit.reached, withdrawn=visit.withdrawn,
    )  # fmt: skip
    return visit


@transaction.atomic
def register_return(
    *,
    by: User,
    veteran: Veteran | None = None,
    station: Station | None = None,
    id_number: str = "",
    phone: str = "",
    left_on: date,
    documents: Iterable[str],
    needs: Collection[Need],
    fields: Mapping[str, Any],
    wish_text: str = "",
    registered_on: date | None = None,
) -> ReturnRegistration:
    """Register a return after service: record, wish, visit and number, all in one transaction.

    Args:
        veteran: the existing record; without it a record is opened at `station` with `id_number` and `phone`.
        left_on: last day of service.
        documents: codes of ReturnDocument that were checked.
        fields: plain fields of the record; for a new record the name is among them.
        wish_text: the work that the person looks for.

    Raises:
        PermissionDenied: `by` is not staff of the station or of the record's station.
        ValidationError: an invalid field, or this return is registered already.
    """
    day = registered_on or timezone.localdate()
    require_between("registered_on", day, earliest_recorded_day(), timezone.localdate(), "报到日期")
    if day < left_on:
        raise ValidationError({"left_on": "退役日期不能晚于报到日期。"})
    if veteran is None:
        if station is None or not can_open_records_at(by, station):
            raise PermissionDenied("not staff of this station")
        veteran = veterans.open_record(
            by=by, station=station, id_number=id_number, phone=phone, left_on=left_on, **fields
        )
    else:
        values = {**fields, "left_on": left_on, **({"phone": phone} if phone else {})}
        veteran = veterans.update_record(veteran=veteran, by=by, section="return", values=values)
    locked(veteran.station)  # numbers are given one after the other
    if ReturnRegistration.objects.filter(veteran=veteran, left_on=left_on).exists():
        raise ValidationError({"left_on": "这个退役日期已经办过返乡报到。"})
    _update_wish(veteran, by, needs, wish_text)
    visit = record_visit(
        veteran=veteran, by=by, held_on=day, method=VisitMethod.STATION, reached=True, needs=needs
    )
    registration = ReturnRegistration(
        veteran=veteran, station=visit.station, visit=visit, by=by, registered_on=day, left_on=left_on,
        documents=list(documents), year=day.year, number=_next_number(visit.station, day.year),
    )  # fmt: skip
    registration.full_clean()
    registration.save()
    audit.record(
        by=by, verb="visits.return_registered", target=registration, veteran=veteran.pk,
        station=registration.station_id, number=registration.label,
    )  # fmt: skip
    return registration


def _next_number(station: Station, year: int) -> int:
    registrations = ReturnRegistration.objects.filter(station=station, year=year)
    return (registrations.aggregate(highest=Max("number"))["highest"] or 0) + 1


def _update_wish(veteran: Veteran, by: User, needs: Collection[Need], text: str) -> None:
    """Write the needs that the ranking and the training desk read to the wish; other values stay."""
    if not {Need.JOB, Need.TRAINING, Need.BUSINESS} & set(needs):
        return
    wish = getattr(veteran, "wish", None)
    changes: dict[str, Any] = {}
    if text:
        changes["text"] = text
    if Need.TRAINING in needs:
        changes["wants_training"] = True
    if Need.BUSINESS in needs:
        changes["wants_business"] = True
    veterans.set_wish(
        veteran=veteran,
        by=by,
        occupations=list(wish.occupations.all()) if wish else [],
        regions=list(wish.regions.all()) if wish else [],
        lowest_pay=wish.lowest_pay if wish else None,
        **changes,
    )
