"""Every write about visits and return registrations."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.stations.models import Station
from portal.veterans import actions as veterans
from portal.veterans.models import Veteran
from portal.visits.enums import Need, VisitMethod
from portal.visits.models import ReturnRegistration, Visit, VisitNeed
from portal.visits.permissions import can_open_records_at, can_record


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
) -> Visit:
    """Write down one contact with a person; it counts at the station that keeps the file now.

    Raises:
        PermissionDenied: `by` does not serve this file.
        ValidationError: a day in the future, a unit name, or needs that contradict each other.
    """
    veteran = Veteran.objects.select_for_update().select_related("station").get(pk=veteran.pk)
    if not can_record(by, veteran):
        raise PermissionDenied("not staff of this file's station")
    visit = Visit(
        veteran=veteran, station=veteran.station, by=by, held_on=held_on, method=method, reached=reached,
        findings=findings, next_on=next_on,
    )  # fmt: skip
    return _save(visit, needs, "visits.recorded")


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
    """Say what was wrong about a visit, in a row of its own; `withdrawn`: it never took place.

    The correction counts where the visit counted.

    Raises:
        PermissionDenied: `by` does not serve this file.
        ValidationError: no reason, corrected by somebody already, or as for `record_visit`.
    """
    veteran = Veteran.objects.select_for_update().select_related("station").get(pk=visit.veteran_id)
    if not can_record(by, veteran):
        raise PermissionDenied("not staff of this file's station")
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
    counted = Visit.objects.current().reached().filter(veteran=visit.veteran_id)
    last = counted.aggregate(last=Max("held_on"))["last"]
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
    """Register somebody who reports back after service: file, needs, visit and number, or nothing of it.

    Without `veteran` a file is opened at `station` with `id_number` and `phone`; otherwise that file goes on.
    `fields` are plain fields of a file, among them the name of whoever has none yet.

    Raises:
        PermissionDenied: `by` serves neither the station nor the file.
        ValidationError: a field is wrong, or this return is registered already.
    """
    day = registered_on or timezone.localdate()
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
    Station.objects.select_for_update().get(pk=veteran.station_id)  # one number at a time
    if ReturnRegistration.objects.filter(veteran=veteran, left_on=left_on).exists():
        raise ValidationError({"left_on": "这个退役日期已经办过返乡报到。"})
    _note_wish(veteran, by, needs, wish_text)
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
    given = ReturnRegistration.objects.filter(station=station, year=year)
    return (given.aggregate(highest=Max("number"))["highest"] or 0) + 1


def _note_wish(veteran: Veteran, by: User, needs: Collection[Need], text: str) -> None:
    """Carry the needs that the ranking and the training desk read into the file's wish; what stood there
    stays.
    """
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
