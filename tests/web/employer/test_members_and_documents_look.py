"""Pages about an employer's people and documents in Chromium: at 390 and 1280 px, and without JavaScript."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.documents.enums import DocumentKind
from portal.employers import actions, members, verification
from portal.employers.employer_documents import add_document, judge_document
from portal.employers.enums import EmployerRole
from portal.employers.hidden_records import hide
from portal.employers.models import Employer, EmployerMembership
from portal.fairs.models import Booth
from portal.veterans.models import Veteran
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_phone,
    make_picture,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def owner() -> Any:
    make_stations()
    return make_user("王经理")


@pytest.fixture
def reviewer(owner: Any) -> Any:
    return make_staff(make_stations()["新会区"], StationRole.REVIEWER, name="审核员黄")


@pytest.fixture
def employer(owner: Any, reviewer: Any) -> Any:
    """An agency with people, documents, a history, a change that waits, and an end that is near."""
    employer_row = make_employer(
        name="江门市远航人力资源有限公司",
        member=owner,
        is_agency=True,
        agency_permit="粤江人服证字2026第0012号",
        veteran_founded=True,
        introduction="为本地物流和制造企业招人，从业十二年。",
    )
    EmployerMembership.objects.create(
        user=make_user("吴晓彤"), employer=employer_row, role=EmployerRole.RECRUITER
    )
    make_employer(name="新会演示酒店有限公司", member=owner)
    members.invite(employer=employer_row, by=owner, phone=make_phone(), role=EmployerRole.RECRUITER)
    for kind in (DocumentKind.LICENCE, DocumentKind.PERMIT, DocumentKind.AGENT_ID):
        add_document(employer=employer_row, by=owner, kind=kind, content=make_picture())
    verification.verify(
        employer=employer_row,
        by=reviewer,
        checked_kinds=[DocumentKind.LICENCE, DocumentKind.PERMIT, DocumentKind.AGENT_ID],
    )
    verification.suspend(employer=employer_row, by=reviewer, reason="多次联系不上，暂停核实")
    verification.lift(employer=employer_row, by=reviewer, reason="投诉经核查不属实")
    notification_row = add_document(
        employer=employer_row, by=owner, kind=DocumentKind.RECRUITMENT_BROCHURE, content=make_picture()
    )
    judge_document(document=notification_row, by=reviewer, accepted=False, reason="照片不清晰")
    add_document(employer=employer_row, by=owner, kind=DocumentKind.AUTHORISATION, content=make_picture())
    Employer.objects.filter(pk=employer_row.pk).update(
        verified_until=timezone.localdate() + timedelta(days=20)
    )
    employer_row.refresh_from_db()
    actions.update_profile(employer=employer_row, by=owner, name="江门市新远航人力资源有限公司")
    employer_row.refresh_from_db()
    return employer_row


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_looks_right(
    open_page: Any, sign_in: Any, look: Any, employer: Any, owner: Any, reviewer: Any, width: Any
) -> None:
    position_row = make_position(employer=employer, real_employer="江门市演示电子厂")
    make_booth(make_fair(title="新会区退役军人专场招聘会"), position_row)
    removed_text = make_fair(title="蓬江区春季招聘会")
    Booth.objects.create(fair=removed_text, employer=employer, state="withdrawn", state_reason="岗位已招满")
    page = open_page(width=width)
    sign_in(page, owner)
    for path, name in (
        ("/company/", "company-home-renewal"),
        ("/company/members/", "company-members"),
        ("/company/papers/", "company-papers"),
        ("/company/profile/", "company-profile-owner"),
        ("/company/fairs/", "company-fairs-leave"),
        (f"/positions/{position_row.pk}/", "position-of-agency"),
        ("/company/positions/new/", "company-position-new-agency"),
    ):
        page.goto(path)
        look(page, name)
    page.goto("/company/fairs/")
    page.get_by_role("link", name="退出").first.click()
    look(page, "company-leave-fair")
    desk = open_page(width=width)
    sign_in(desk, reviewer)
    desk.goto(f"/desk/employers/{employer.pk}/")
    look(desk, "desk-employer")
    desk.goto("/desk/employers/?state=verified")
    look(desk, "desk-employers")


@pytest.mark.parametrize("width", [390, 1280])
def test_veteran_hides_record_and_shows_it_again(
    open_page: Any, sign_in: Any, look: Any, employer: Any, width: Any
) -> None:
    make_position(employer=employer, real_employer="江门市演示电子厂")
    me = make_veteran(account=make_user("陈建国"))
    hide(veteran=me, employer=make_employer(name="从前的东家有限公司"), by=require(me.account))
    page = open_page(width=width)
    sign_in(page, me.account)
    page.goto(f"/employers/{employer.pk}/")
    look(page, "employer-public")
    page.goto("/me/hidden-employers/?q=远航")
    look(page, "hidden-employers-found")
    page.get_by_role("button", name="对它隐藏").click()
    assert "立即生效" in page.locator("main").inner_text()
    look(page, "hidden-employers")
    clerk = make_staff(me.station, StationRole.CLERK)
    desk = open_page(width=width)
    sign_in(desk, clerk)
    desk.goto(f"/desk/veterans/{Veteran.objects.get().pk}/hidden-employers/")
    look(desk, "desk-hidden-employers")


def test_members_and_documents_without_javascript(
    no_js: Any, sign_in: Any, look: Any, employer: Any, owner: Any, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(make_picture())
    sign_in(no_js, owner)
    no_js.goto("/company/papers/?kind=notice")
    no_js.locator("input[type=file]").set_input_files(scan)
    no_js.get_by_role("button", name="上传", exact=True).click()
    assert "已上传" in no_js.locator("main").inner_text()
    look(no_js, "company-papers-no-js")
    no_js.get_by_role("button", name="申请续期").click()
    assert "已申请续期" in no_js.locator("main").inner_text()
    guest = make_user("新同事")
    no_js.goto("/company/members/")
    no_js.get_by_label("对方的手机号码").fill(guest.phone)
    no_js.get_by_role("button", name="发出邀请").click()
    assert "已发出邀请" in no_js.locator("main").inner_text()
    look(no_js, "company-members-no-js")
    sign_in(no_js, guest)
    no_js.goto("/company/")
    look(no_js, "company-invitations")
    no_js.get_by_role("button", name="接受").click()
    assert "您已加入" in no_js.locator("main").inner_text()
    look(no_js, "company-home-joined")
