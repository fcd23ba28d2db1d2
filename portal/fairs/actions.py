"""Write operations of the fair desk."""

import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.state_machine import TransitionTable
from portal.core.text_folding import fold_code, fold_words, is_digits
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.fairs.enums import BoothState, RegistrationState, VisitorKind
from portal.fairs.models import Booth, CheckIn, DoorShift, Registration
from portal.fairs.permissions import can_manage, can_operate, can_register
from portal.positions.models import Position
from portal.veterans.models import Veteran

BOOTH_TRANSITIONS = TransitionTable(
    ("confirm", {BoothState.REQUESTED, BoothState.REFUSED}, BoothState.CONFIRMED),
    ("refuse", {BoothState.REQUESTED}, BoothState.REFUSED),
    ("withdraw", {BoothState.REQUESTED, BoothState.CONFIRMED}, BoothState.WITHDRAWN),
    ("request", {BoothState.REFUSED, BoothState.WITHDRAWN}, BoothState.REQUESTED),
)

_ACTIVE_BOOTH_STATES = frozenset({BoothState.REQUESTED, BoothState.CONFIRMED})


class CheckInRefused(Exception):
    """A ticket is not valid for entry; the message tells the helper at the door why."""


@transaction.atomic
def request_booth(*, fair: JobFairPage, employer: Employer, positions: Iterable[Position], by: User) -> Booth:
    """Request a booth and set the positions offered there; a repeated request changes the positions.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the employer is not verified, the fair is over, or a position is not the employer's.
    """
    employer = locked(employer)
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    if not employer.is_verified:
        raise ValidationError("单位核验通过后才能报名参加招聘会。")
    if not fair.live or fair.is_over:
        raise ValidationError("这场招聘会已经结束或尚未发布。")
    offered_positions = list(positions)
    if not offered_positions:
        raise ValidationError({"positions": "请至少选择一个参会岗位。"})
    if any(position.employer_id != employer.pk for position in offered_positions):
        raise ValidationError({"positions": "只能选择本单位的岗位。"})
    booth, is_new = Booth.objects.get_or_create(fair=fair, employer=employer)
    booth = locked(booth)
    if not is_new and booth.state in {BoothState.REFUSED, BoothState.WITHDRAWN}:
        if booth.state == BoothState.WITHDRAWN:
            booth.state_reason = ""  # a reason for refusal stays until the booth is confirmed
        booth.state = BOOTH_TRANSITIONS.target("request", booth.state)
        booth.save(update_fields=["state", "state_reason", "updated_at"])
    booth.positions.set(offered_positions)
    audit.record(
        by=by, verb="fairs.booth_requested", target=booth, positions=[p.pk for p in offered_positions]
    )
    return booth


@transaction.atomic
def bring_position(*, fair: JobFairPage, position: Position, by: User) -> Booth:
    """Add a position to the employer's booth, requesting a booth where there is none yet.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the position is not open, or as for `request_booth`.
    """
    locked(position.employer)
    if not Position.objects.open_at().filter(pk=position.pk).exists():
        raise ValidationError("这个岗位现在没有公开招聘，不能带到招聘会。")
    booth = Booth.objects.filter(fair=fair, employer=position.employer).first()
    if booth is not None:
        booth = locked(booth)  # else a withdrawal at this moment would be undone with all its positions
    current = booth.positions.all() if booth is not None and booth.state in _ACTIVE_BOOTH_STATES else []
    booth = request_booth(fair=fair, employer=position.employer, positions=[*current, position], by=by)
    audit.record(by=by, verb="fairs.position_brought", target=booth, position=position.pk)
    return booth


@transaction.atomic
def confirm_booth(*, booth: Booth, by: User, number: str = "") -> Booth:
    """Confirm a booth and assign its number, by default the next free one.

    Raises:
        PermissionDenied: `by` is not staff of the organiser.
        ValidationError: the number belongs to another booth of the fair.
    """
    locked(booth.fair)  # numbers are given one after the other
    booth = locked(booth)
    if not can_manage(by, booth.fair):
        raise PermissionDenied("not staff of the organiser")
    number = fold_words(number).upper() or _next_number(booth.fair)
    if Booth.objects.filter(fair=booth.fair, number=number).exclude(pk=booth.pk).exists():
        raise ValidationError({"number": f"展位号 {number} 已被占用，请换一个。"})
    booth.state = BOOTH_TRANSITIONS.target("confirm", booth.state)
    booth.number = number
    booth.state_reason = ""
    booth.save()
    audit.record(by=by, verb="fairs.booth_confirmed", target=booth, number=number)
    return booth


