"""Employer pages: queues, search and every verification decision."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.documents.enums import DocumentKind, DocumentState
from portal.employers import actions, verification
from portal.employers.employer_documents import add_document
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.models import Employer, EmployerInvitation, ProfileChange
from portal.notifications.models import Notification
from tests.factories import make_employer, make_phone, make_picture, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
LIST = "staff:employers"


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def reviewer(db: None) -> Any:
    return make_staff(make_stations()["新会区"], StationRole.REVIEWER)


@pytest.fixture
def desk(client_for: Any, reviewer: Any) -> Any:
    return client_for(reviewer)


@pytest.fixture
def owner() -> Any:
    return make_user("王经理")


@pytest.fixture
def employer(owner: Any) -> Any:
    return make_employer(name="江门市旧名有限公司", member=owner)


def _names(client: Any, **params: Any) -> Any:
    return [employer.name for employer in client.get(reverse(LIST), params).context["page"]]


def _detail(employer: Any) -> Any:
    return reverse("staff:employer", args=[employer.pk])


def _decide(client: Any, employer: Any, decision: Any, **data: Any) -> Any:
    return client.post(_detail(employer), {"decision": decision, **data}, follow=True).content.decode()


def test_each_queue_holds_its_employers(desk: Any, reviewer: Any) -> None:
    today, owner = timezone.localdate(), make_user()
    make_employer(name="新登记", verified=False)
    make_employer(name="早登记", verified=False)
    Employer.objects.filter(name="早登记").update(created_at=timezone.now() - timedelta(days=3))
    asking = make_employer(name="要续期", member=owner, verified_until=today + timedelta(days=9))
    verification.request_renewal(employer=asking, by=owner)
    renaming = make_employer(name="要改名", member=owner)
    actions.update_profile(employer=renaming, by=owner, name="改了名")
    make_employer(name="过期了", verified_until=today - timedelta(days=1))
    suspended_employer = make_employer(name="被暂停")
    verification.suspend(employer=suspended_employer, by=reviewer, reason="投诉")
    assert _names(desk) == ["早登记", "新登记"]
    assert _names(desk, state="renewal") == ["要续期"]
    assert _names(desk, state="change") == ["要改名"]
    assert _names(desk, state="ending") == ["过期了", "要续期"]
    assert _names(desk, state="suspended") == ["被暂停"]
    assert _names(desk, state="refused") == []
    assert set(_names(desk, state="verified")) == {"要续期", "要改名", "过期了"}
    assert len(_names(desk, state="all")) == 6


def test_search_by_name_code_county_and_category(desk: Any, client_for: Any) -> None:
    stations = make_stations()
    make_employer(name="远航物流", veteran_founded=True)
    agency = make_employer(name="远航人力", is_agency=True, agency_permit="粤1号证")
    town = make_employer(name="睦洲饭店", region=stations["睦洲镇"].region)
    make_employer(name="远航蓬江", station=stations["蓬江区"], region=stations["蓬江区"].region)
    assert _names(desk, q="远航") == ["远航人力", "远航物流"]  # the neighbour's is not the reader's
    assert _names(desk, q=town.uscc.lower()[:12]) != []
    assert _names(desk, q=town.uscc) == ["睦洲饭店"]
    assert _names(desk, q="远航", what="veteran") == ["远航物流"]
    assert _names(desk, what="agency") == [agency.name]
    city = client_for(make_staff(stations["江门市"], StationRole.OPERATOR))
    assert _names(city, county="440703") == ["远航蓬江"]
    assert "远航人力" in _names(city, county="440705")
    assert _names(desk, q="没有这家") == []


@pytest.mark.parametrize("params", [{"page": "abc"}, {"page": "999"}, {"state": "x"}, {"county": "999"}])
def test_invalid_list_parameters_are_ignored(desk: Any, employer: Any, params: Any) -> None:
    assert desk.get(reverse(LIST), params).status_code == 200


@pytest.mark.parametrize("state", ["pending", "verified", "renewal", "change", "ending", "all"])
def test_employer_list_query_count_is_constant(desk: Any, same_queries: Any, state: Any) -> None:
    owner = make_user()

    def grow() -> None:
        for _ in range(4):
            make_employer(verified=False)
            employer = make_employer(member=owner, verified_until=timezone.localdate() + timedelta(days=9))
            verification.request_renewal(employer=employer, by=owner)
            actions.update_profile(employer=employer, by=owner, name=f"{employer.name}甲")

    grow()
    same_queries(lambda: desk.get(reverse(LIST), {"state": state}), grow, at_most=20)


def test_employer_page_query_count_is_constant(
    desk: Any, reviewer: Any, employer: Any, owner: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for _ in range(3):
            add_document(employer=employer, by=owner, kind=DocumentKind.LICENCE, content=make_picture())
            verification.verify(employer=employer, by=reviewer, checked_kinds=[DocumentKind.LICENCE])
            employer.memberships.create(user=make_user(), role=EmployerRole.RECRUITER)

    grow()
    same_queries(lambda: desk.get(_detail(employer)), grow, at_most=30)


def test_verification_links_displayed_licence(desk: Any, reviewer: Any, owner: Any) -> None:
    employer = make_employer(verified=False, member=owner)
    document = add_document(employer=employer, by=owner, kind=DocumentKind.LICENCE, content=make_picture())
    page = desk.get(_detail(employer))
    assert desk.get(reverse("staff:employer-document", args=[document.pk]))["Content-Type"] == "image/png"
    assert AuditEvent.objects.filter(verb="employers.paper_seen", actor_id=reviewer.pk).count() == 1
    html = _decide(desk, employer, "verify", evidence=["licence"], shown=page.context["shown"])
    assert "已核验" in html
    assert employer.bases.get().document == document
    assert "上传的一份" in html


def test_verification_reports_document_replaced_meanwhile(desk: Any, owner: Any) -> None:
    employer = make_employer(verified=False, member=owner)
    add_document(employer=employer, by=owner, kind=DocumentKind.LICENCE, content=make_picture())
    displayed = desk.get(_detail(employer)).context["shown"]
    add_document(employer=employer, by=owner, kind=DocumentKind.LICENCE, content=make_picture())
    assert "刚刚被单位更换" in _decide(desk, employer, "verify", evidence=["licence"], shown=displayed)
    employer.refresh_from_db()
    assert employer.state == VerificationState.PENDING


def test_document_is_refused_with_reason_for_members(desk: Any, employer: Any, owner: Any) -> None:
    document = add_document(
        employer=employer, by=owner, kind=DocumentKind.RECRUITMENT_BROCHURE, content=make_picture()
    )
    url = reverse("staff:employer-document-judge", args=[document.pk])
    assert "请写明原因" in desk.post(url, {"accepted": "no"}, follow=True).content.decode()
    desk.post(url, {"accepted": "no", "reason": "缺少公章"})
    document.refresh_from_db()
    assert (document.state, document.reason) == (DocumentState.REFUSED, "缺少公章")
    assert "缺少公章" in Notification.objects.visible_to(owner).get().text


def test_suspend_and_lift_need_reasons(desk: Any, employer: Any) -> None:
    unreasoned = desk.post(_detail(employer), {"decision": "suspend", "reason": ""})
    assert "reason" in unreasoned.context["decisions"]["suspend"].form.errors
    assert "多次联系不上" in _decide(desk, employer, "suspend", reason="多次联系不上，暂停核实")
    assert "状态刚刚有变化" in _decide(desk, employer, "suspend", reason="再来一次")
    page = _decide(desk, employer, "lift", reason="已整改并核实")
    assert page.index("恢复") < page.rindex("多次联系不上")
    employer.refresh_from_db()
    assert employer.is_verified


def test_renewal_is_granted_or_returned(desk: Any, employer: Any, owner: Any) -> None:
    Employer.objects.update(verified_until=timezone.localdate() + timedelta(days=5))
    employer.refresh_from_db()
    verification.request_renewal(employer=employer, by=owner)
    assert "单位申请续期" in desk.get(_detail(employer)).content.decode()
    _decide(desk, employer, "return_renewal", reason="请先更换新的招用人员简章")
    employer.refresh_from_db()
    assert (employer.renewal_asked_at, employer.is_verified) == (None, True)
    verification.request_renewal(employer=employer, by=owner)
    _decide(desk, employer, "verify", evidence=["licence"])
    employer.refresh_from_db()
    assert employer.verified_until > timezone.localdate() + timedelta(days=180)


def test_change_of_name_is_accepted_or_refused(desk: Any, employer: Any, owner: Any) -> None:
    actions.update_profile(employer=employer, by=owner, name="江门市新名有限公司")
    assert "江门市旧名有限公司 → " in desk.get(_detail(employer)).content.decode()
    page = desk.post(_detail(employer), {"decision": "accept_change", "evidence": ["notice"]})
    assert "请核对营业执照" in page.content.decode()
    _decide(desk, employer, "refuse_change", reason="请先上传变更后的营业执照")
    employer.refresh_from_db()
    assert employer.name == "江门市旧名有限公司"
    actions.update_profile(employer=employer, by=owner, name="江门市新名有限公司")
    _decide(desk, employer, "accept_change", evidence=["licence"])
    employer.refresh_from_db()
    assert employer.name == "江门市新名有限公司"
    assert not ProfileChange.objects.pending().exists()


def test_reviewer_invites_new_owner(desk: Any, employer: Any) -> None:
    assert (
        "11位手机号码" in desk.post(_detail(employer), {"decision": "invite", "phone": "1"}).content.decode()
    )
    _decide(desk, employer, "invite", phone=make_phone())
    assert EmployerInvitation.objects.get().role == EmployerRole.OWNER


def test_unavailable_decision_is_reported_and_changes_nothing(desk: Any, employer: Any) -> None:
    for decision in ("refuse", "lift", "return_renewal", "accept_change", "x"):
        assert "状态刚刚有变化" in _decide(desk, employer, decision, reason="试试", evidence=["licence"])
    employer.refresh_from_db()
    assert employer.is_verified
    assert not employer.steps.exists()


def test_neighbour_and_clerk_see_and_decide_nothing(client_for: Any, employer: Any, owner: Any) -> None:
    stations = make_stations()
    document = add_document(employer=employer, by=owner, kind=DocumentKind.LICENCE, content=make_picture())
    for user, code in (
        (make_staff(stations["蓬江区"], StationRole.REVIEWER), 404),
        (make_staff(stations["新会区"], StationRole.CLERK), 403),
        (owner, 403),
    ):
        there = client_for(user)
        assert there.get(_detail(employer)).status_code == code
        assert there.get(reverse("staff:employer-document", args=[document.pk])).status_code == code
        judging = reverse("staff:employer-document-judge", args=[document.pk])
        assert there.post(judging, {"accepted": "yes"}).status_code == code
        assert there.post(_detail(employer), {"decision": "suspend", "reason": "x"}).status_code == code


def test_day_page_counts_pending_decisions(desk: Any, employer: Any, owner: Any) -> None:
    make_employer(verified=False)
    Employer.objects.filter(pk=employer.pk).update(verified_until=timezone.localdate() + timedelta(days=5))
    employer.refresh_from_db()
    verification.request_renewal(employer=employer, by=owner)
    actions.update_profile(employer=employer, by=owner, name="江门市新名有限公司")
    queues = {row["label"]: row["value"] for row in desk.get(reverse("staff:day")).context["queues"]}
    assert (queues["待核验单位"], queues["待续期单位"], queues["待审信息变更"]) == (1, 1, 1)
