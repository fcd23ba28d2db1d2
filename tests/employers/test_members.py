"""Members of an employer: invitations, roles, removal, and the last owner."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.core.models import AuditEvent
from portal.employers import members
from portal.employers.enums import EmployerRole, InvitationState
from portal.employers.models import Employer, EmployerInvitation, EmployerMembership
from portal.notifications.models import Notification
from portal.web.shared.notification_links import notification_url
from tests.factories import make_employer, make_phone, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
OWNER, RECRUITER = EmployerRole.OWNER, EmployerRole.RECRUITER


@pytest.fixture
def owner() -> Any:
    return make_user("王经理")


@pytest.fixture
def employer(owner: Any) -> Any:
    return make_employer(member=owner)


def _recruiter(employer: Any, name: Any = "吴晓彤") -> Any:
    return EmployerMembership.objects.create(user=make_user(name), employer=employer, role=RECRUITER)


def test_membership_begins_when_the_invitation_is_accepted(employer: Any, owner: Any) -> None:
    phone = make_phone()
    invitation = members.invite(employer=employer, by=owner, phone=f"+86 {phone}", role=RECRUITER)
    assert employer.memberships.count() == 1
    invitee = make_user("吴晓彤", phone=phone)
    assert list(EmployerInvitation.objects.to(invitee).pending()) == [invitation]
    members.accept(invitation=invitation, by=invitee)
    assert employer.memberships.get(user=invitee).role == RECRUITER
    assert list(Employer.objects.with_member(invitee)) == [employer]
    with pytest.raises(ValidationError, match="已失效"):
        members.accept(invitation=invitation, by=invitee)
    verbs = AuditEvent.objects.filter(target_type="employers.employer").values_list("verb", flat=True)
    assert set(verbs) == {"employers.member_invited", "employers.member_joined"}


def test_invited_user_with_an_account_is_notified(employer: Any, owner: Any) -> None:
    user = make_user()
    members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    assert notification_url(Notification.objects.visible_to(user).get()) == "/company/invitations/"
    assert not Notification.objects.visible_to(owner).exists()


def test_invitation_is_answered_by_the_invited_phone_number_only(employer: Any, owner: Any) -> None:
    invitation = members.invite(employer=employer, by=owner, phone=make_phone(), role=OWNER)
    for action in (members.accept, members.decline):
        with pytest.raises(PermissionDenied):
            action(invitation=invitation, by=make_user())
    assert not EmployerInvitation.objects.visible_to(make_user()).exists()
    assert EmployerInvitation.objects.visible_to(owner).get() == invitation


def test_declined_withdrawn_or_expired_invitation_cannot_be_accepted(employer: Any, owner: Any) -> None:
    user = make_user()
    declined_invitation = members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    members.decline(invitation=declined_invitation, by=user)
    withdrawn_invitation = members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    members.withdraw_invitation(invitation=withdrawn_invitation, by=owner)
    with pytest.raises(ValidationError, match="已经答复"):
        members.withdraw_invitation(invitation=withdrawn_invitation, by=owner)
    expired_invitation = members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    EmployerInvitation.objects.filter(pk=expired_invitation.pk).update(expires_at=timezone.now())
    for invitation in (declined_invitation, withdrawn_invitation, expired_invitation):
        with pytest.raises(ValidationError, match="已失效"):
            members.accept(invitation=invitation, by=user)
    assert not employer.memberships.filter(user=user).exists()


def test_second_invitation_of_a_number_replaces_the_first(employer: Any, owner: Any) -> None:
    phone = make_phone()
    first = members.invite(employer=employer, by=owner, phone=phone, role=RECRUITER)
    second = members.invite(employer=employer, by=owner, phone=phone, role=OWNER)
    first.refresh_from_db()
    assert first.state == InvitationState.WITHDRAWN
    assert list(employer.invitations.pending()) == [second]


@pytest.mark.parametrize("phone", ["12345", ""])
def test_invalid_phone_number_is_an_error_of_its_field(employer: Any, owner: Any, phone: Any) -> None:
    with pytest.raises(ValidationError) as error:
        members.invite(employer=employer, by=owner, phone=phone, role=RECRUITER)
    assert "phone" in error.value.message_dict


def test_member_is_not_invited_again_and_the_number_of_members_is_limited(
    employer: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match="已经是本单位成员"):
        members.invite(employer=employer, by=owner, phone=owner.phone, role=RECRUITER)
    monkeypatch.setattr(members, "MAX_MEMBERS", 2)
    members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)
    with pytest.raises(ValidationError, match="最多 2 个"):
        members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)


def test_only_owners_invite_remove_and_change_roles(employer: Any, owner: Any) -> None:
    recruiter, rival = _recruiter(employer), make_user()
    make_employer(member=rival)
    invitation = members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)
    owner_membership = employer.memberships.get(user=owner)
    for user in (recruiter.user, rival, make_user()):
        with pytest.raises(PermissionDenied):
            members.invite(employer=employer, by=user, phone=make_phone(), role=RECRUITER)
        with pytest.raises(PermissionDenied):
            members.change_role(membership=recruiter, by=user, role=OWNER)
        with pytest.raises(PermissionDenied):
            members.remove(membership=owner_membership, by=user)
        with pytest.raises(PermissionDenied):
            members.withdraw_invitation(invitation=invitation, by=user)


def test_last_owner_can_neither_leave_nor_change_role(employer: Any, owner: Any) -> None:
    own, other = employer.memberships.get(user=owner), _recruiter(employer)
    for action in (
        lambda: members.remove(membership=own, by=owner),
        lambda: members.change_role(membership=own, by=owner, role=RECRUITER),
    ):
        with pytest.raises(ValidationError, match="至少要有一名管理员"):
            action()
    members.change_role(membership=other, by=owner, role=OWNER)
    members.change_role(membership=own, by=owner, role=RECRUITER)
    with pytest.raises(PermissionDenied):
        members.remove(membership=other, by=owner)
    members.remove(membership=own, by=owner)  # members may leave
    assert [m.user for m in employer.memberships.all()] == [other.user]
    event = AuditEvent.objects.filter(verb="employers.role_changed").latest("pk")
    assert (event.data["role_before"], event.data["role"]) == ("owner", "recruiter")


def test_removed_member_no_longer_runs_the_employer(employer: Any, owner: Any) -> None:
    recruiter = _recruiter(employer)
    members.remove(membership=recruiter, by=owner)
    assert not Employer.objects.with_member(recruiter.user).exists()


def test_reviewer_of_the_station_invites_an_owner_only(employer: Any) -> None:
    stations = make_stations()
    reviewer = make_staff(stations["新会区"], StationRole.REVIEWER)
    members.invite(employer=employer, by=reviewer, phone=make_phone(), role=OWNER)
    for user, role in (
        (reviewer, RECRUITER),
        (make_staff(stations["蓬江区"], StationRole.REVIEWER), OWNER),
        (make_staff(stations["新会区"], StationRole.CLERK), OWNER),
    ):
        with pytest.raises(PermissionDenied):
            members.invite(employer=employer, by=user, phone=make_phone(), role=role)


@pytest.mark.parametrize("change", [{"state": InvitationState.ACCEPTED}, {"settled_at": timezone.now()}])
def test_database_requires_the_time_of_a_settled_invitation(employer: Any, owner: Any, change: Any) -> None:
    invitation = members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmployerInvitation.objects.filter(pk=invitation.pk).update(**change)


def test_database_allows_one_pending_invitation_per_phone_number(employer: Any, owner: Any) -> None:
    phone = make_phone()
    members.invite(employer=employer, by=owner, phone=phone, role=RECRUITER)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmployerInvitation.objects.create(
            employer=employer,
            phone=phone,
            phone_hash=lookup_hash(phone),
            role=RECRUITER,
            invited_by=owner,
            expires_at=timezone.now() + timedelta(days=1),
        )
