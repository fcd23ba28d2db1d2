"""Members of an employer: invitations by phone number, roles, removal; one owner always remains."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.encryption import hash_phone
from portal.core.locking import locked
from portal.core.validators import normalise_phone, validate_phone
from portal.employers.enums import EmployerRole, InvitationState
from portal.employers.models import Employer, EmployerInvitation, EmployerMembership
from portal.employers.notifications import notify_invited
from portal.employers.permissions import can_invite, can_remove, owns

INVITATION_VALIDITY = timedelta(days=14)
MAX_MEMBERS = 50  # members and pending invitations of one employer


@transaction.atomic
def invite(*, employer: Employer, by: User, phone: str, role: EmployerRole) -> EmployerInvitation:
    """Invite a person by phone number to act for an employer; a repeated invitation replaces the earlier one.

    Raises:
        PermissionDenied: `by` is neither an owner nor a reviewer who invites an owner.
        ValidationError: no phone number, a member already, or MAX_MEMBERS reached (field `phone`).
    """
    employer = locked(employer)  # two owners cannot remove each other at once
    if not can_invite(by, employer, role):
        raise PermissionDenied("may not invite for this employer")
    phone = normalise_phone(phone)
    try:
        validate_phone(phone)
    except ValidationError as error:
        raise ValidationError({"phone": error}) from error
    phone_hash = hash_phone(phone)
    if employer.memberships.filter(user__phone_hash=phone_hash).exists():
        raise ValidationError({"phone": "这个号码已经是本单位成员，可以直接调整角色。"})
    _settle(employer.invitations.filter(phone_hash=phone_hash), InvitationState.WITHDRAWN)
    if employer.memberships.count() + employer.invitations.pending().count() >= MAX_MEMBERS:
        raise ValidationError({"phone": f"成员和待接受的邀请最多 {MAX_MEMBERS} 个。"})
    now = timezone.now()
    invitation = EmployerInvitation.objects.create(
        employer=employer,
        phone=phone,
        phone_hash=phone_hash,
        role=role,
        invited_by=by,
        invited_at=now,
        expires_at=now + INVITATION_VALIDITY,
    )
    audit.record(by=by, verb="employers.member_invited", target=employer, role=role, invitation=invitation.pk)
    notify_invited(invitation)
    return invitation


def _settle(rows: models.QuerySet[EmployerInvitation], state: InvitationState) -> int:
    return rows.filter(state=InvitationState.WAITING).update(state=state, settled_at=timezone.now())


@transaction.atomic
def accept(*, invitation: EmployerInvitation, by: User) -> EmployerMembership:
    """Accept an invitation; its membership begins.

    Raises:
        PermissionDenied: the invitation of another phone number.
        ValidationError: answered, withdrawn or expired.
    """
    invitation = _lock_invitation(invitation)
    _require_own(invitation, by)
    _require_pending(invitation)
    _settle(EmployerInvitation.objects.filter(pk=invitation.pk), InvitationState.ACCEPTED)
    membership, _ = EmployerMembership.objects.get_or_create(
        user=by, employer=invitation.employer, defaults={"role": invitation.role}
    )
    audit.record(by=by, verb="employers.member_joined", target=invitation.employer, role=membership.role)
    return membership


@transaction.atomic
def decline(*, invitation: EmployerInvitation, by: User) -> None:
    """Decline an invitation.

    Raises:
        PermissionDenied, ValidationError: as for `accept`.
    """
    invitation = _lock_invitation(invitation)
    _require_own(invitation, by)
    _require_pending(invitation)
    _settle(EmployerInvitation.objects.filter(pk=invitation.pk), InvitationState.DECLINED)
    audit.record(
        by=by, verb="employers.invitation_declined", target=invitation.employer, invitation=invitation.pk
    )


@transaction.atomic
def withdraw_invitation(*, invitation: EmployerInvitation, by: User) -> None:
    """Withdraw an invitation.

    Raises:
        PermissionDenied: not an owner.
        ValidationError: answered already.
    """
    invitation = _lock_invitation(invitation)
    if not owns(by, invitation.employer):
        raise PermissionDenied("not an owner of this employer")
    if not _settle(EmployerInvitation.objects.filter(pk=invitation.pk), InvitationState.WITHDRAWN):
        raise ValidationError("对方已经答复，邀请不能再撤回。")
    audit.record(
        by=by, verb="employers.invitation_withdrawn", target=invitation.employer, invitation=invitation.pk
    )


def _lock_invitation(invitation: EmployerInvitation) -> EmployerInvitation:
    locked(invitation.employer)
    return locked(invitation)


def _lock_membership(membership: EmployerMembership) -> EmployerMembership:
    locked(membership.employer)
    return locked(membership)


def _require_own(invitation: EmployerInvitation, user: User) -> None:
    if invitation.phone_hash != user.phone_hash:
        raise PermissionDenied("somebody else's invitation")


def _require_pending(invitation: EmployerInvitation) -> None:
    if not EmployerInvitation.objects.pending().filter(pk=invitation.pk).exists():
        raise ValidationError("这份邀请已失效，请联系单位管理员重新邀请。")


@transaction.atomic
def change_role(*, membership: EmployerMembership, by: User, role: EmployerRole) -> EmployerMembership:
    """Give a member another role.

    Raises:
        PermissionDenied: not an owner.
        ValidationError: the employer would have no owner.
    """
    membership = _lock_membership(membership)
    if not owns(by, membership.employer):
        raise PermissionDenied("not an owner of this employer")
    before = membership.role
    if role != EmployerRole.OWNER:
        _require_another_owner(membership)
    membership.role = role
    membership.save(update_fields=["role", "updated_at"])
    if before != role:
        audit.record(
            by=by,
            verb="employers.role_changed",
            target=membership.employer,
            user=membership.user_id,
            role_before=before,
            role=role,
        )
    return membership


@transaction.atomic
def remove(*, membership: EmployerMembership, by: User) -> None:
    """Remove a member; members may also remove themselves.

    Raises:
        PermissionDenied: neither an owner nor the member.
        ValidationError: the employer would have no owner.
    """
    membership = _lock_membership(membership)
    if not can_remove(by, membership):
        raise PermissionDenied("neither an owner nor the member")
    _require_another_owner(membership)
    employer, user, role = membership.employer, membership.user_id, membership.role
    membership.delete()
    audit.record(by=by, verb="employers.member_removed", target=employer, user=user, role=role)


def _require_another_owner(membership: EmployerMembership) -> None:
    others = EmployerMembership.objects.filter(employer=membership.employer, role=EmployerRole.OWNER)
    if not others.exclude(pk=membership.pk).exists():
        raise ValidationError("单位至少要有一名管理员，请先把另一名成员设为管理员。")
