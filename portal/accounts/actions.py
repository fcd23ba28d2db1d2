"""Actions on accounts: appointments at stations, consents and the access log."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import AccessKind, ConsentPurpose
from portal.accounts.models import AccessLog, Appointment, Consent, User
from portal.accounts.roles import Permission, StationRole
from portal.core import audit
from portal.core.day_bounds import latest_planned_day, require_between
from portal.core.locking import locked
from portal.stations.models import Station


@transaction.atomic
def appoint(
    *, user: User, station: Station, role: StationRole, by: User | None, starts_on: date | None = None
) -> Appointment:
    """Appoint `user` to a role at `station` from `starts_on` (default: today); several roles are allowed.

    Raises:
        ValidationError: `by` appoints themselves, the station is closed or not open yet on that day, or the
            user holds the same role there on that day.
    """
    starts_on = starts_on or timezone.localdate()
    station, user = locked(station), locked(user)  # one appointment after the other
    if by is not None and by.pk == user.pk:
        raise ValidationError("不能给自己安排任职。")
    if not station.is_open:
        raise ValidationError({"station": f"{station.name}已停用。"})
    if starts_on < station.opened_on:
        raise ValidationError({"starts_on": f"{station.name}到 {station.opened_on:%Y-%m-%d} 才启用。"})
    require_between("starts_on", starts_on, station.opened_on, latest_planned_day(), "开始日期")
    same = Appointment.objects.filter(user=user, station=station, role=role)
    if same.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on)).exists():
        raise ValidationError(f"{user.name}在这一天已经担任该站的{StationRole(role).label}。")
    appointment = Appointment.objects.create(user=user, station=station, role=role, starts_on=starts_on)
    audit.record(by=by, verb="accounts.appointed", target=user, station=station.pk, role=role)
    return appointment


@transaction.atomic
def end_appointment(*, appointment: Appointment, by: User | None, last_day: date) -> Appointment:
    """End an appointment; from the day after `last_day` it grants no access.

    Raises:
        ValidationError: it has ended, `last_day` is before its start, or it is the last appointment through
            which `by` can appoint staff.
    """
    appointment = locked(appointment, "user", "station")
    if appointment.ends_on is not None and appointment.ends_on < timezone.localdate():
        raise ValidationError("这项任职已经结束。")
    latest = max(latest_planned_day(), appointment.starts_on)
    require_between("last_day", last_day, date.min, latest, "最后一天")
    if last_day < appointment.starts_on:
        raise ValidationError({"last_day": f"最后一天不能早于开始日期 {appointment.starts_on:%Y-%m-%d}。"})
    if (
        by is not None
        and by.pk == appointment.user_id
        and Permission.APPOINT_STAFF in appointment.permissions
    ):
        others = (
            Appointment.objects.current()
            .with_permission(Permission.APPOINT_STAFF)
            .filter(user=by, ends_on=None)
        )
        if not others.exclude(pk=appointment.pk).exists():
            raise ValidationError("不能结束自己最后一项管理员任职，请由另一位管理员办理。")
    appointment.ends_on = last_day
    appointment.save(update_fields=["ends_on", "updated_at"])
    audit.record(
        by=by,
        verb="accounts.post_ended",
        target=appointment.user,
        station=appointment.station_id,
        role=appointment.role,
    )
    return appointment


@transaction.atomic
def move_appointment(*, appointment: Appointment, station: Station, by: User | None, on: date) -> Appointment:
    """Move a member of staff to another station: this appointment ends the day before `on`, a new one begins.

    Returns:
        The new appointment, with the same role.

    Raises:
        ValidationError: the station is the same, or as `end_appointment` and `appoint`.
    """
    if station.pk == appointment.station_id:
        raise ValidationError({"station": "就在这个服务站，请选择另一个。"})
    if on <= appointment.starts_on:
        raise ValidationError({"on": f"调动日期要晚于开始日期 {appointment.starts_on:%Y-%m-%d}。"})
    ended_appointment = end_appointment(appointment=appointment, by=by, last_day=on - timedelta(days=1))
    return appoint(
        user=ended_appointment.user,
        station=station,
        role=StationRole(ended_appointment.role),
        by=by,
        starts_on=on,
    )


@transaction.atomic
def end_appointments_of(*, station: Station, by: User | None, on: date) -> int:
    """End every appointment at a station that is closed from the day `on`; return their number.

    Nobody is moved to another station: that is decided one by one. No appointment ends before its start.
    """
    current = station.appointments.filter(Q(ends_on=None) | Q(ends_on__gte=on)).select_related("user")
    appointments = list(current)
    for appointment in appointments:
        appointment.ends_on = max(appointment.starts_on, on - timedelta(days=1))
        appointment.updated_at = timezone.now()
    Appointment.objects.bulk_update(appointments, ["ends_on", "updated_at"], batch_size=500)
    targets = [
        (appointment.user, {"station": station.pk, "role": appointment.role}) for appointment in appointments
    ]
    return audit.record_many(by=by, verb="accounts.post_ended", targets=targets)


@transaction.atomic
def give_consent(
    *, user: User, purpose: ConsentPurpose, wording: str, by: User, subject: str = ""
) -> Consent:
    """Store the consent of `user`; an identical consent in force is returned unchanged."""
    user = locked(user)
    consent, is_new = Consent.objects.get_or_create(
        user=user, purpose=purpose, subject=subject, withdrawn_at=None, defaults={"wording": wording}
    )
    if is_new:
        audit.record(by=by, verb="accounts.consent_given", target=user, purpose=purpose, subject=subject)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: User) -> Consent:
    """Withdraw a consent; its row is kept. A second call changes nothing."""
    locked(consent.user)
    consent = locked(consent, "user")
    if consent.withdrawn_at is None:
        consent.withdrawn_at = timezone.now()
        consent.save(update_fields=["withdrawn_at"])
        audit.record(by=by, verb="accounts.consent_withdrawn", target=consent.user, purpose=consent.purpose)
    return consent


def log_access(
    *, actor: User, file_id: int, kind: AccessKind, field: str = "", reason: str = ""
) -> AccessLog:
    """Log an access, or a refused attempt, to the record `file_id`; the person can read the entry."""
    return AccessLog.objects.create(actor=actor, file_id=file_id, kind=kind, field=field, reason=reason)


def log_listed(*, actor: User, file_ids: Iterable[int], reason: str) -> None:
    """Log in one statement that a list showed these records; once a day for each list, named by `reason`."""
    today = timezone.localdate()
    AccessLog.objects.bulk_create(
        [
            AccessLog(
                actor=actor, file_id=file_id, kind=AccessKind.LISTED, reason=reason[:120], listed_on=today
            )
            for file_id in sorted(set(file_ids))
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )


def log_accesses(*, actor: User, file_ids: Iterable[int], kind: AccessKind, reason: str) -> None:
    """Log the same kind of access to many records at once."""
    AccessLog.objects.bulk_create(
        (AccessLog(actor=actor, file_id=file_id, kind=kind, reason=reason) for file_id in file_ids),
        batch_size=2000,
    )