def _next_number(fair: JobFairPage) -> str:
    used_numbers = set(Booth.objects.filter(fair=fair).exclude(number="").values_list("number", flat=True))
    return next(number for number in (f"A{i:02d}" for i in range(1, 10_000)) if number not in used_numbers)


@transaction.atomic
def refuse_booth(*, booth: Booth, by: User, reason: str) -> Booth:
    """Refuse a request for a booth with a reason that the employer reads."""
    booth = locked(booth)
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
    """Withdraw the employer's booth from a fair before it begins, with a reason that the organiser reads.

    The number becomes free. The employer may request a booth again.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: no reason, or the fair has begun; then the employer calls the organiser.
        TransitionRefused: the booth is neither requested nor confirmed.
    """
    booth = locked(booth)
    if not acts_for(by, booth.employer):
        raise PermissionDenied("not a member of this employer")
    if not reason.strip():
        raise ValidationError({"reason": "请写明退出原因，主办方会看到。"})
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
    """Register a veteran for a fair and issue the ticket; a repeated call returns the same ticket.

    Raises:
        PermissionDenied: `by` is neither the person nor staff of the record's station.
        ValidationError: registration is closed or the fair is full.
    """
    veteran = locked(veteran, "station")
    fair = locked(fair)  # serialises the numbers
    if not can_register(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    registration = Registration.objects.filter(fair=fair, veteran=veteran).first()
    if registration is not None:
        registration = locked(registration)
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
    """Cancel a registration; its ticket is no longer valid. A second call changes nothing.

    Raises:
        PermissionDenied: `by` is neither the person nor staff of the record's station.
        ValidationError: the person has checked in already.
    """
    registration = locked(registration, "veteran__station")
    if not can_register(by, registration.veteran):
        raise PermissionDenied("neither the person nor their station")
    if not registration.is_active:
        return registration
    if CheckIn.objects.filter(registration=registration).exists():
        raise ValidationError("已经入场，不能取消报名。")
    registration.state = RegistrationState.CANCELLED
    registration.save()
    audit.record(by=by, verb="fairs.registration_cancelled", target=registration)
    return registration


def find_registration(*, fair: JobFairPage, code: str) -> Registration:
    """Return the registration of a scanned ticket or a number typed in.

    Raises:
        CheckInRefused: the fair has no such registration.
    """
    rows = Registration.objects.select_related("veteran").filter(fair=fair)
    code = fold_code(code)
    if is_digits(code) and len(code) <= 6:
        registration = rows.filter(number=int(code)).first()
    else:
        try:
            registration = rows.filter(ticket=uuid.UUID(code)).first()
        except ValueError:
            registration = None
    if registration is None:
        raise CheckInRefused("没有找到这张票，请核对是否为本场招聘会，或按报名序号查找。")
    return registration


@transaction.atomic
def assign_door_shift(*, fair: JobFairPage, user: User, by: User) -> DoorShift:
    """Assign a helper to the door and booths on the day of the fair; a repeated call changes nothing."""
    if not can_manage(by, fair):
        raise PermissionDenied("not staff of the organiser")
    shift, is_new = DoorShift.objects.get_or_create(
        fair=fair, user=user, day=timezone.localdate(fair.starts_at)
    )
    if is_new:
        audit.record(by=by, verb="fairs.duty_assigned", target=fair, user=user.pk)
    return shift


@transaction.atomic
def check_in(*, fair: JobFairPage, code: str, by: User) -> tuple[CheckIn, bool]:
    """Check in the holder of a ticket.

    Returns:
        The check-in, and whether it is new; a second scan changes nothing.

    Raises:
        PermissionDenied: `by` may not use the desk of this fair.
        CheckInRefused: unknown or cancelled ticket.
    """
    if not can_operate(by, fair):
        raise PermissionDenied("does not serve at this fair")
    registration = locked(find_registration(fair=fair, code=code), "veteran")
    if not registration.is_active:
        raise CheckInRefused("这张票已取消。")
    entry, is_new = CheckIn.objects.get_or_create(
        registration=registration, defaults={"fair": fair, "kind": VisitorKind.VETERAN, "by": by}
    )
    if is_new:
        audit.record(by=by, verb="fairs.checked_in", target=registration)
    return entry, is_new


@transaction.atomic
def count_visitor(*, fair: JobFairPage, kind: VisitorKind, by: User) -> CheckIn:
    """Record the entry of a visitor without a ticket (family, other)."""
    if not can_operate(by, fair):
        raise PermissionDenied("does not serve at this fair")
    entry = CheckIn.objects.create(fair=fair, kind=kind, by=by)
    audit.record(by=by, verb="fairs.visitor_counted", target=fair, kind=kind)
    return entry
