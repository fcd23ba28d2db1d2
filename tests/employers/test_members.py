"""Who acts for an employer: invited, with a role, and never without an owner."""

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


def test_nobody_becomes_a_member_without_saying_yes(employer: Any, owner: Any) -> None:
    phone = make_phone()
    asked = members.invite(employer=employer, by=owner, phone=f"+86 {phone}", role=RECRUITER)
    assert employer.memberships.count() == 1
    invited = make_user("吴晓彤", phone=phone)
    assert list(EmployerInvitation.objects.to(invited).pending()) == [asked]
    members.accept(invitation=asked, by=invited)
    assert employer.memberships.get(user=invited).role == RECRUITER
    assert list(Employer.objects.with_member(invited)) == [employer]
    with pytest.raises(ValidationError, match="已失效"):
        members.accept(invitation=asked, by=invited)
    said = AuditEvent.objects.filter(target_type="employers.employer").values_list("verb", flat=True)
    assert set(said) == {"employers.member_invited", "employers.member_joined"}


def test_who_signs_in_here_already_is_told_of_an_invitation(employer: Any, owner: Any) -> None:
    user = make_user()
    members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    assert notification_url(Notification.objects.visible_to(user).get()) == "/company/invitations/"
    assert not Notification.objects.visible_to(owner).exists()


def test_an_invitation_is_the_invited_persons_alone(employer: Any, owner: Any) -> None:
    asked = members.invite(employer=employer, by=owner, phone=make_phone(), role=OWNER)
    for verb in (members.accept, members.decline):
        with pytest.raises(PermissionDenied):
            verb(invitation=asked, by=make_user())
    assert not EmployerInvitation.objects.visible_to(make_user()).exists()
    assert EmployerInvitation.objects.visible_to(owner).get() == asked


def test_a_declined_withdrawn_or_old_invitation_opens_nothing(employer: Any, owner: Any) -> None:
    user = make_user()
    declined = members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    members.decline(invitation=declined, by=user)
    withdrawn = members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    members.withdraw_invitation(invitation=withdrawn, by=owner)
    with pytest.raises(ValidationError, match="已经答复"):
        members.withdraw_invitation(invitation=withdrawn, by=owner)
    old = members.invite(employer=employer, by=owner, phone=user.phone, role=RECRUITER)
    EmployerInvitation.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    for asked in (declined, withdrawn, old):
        with pytest.raises(ValidationError, match="已失效"):
            members.accept(invitation=asked, by=user)
    assert not employer.memberships.filter(user=user).exists()


def test_asking_again_takes_the_place_of_the_earlier_invitation(employer: Any, owner: Any) -> None:
    phone = make_phone()
    first = members.invite(employer=employer, by=owner, phone=phone, role=RECRUITER)
    second = members.invite(employer=employer, by=owner, phone=phone, role=OWNER)
    first.refresh_from_db()
    assert first.state == InvitationState.WITHDRAWN
    assert list(employer.invitations.pending()) == [second]


@pytest.mark.parametrize("phone", ["12345", ""])
def test_a_bad_number_is_told_beside_its_field(employer: Any, owner: Any, phone: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        members.invite(employer=employer, by=owner, phone=phone, role=RECRUITER)
    assert "phone" in refused.value.message_dict


def test_a_member_is_not_invited_and_there_is_an_end_to_inviting(
    employer: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match="已经是本单位成员"):
        members.invite(employer=employer, by=owner, phone=owner.phone, role=RECRUITER)
    monkeypatch.setattr(members, "MAX_MEMBERS", 2)
    members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)
    with pytest.raises(ValidationError, match="最多 2 个"):
        members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)


def test_only_an_owner_changes_who_acts(employer: Any, owner: Any) -> None:
    recruiter, rival = _recruiter(employer), make_user()
    make_employer(member=rival)
    asked = members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)
    of_owner = employer.memberships.get(user=owner)
    for user in (recruiter.user, rival, make_user()):
        with pytest.raises(PermissionDenied):
            members.invite(employer=employer, by=user, phone=make_phone(), role=RECRUITER)
        with pytest.raises(PermissionDenied):
            members.change_role(membership=recruiter, by=user, role=OWNER)
        with pytest.raises(PermissionDenied):
            members.remove(membership=of_owner, by=user)
        with pytest.raises(PermissionDenied):
            members.withdraw_invitation(invitation=asked, by=user)


def test_never_without_an_owner(employer: Any, owner: Any) -> None:
    own, other = employer.memberships.get(user=owner), _recruiter(employer)
    for verb in (
        lambda: members.remove(membership=own, by=owner),
        lambda: members.change_role(membership=own, by=owner, role=RECRUITER),
    ):
        with pytest.raises(ValidationError, match="至少要有一名管理员"):
            verb()
    members.change_role(membership=other, by=owner, role=OWNER)
    members.change_role(membership=own, by=owner, role=RECRUITER)
    with pytest.raises(PermissionDenied):
        members.remove(membership=other, by=owner)
    members.remove(membership=own, by=owner)  # leaves by themselves
    assert [m.user for m in employer.memberships.all()] == [other.user]
    event = AuditEvent.objects.filter(verb="employers.role_changed").latest("pk")
    assert (event.data["role_before"], event.data["role"]) == ("owner", "recruiter")


def test_who_is_removed_sees_nothing_any_more(employer: Any, owner: Any) -> None:
    recruiter = _recruiter(employer)
    members.remove(membership=recruiter, by=owner)
    assert not Employer.objects.with_member(recruiter.user).exists()


def test_a_reviewer_invites_an_owner_where_none_can_be_reached(employer: Any) -> None:
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
def test_the_database_keeps_state_and_answer_together(employer: Any, owner: Any, change: Any) -> None:
    asked = members.invite(employer=employer, by=owner, phone=make_phone(), role=RECRUITER)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmployerInvitation.objects.filter(pk=asked.pk).update(**change)


def test_the_database_keeps_one_waiting_invitation_a_number(employer: Any, owner: Any) -> None:
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
