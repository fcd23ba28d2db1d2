"""An owner's and a recruiter's pages: members, documents, renewal, changes, leaving a fair."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.documents.enums import DocumentKind
from portal.documents.models import Document
from portal.employers.employer_documents import add_document
from portal.employers.enums import EmployerRole, InvitationState
from portal.employers.models import (
    Employer,
    EmployerInvitation,
    EmployerMembership,
    ProfileChange,
)
from portal.fairs import actions as fairs
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth, Registration
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_phone,
    make_picture,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def owner() -> Any:
    return make_user("王经理")


@pytest.fixture
def employer(owner: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=owner)


@pytest.fixture
def recruiter(employer: Any) -> Any:
    user = make_user("吴晓彤")
    return EmployerMembership.objects.create(user=user, employer=employer, role=EmployerRole.RECRUITER)


def _url(name: Any, *args: Any) -> Any:
    return reverse(f"employer:{name}", args=args)


def _file(content: Any = None) -> Any:
    return SimpleUploadedFile("照片.png", content or make_picture(), content_type="text/html")


def _profile(employer: Any, **changes: Any) -> Any:
    names = (
        "name", "industry", "size_band", "nature", "address", "introduction", "contact_person",
        "contact_phone",
    )  # fmt: skip
    return {name: getattr(employer, name) for name in names} | {"region": employer.region_id} | changes


# --- members
def test_owner_invites_and_invitee_is_redirected_to_invitation(
    client_for: Any, employer: Any, owner: Any
) -> None:
    phone = make_phone()
    page = client_for(owner).post(_url("members"), {"phone": phone, "role": "recruiter"}, follow=True)
    assert "已发出邀请" in page.content.decode()
    invitee = client_for(make_user("吴晓彤", phone=phone))
    assert invitee.get(_url("home")).url == _url("invitations")
    assert employer.name in invitee.get(_url("invitations")).content.decode()
    invitation = EmployerInvitation.objects.get()
    page = invitee.post(_url("invitation-answer", invitation.pk), {"answer": "accept"}, follow=True)
    assert "您已加入" in page.content.decode()
    assert "招聘专员" in page.content.decode()


def test_invitation_is_declined_or_withdrawn(client_for: Any, employer: Any, owner: Any) -> None:
    user = make_user()
    there = client_for(owner)
    there.post(_url("members"), {"phone": user.phone, "role": "owner"})
    invitation = EmployerInvitation.objects.get()
    client_for(user).post(_url("invitation-answer", invitation.pk), {"answer": "decline"})
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.DECLINED
    page = there.post(_url("invitation-withdraw", invitation.pk), follow=True)
    assert "已经答复" in page.content.decode()
    page = client_for(user).post(_url("invitation-answer", invitation.pk), {"answer": "accept"}, follow=True)
    assert "已失效" in page.content.decode()


def test_owner_is_not_offered_the_invitation_that_was_sent_to_another(
    client_for: Any, employer: Any, owner: Any
) -> None:
    there = client_for(owner)
    there.post(_url("members"), {"phone": make_phone(), "role": "recruiter"})
    page = there.get(_url("invitations")).content.decode()
    assert "没有待接受的邀请" in page
    assert employer.name not in page
    invitation = EmployerInvitation.objects.get()
    for answer in ("accept", "decline"):
        url = _url("invitation-answer", invitation.pk)
        assert there.post(url, {"answer": answer}).status_code == 404
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.WAITING


def test_invalid_phone_shows_field_error_and_keeps_input(client_for: Any, employer: Any, owner: Any) -> None:
    page = client_for(owner).post(_url("members"), {"phone": "1234", "role": "owner"}).content.decode()
    assert "11位手机号码" in page
    assert 'value="1234"' in page


def test_recruiter_cannot_manage_members_or_profile(
    client_for: Any, employer: Any, owner: Any, recruiter: Any
) -> None:
    there, own = client_for(recruiter.user), employer.memberships.get(user=owner)
    for name in (
        "home",
        "positions",
        "position-new",
        "fairs",
        "intentions",
        "documents",
        "members",
        "profile",
    ):
        assert there.get(_url(name)).status_code == 200
    assert "邀请成员" not in there.get(_url("members")).content.decode()
    assert "<form" not in there.get(_url("profile")).content.decode().partition("<main")[2]
    for url, data in (
        (_url("members"), {"phone": make_phone(), "role": "owner"}),
        (_url("member-role", recruiter.pk), {"role": "owner"}),
        (_url("member-remove", own.pk), {}),
        (_url("profile"), _profile(employer, name="夺名有限公司")),
        (_url("renew"), {}),
        (_url("change-withdraw"), {}),
    ):
        assert there.post(url, data).status_code == 403, url
    assert there.post(_url("documents"), {"kind": "licence", "file": _file()}).status_code == 302
    employer.refresh_from_db()
    assert employer.name == "江门市远航物流有限公司"
    assert list(employer.memberships.values_list("role", flat=True).order_by("pk")) == ["owner", "recruiter"]


def test_role_changes_but_last_owner_stays(
    client_for: Any, employer: Any, owner: Any, recruiter: Any
) -> None:
    there, own = client_for(owner), employer.memberships.get(user=owner)
    page = there.post(_url("member-remove", own.pk), follow=True).content.decode()
    assert "至少要有一名管理员" in page
    there.post(_url("member-role", recruiter.pk), {"role": "x"})
    there.post(_url("member-role", recruiter.pk), {"role": "owner"})
    answer = there.post(_url("member-remove", own.pk))
    assert answer.url == reverse("public:landing")
    assert there.get(_url("members")).url == _url("register")
    assert employer.memberships.get().user == recruiter.user


def test_other_employer_reaches_no_member_document_or_invitation(
    client_for: Any, employer: Any, owner: Any, recruiter: Any
) -> None:
    rival = make_user()
    make_employer(member=rival)
    client_for(owner).post(_url("members"), {"phone": make_phone(), "role": "owner"})
    document = add_document(employer=employer, by=owner, kind=DocumentKind.LICENCE, content=make_picture())
    there, invitation = client_for(rival), EmployerInvitation.objects.get()
    assert there.get(_url("document", document.pk)).status_code == 404
    for url in (
        _url("document-remove", document.pk),
        _url("member-role", recruiter.pk),
        _url("member-remove", recruiter.pk),
        _url("invitation-answer", invitation.pk),
        _url("invitation-withdraw", invitation.pk),
    ):
        assert there.post(url, {"role": "owner", "answer": "accept"}).status_code == 404, url
    assert "吴晓彤" not in there.get(_url("members")).content.decode()


# --- documents
def test_document_is_uploaded_viewed_and_removed(client_for: Any, employer: Any, owner: Any) -> None:
    there = client_for(owner)
    page = there.post(_url("documents"), {"kind": "licence", "file": _file()}, follow=True).content.decode()
    assert "已上传" in page
    document = Document.objects.get()
    response = there.get(_url("document", document.pk))
    assert (response["Content-Type"], response["Cache-Control"]) == (
        "image/png",
        "private, no-store",
    )
    again = there.post(
        _url("documents"), {"kind": "licence", "file": _file(response.content)}
    ).content.decode()
    assert "已经上传过" in again
    there.post(_url("document-remove", document.pk))
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("licence", b"MZ" + b"\0" * 300, "只能上传照片"),
        ("permit", None, "有效的选项"),
        ("licence", b"\x89PNG" + b"\0" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
    ],
)
def test_invalid_document_shows_reason(
    client_for: Any, employer: Any, owner: Any, kind: Any, content: Any, message: Any
) -> None:
    page = client_for(owner).post(_url("documents"), {"kind": kind, "file": _file(content)}).content.decode()
    assert message in page
    assert not Document.objects.exists()


def test_renewal_is_offered_before_expiry(client_for: Any, employer: Any, owner: Any) -> None:
    there = client_for(owner)
    assert "现在不需要申请续期" in there.post(_url("renew"), follow=True).content.decode()
    Employer.objects.update(verified_until=timezone.localdate() + timedelta(days=10))
    assert "核验快到期了" in there.get(_url("home")).content.decode()
    assert "已申请续期" in there.post(_url("renew"), follow=True).content.decode()
    assert Employer.objects.with_renewal_request().get() == employer


def test_name_change_waits_for_review_and_can_be_withdrawn(
    client_for: Any, employer: Any, owner: Any
) -> None:
    there = client_for(owner)
    page = there.post(_url("profile"), _profile(employer, name="江门市新名有限公司"), follow=True)
    html = page.content.decode()
    assert "江门市远航物流有限公司 → 江门市新名有限公司" in html
    assert client_for(make_user()).get(reverse("public:employer", args=[employer.pk])).status_code == 200
    there.post(_url("change-withdraw"))
    assert not ProfileChange.objects.pending().exists()


def test_invalid_profile_shows_reason_and_changes_nothing(client_for: Any, employer: Any, owner: Any) -> None:
    page = client_for(owner).post(_url("profile"), _profile(employer, name="", is_agency="on"))
    html = page.content.decode()
    assert "许可证号" in html
    assert "请填写" in html
    assert "江门市远航物流有限公司" in html
    assert not ProfileChange.objects.exists()


# --- leaving a fair
def test_leaving_a_fair_frees_the_booth_with_a_reason(
    client_for: Any, employer: Any, owner: Any, recruiter: Any
) -> None:
    fair, position_row = make_fair(), make_position(employer=employer)
    booth = make_booth(fair, position_row, number="A01")
    make_registration(fair, make_veteran())
    assert Registration.objects.for_upcoming_fairs_of(employer).exists()
    there = client_for(recruiter.user)
    assert "退出" in there.get(_url("fairs")).content.decode()
    assert "reason" in there.post(_url("leave-fair", fair.pk), {"reason": " "}).context["form"].errors
    page = there.post(_url("leave-fair", fair.pk), {"reason": "岗位已招满"}, follow=True).content.decode()
    assert "已退出" in page
    booth.refresh_from_db()
    assert (booth.state, booth.number, booth.state_reason) == (BoothState.WITHDRAWN, "", "岗位已招满")
    assert not Booth.objects.visible_to(make_user()).exists()
    assert not Registration.objects.for_upcoming_fairs_of(employer).exists()
    assert position_row.is_open
    clerk = make_staff(make_stations()["新会区"], StationRole.CLERK)
    assert "岗位已招满" in client_for(clerk).get(reverse("staff:booth", args=[booth.pk])).content.decode()
    other = Booth.objects.create(fair=fair, employer=make_employer())
    assert fairs.confirm_booth(booth=other, by=clerk).number == "A01"
    there.post(_url("join-fair", fair.pk), {"positions": [position_row.pk]})
    booth.refresh_from_db()
    assert (booth.state, booth.state_reason) == (BoothState.REQUESTED, "")


def test_booth_request_is_withdrawn_only_once(client_for: Any, employer: Any, owner: Any) -> None:
    fair = make_fair()
    booth = Booth.objects.create(fair=fair, employer=employer)
    there = client_for(owner)
    there.post(_url("leave-fair", fair.pk), {"reason": "时间冲突"})
    booth.refresh_from_db()
    assert booth.state == BoothState.WITHDRAWN
    assert there.get(_url("leave-fair", fair.pk)).status_code == 404


def test_fair_cannot_be_left_after_its_start(client_for: Any, employer: Any, owner: Any) -> None:
    now = timezone.now()
    fair = make_fair(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=2))
    booth = make_booth(fair, make_position(employer=employer))
    page = client_for(owner).post(_url("leave-fair", fair.pk), {"reason": "不来了"})
    assert "已经开始" in page.content.decode()
    booth.refresh_from_db()
    assert booth.state == BoothState.CONFIRMED


def test_other_employer_cannot_withdraw_the_booth(client_for: Any, employer: Any) -> None:
    fair, rival = make_fair(), make_user()
    make_employer(member=rival)
    booth = make_booth(fair, make_position(employer=employer))
    assert client_for(rival).post(_url("leave-fair", fair.pk), {"reason": "走"}).status_code == 404
    booth.refresh_from_db()
    assert booth.state == BoothState.CONFIRMED


@pytest.mark.parametrize("name", ["members", "documents"])
def test_lists_use_constant_number_of_queries(
    client_for: Any, employer: Any, owner: Any, same_queries: Any, name: Any
) -> None:
    kinds = iter([DocumentKind.LICENCE, DocumentKind.RECRUITMENT_BROCHURE, DocumentKind.AUTHORISATION])
    there = client_for(owner)

    def grow() -> None:
        for _ in range(3):
            EmployerMembership.objects.create(user=make_user(), employer=employer, role="recruiter")
            there.post(_url("members"), {"phone": make_phone(), "role": "recruiter"})
        add_document(employer=employer, by=owner, kind=next(kinds), content=make_picture())

    grow()
    there.get(_url(name))
    same_queries(lambda: there.get(_url(name)), grow)
