"""Every write at the fair desk."""

import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core import audit
from portal.core.state_machine import TransitionTable
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.fairs.enums import BoothState, RegistrationState, VisitorKind
from portal.fairs.models import Booth, CheckIn, DoorShift, Registration
from portal.fairs.permissions import can_cancel, can_manage, can_operate, can_register
from portal.positions.models import Position
from portal.veterans.models import Veteran

BOOTH_TRANSITIONS = TransitionTable(
    ("confirm", {BoothState.REQUESTED, BoothState.REFUSED}, BoothState.CONFIRMED),
    ("refuse", {BoothState.REQUESTED}, BoothState.REFUSED),
    ("withdraw", {BoothState.REQUESTED, BoothState.CONFIRMED}, BoothState.WITHDRAWN),
    ("request", {BoothState.REFUSED, BoothState.WITHDRAWN}, BoothState.REQUESTED),
)

_STANDING = frozenset({BoothState.REQUESTED, BoothState.CONFIRMED})


class CheckInRefused(Exception):
    """The ticket does not let anybody in; the message says why, for the helper at the door."""


@transaction.atomic
def request_booth(*, fair: JobFairPage, employer: Employer, positions: Iterable[Position], by: User) -> Booth:
    """Ask for a booth with the positions to be shown there; asking again changes the positions.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the employer is not verified, the fair is over, or a position is not the employer's.
    """
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    if not employer.is_verified:
        raise ValidationError("单位核验通过后才能报名参加招聘会。")
    if not fair.live or fair.is_over:
        raise ValidationError("这场招聘会已经结束或尚未发布。")
    chosen = list(positions)
    if not chosen:
        raise ValidationError({"positions": "请至少选择一个参会岗位。"})
    if any(position.employer_id != employer.pk for position in chosen):
        raise ValidationError({"positions": "只能选择本单位的岗位。"})
    booth, made = Booth.objects.select_for_update().get_or_create(fair=fair, employer=employer)
    if not made and booth.state in {BoothState.REFUSED, BoothState.WITHDRAWN}:
        if booth.state == BoothState.WITHDRAWN:
            booth.state_reason = ""  # why it left; why it was refused stays until it is given one
        booth.state = BOOTH_TRANSITIONS.target("request", booth.state)
        booth.save(update_fields=["state", "state_reason", "updated_at"])
    booth.positions.set(chosen)
    audit.record(by=by, verb="fairs.booth_requested", target=booth, positions=[p.pk for p in chosen])
    return booth


@transaction.atomic
def bring_position(*, fair: JobFairPage, position: Position, by: User) -> Booth:
    """Show one more position at the employer's booth, asking for a booth where there is none yet.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the position is not open, or as for `request_booth`.
    """
    if not position.is_open:
        raise ValidationError("这个岗位现在没有公开招聘，不能带到招聘会。")
    booth = Booth.objects.select_for_update().filter(fair=fair, employer=position.employer).first()
    kept = booth.positions.all() if booth is not None and booth.state in _STANDING else []
    booth = request_booth(fair=fair, employer=position.employer, positions=[*kept, position], by=by)
    audit.record(by=by, verb="fairs.position_brought", target=booth, position=position.pk)
    return booth


@transaction.atomic
def confirm_booth(*, booth: Booth, by: User, number: str = "") -> Booth:
    """Give a booth its number (the next free one unless told)."""
    if not can_manage(by, booth.fair):
        raise PermissionDenied("not staff of the organiser")
    number = number.strip().upper() or _next_number(booth.fair)
    if Booth.objects.filter(fair=booth.fair, number=number).exclude(pk=booth.pk).exists():
        raise ValidationError({"number": f"展位号 {number} 已被占用，请换一个。"})
    booth.state = BOOTH_TRANSITIONS.target("confirm", booth.state)
    booth.number = number
    booth.state_reason = ""
    booth.save()
    audit.record(by=by, verb="fairs.booth_confirmed", target=booth, number=number)
    return booth


def _next_number(fair: JobFairPage) -> str:
    taken = set(Booth.objects.filter(fair=fair).exclude(number="").values_list("number", flat=True))
    return next(number for number in (f"A{i:02d}" for i in range(1, 10_000)) if number not in taken)


@transaction.atomic
def refuse_booth(*, booth: Booth, by: User, reason: str) -> Booth:
    """Turn a request down with a reason that the employer reads."""
    if not can_manage(by, booth.fair):
        raise PermissionDenied("not staff of the organiser")
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    booth.state = BOOTH_TRANSITIONS.target("refuse", booth.state)
    booth.state_reason = reason.strip()
    booth.save()
    audit.record(by=by, verb="fairs.booth_refused", target=booth, reason=reason.strip())
    return booth


@transaction.atomic
def withdraw_booth(*, booth: Booth, by: User, reason: str) -> Booth:
    """Leave a fair before it begins. The booth's number is free again, nobody is sent there any more, and the
    organiser reads why; the employer may ask anew.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: no reason, or the fair has begun: then the organiser is to be called.
        TransitionRefused: not asked for, or left already.
    """
    if not acts_for(by, booth.employer):
        raise PermissionDenied("not a member of this employer")
    if not reason.strip():
        raise ValidationError({"reason": "请写明退出原因，主办方会看到。"})
    booth.refresh_from_db(from_queryset=Booth.objects.select_for_update())
    if booth.fair.starts_at <= timezone.now():
        raise ValidationError("招聘会已经开始，不能在线退出，请联系主办方。")
    before, number = booth.state, booth.number
    booth.state = BOOTH_TRANSITIONS.target("withdraw", before)
    booth.number, booth.state_reason = "", reason.strip()
    booth.save()
    audit.record(
        by=by, verb="fairs.booth_withdrawn", target=booth, before=before, number=number, reason=reason.strip()
    )
    return booth


@transaction.atomic
def register(*, fair: JobFairPage, veteran: Veteran, by: User) -> Registration:
    """Register a person for a fair and issue the ticket; registering again gives the same ticket back.

    Raises:
        PermissionDenied: `by` is neither the person nor staff of the file's station.
        ValidationError: registration is closed or the fair is full.
    """
    if not can_register(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    JobFairPage.objects.select_for_update().get(pk=fair.pk)  # one number at a time
    registration = Registration.objects.filter(fair=fair, veteran=veteran).first()
    if registration is not None and registration.is_active:
        return registration
    if not fair.registration_is_open:
        raise ValidationError("这场招聘会现在不能报名。")
    if fair.registrations.active().count() >= fair.capacity:
        raise ValidationError("报名人数已满，可到现场登记入场。")
    if registration is None:
        highest = fair.registrations.aggregate(highest=Max("number"))["highest"] or 0
        registration = Registration(fair=fair, veteran=veteran, number=highest + 1)
    registration.state = RegistrationState.REGISTERED
    registration.save()
    audit.record(by=by, verb="fairs.registered", target=registration, on_behalf=veteran.account_id != by.pk)
    return registration


@transaction.atomic
def cancel_registration(*, registration: Registration, by: User) -> Registration:
    """Give a ticket back; it no longer lets anybody in."""
    if not can_cancel(by, registration):
        raise PermissionDenied("neither the person nor their station")
    if CheckIn.objects.filter(registration=registration).exists():
        raise ValidationError("已经入场，不能取消报名。")
    registration.state = RegistrationState.CANCELLED
    registration.save()
    audit.record(by=by, verb="fairs.registration_cancelled", target=registration)
    return registration


def find_registration(*, fair: JobFairPage, code: str) -> Registration:
    """The registration that a scanned ticket or a typed number names.

    Raises:
        CheckInRefused: nothing of this fair.
    """
    rows = Registration.objects.select_related("veteran").filter(fair=fair)
    code = code.strip()
    if code.isdigit() and len(code) <= 6:
        found = rows.filter(number=int(code)).first()
    else:
        try:
            found = rows.filter(ticket=uuid.UUID(code)).first()
        except ValueError:
            found = None
    if found is None:
        raise CheckInRefused("没有找到这张票，请核对是否为本场招聘会，或按报名序号查找。")
    return found


@transaction.atomic
def assign_door_shift(*, fair: JobFairPage, user: User, by: User) -> DoorShift:
    """Let somebody serve at the door and booths on the day of the fair; again changes nothing."""
    if not can_manage(by, fair):
        raise PermissionDenied("not staff of the organiser")
    duty, made = DoorShift.objects.get_or_create(fair=fair, user=user, day=timezone.localdate(fair.starts_at))
    if made:
        audit.record(by=by, verb="fairs.duty_assigned", target=fair, user=user.pk)
    return duty


@transaction.atomic
def check_in(*, fair: JobFairPage, code: str, by: User) -> tuple[CheckIn, bool]:
    """Let the holder of a ticket in; a second scan changes nothing and returns False beside the first
    check-in.

    Raises:
        PermissionDenied: `by` does not serve at this fair.
        CheckInRefused: unknown or cancelled ticket.
    """
    if not can_operate(by, fair):
        raise PermissionDenied("does not serve at this fair")
    registration = find_registration(fair=fair, code=code)
    if not registration.is_active:
        raise CheckInRefused("这张票已取消。")
    check_in, made = CheckIn.objects.get_or_create(
        registration=registration, defaults={"fair": fair, "kind": VisitorKind.VETERAN, "by": by}
    )
    if made:
        audit.record(by=by, verb="fairs.checked_in", target=registration)
    return check_in, made


@transaction.atomic
def count_visitor(*, fair: JobFairPage, kind: VisitorKind, by: User) -> CheckIn:
    """Count somebody without a ticket (family, other)."""
    if not can_operate(by, fair):
        raise PermissionDenied("does not serve at this fair")
    check_in = CheckIn.objects.create(fair=fair, kind=kind, by=by)
    audit.record(by=by, verb="fairs.visitor_counted", target=fair, kind=kind)
    return check_in
