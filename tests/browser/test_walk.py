"""The whole way, in Chromium, each person in a browser of their own: from a published fair to its funnel."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from cms.models import FairIndexPage, JobFairPage
from portal.accounts.enums import FactorKind
from portal.accounts.roles import StationRole
from portal.accounts.second_factor import permit_enrolment
from portal.accounts.senders import MemorySender
from portal.core.models import Occupation
from portal.employers.models import Employer
from portal.fairs.models import Registration
from portal.placements.models import Placement
from portal.ranking import ranking_index
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_id_number,
    make_phone,
    make_position,
    make_staff,
    make_uscc,
)

FAIR = "新会区退役军人物流专场招聘会"
PASSWORD = "walk-password-2026"


def _sign_in_by_code(page: Page, phone: str, look: Any) -> None:
    page.goto("/sign-in/")
    look(page, "sign-in")
    page.get_by_label("手机号码").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/sign-in/code/**")
    look(page, "sign-in-code")
    code = next(code for to, code in reversed(MemorySender.outbox) if to == phone)
    page.get_by_label("短信验证码").fill(code)
    page.get_by_role("button", name="登录", exact=True).click()


def _sign_in_as_staff(page: Page, user: Any, look: Any) -> None:
    permit_enrolment(user=user, kind=FactorKind.APP, by=None)
    page.goto("/sign-in/staff/")
    look(page, "sign-in-staff")
    page.get_by_label("手机号码").fill(user.phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/sign-in/second-factor/setup/**")
    look(page, "second-factor-setup")
    device = TOTPDevice.objects.get(user=user)
    page.get_by_label("验证码").fill(f"{totp(device.bin_key):06d}")
    page.get_by_role("button", name="完成设置").click()
    page.wait_for_url("**/desk/")


def _publish_fair(page: Page) -> None:
    """Publish a fair in the CMS, as the city's operator, who may."""
    now = timezone.localtime()
    stamps = {
        "starts_at": now + timedelta(days=2),
        "ends_at": now + timedelta(days=2, hours=4),
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=1),
    }
    page.goto(f"/cms/pages/add/cms/jobfairpage/{FairIndexPage.objects.get().pk}/")
    page.locator("#id_title").fill(FAIR)
    for name, moment in stamps.items():
        page.locator(f"#id_{name}").fill(f"{moment:%Y-%m-%d %H:%M}")
        page.keyboard.press("Escape")
    page.locator("#id_venue").fill("冈州广场")
    page.locator("#id_address").fill("会城街道冈州大道东12号")
    page.locator("#id_region").select_option(label="新会区")
    page.locator("#id_organiser").select_option(label="新会区退役军人服务中心")
    page.locator("#id_capacity").fill("300")
    # A calendar that is slow to close would lie over the button.
    page.locator(".xdsoft_datetimepicker").evaluate_all("all => all.forEach(one => one.remove())")
    page.locator("footer [data-w-dropdown-target='toggle'], footer .w-dropdown button").first.click()
    page.locator("button[name='action-publish']").click()
    page.wait_for_url(re.compile(r"/cms/pages/\d+/"))


def _register_employer(page: Page, look: Any) -> None:
    page.goto("/company/register/")
    look(page, "employer-register")
    page.get_by_label("单位名称").fill("江门市远航物流有限公司")
    page.get_by_label("统一社会信用代码").fill(make_uscc())
    page.get_by_label("行业").select_option(label="交通运输、仓储和邮政业")
    page.get_by_label("规模").select_option(index=2)
    page.get_by_label("单位性质").select_option(label="民营企业")
    page.get_by_label("所在地区").select_option(label="新会区 睦洲镇")
    page.locator("#id_address").fill("工业大道8号")
    page.get_by_label("联系人").fill("吴晓彤")
    page.get_by_label("联系电话").fill("13812345678")
    page.get_by_role("button", name="提交登记").click()
    page.wait_for_url("**/company/")
    look(page, "employer-home")


def _offer_position(page: Page, look: Any) -> None:
    page.goto("/company/positions/new/")
    look(page, "employer-position-new")
    page.get_by_label("岗位名称").fill("A2牵引车司机")
    page.get_by_label("职业分类").fill("道路货运汽车驾驶员")
    page.get_by_label("月薪下限").fill("8000")
    page.get_by_label("月薪上限").fill("11000")
    page.get_by_label("工作地区").select_option(label="新会区 睦洲镇")
    page.get_by_label("岗位职责").fill("驾驶半挂牵引车往返各港口，完成集装箱运输。\n出车前检查车辆。")
    page.get_by_text("必须持证上岗的").click()
    page.get_by_label("机动车驾驶证A2").check()
    page.get_by_role("button", name="保存并提交审核").click()
    page.wait_for_url("**/company/positions/")
    look(page, "employer-positions")


def _decide(page: Page, queue: str, who: str, button: str, look: Any) -> None:
    page.goto(f"/desk/{queue}/")
    look(page, f"staff-{queue}")
    page.get_by_role("link", name=who).first.click()
    look(page, f"staff-{queue}-one")
    if queue == "employers":
        page.get_by_label("营业执照").check()
    page.get_by_role("button", name=button).click()
    page.locator(".alert-success, [role=status]").filter(has_text="已").first.wait_for()


def _join_fair(page: Page, look: Any) -> None:
    page.goto("/company/fairs/")
    look(page, "employer-fairs")
    page.get_by_role("link", name=re.compile("申请展位")).click()
    look(page, "employer-join-fair")
    page.get_by_label("A2牵引车司机").check()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/company/fairs/")


def _open_file(page: Page, look: Any) -> None:
    """The file of an army driver of twelve years with an A2 licence."""
    page.wait_for_url("**/me/file/open/")
    look(page, "veteran-or-employer")
    page.get_by_role("link", name=re.compile("我是退役军人")).click()
    look(page, "veteran-file-open")
    page.get_by_label("姓名").fill("陈建国")
    page.get_by_label("身份证号").fill(make_id_number())
    page.get_by_label("现居住地").select_option(label="新会区 睦洲镇")
    page.get_by_label(re.compile("我同意平台")).check()
    page.get_by_role("button", name="建立档案").click()
    page.wait_for_url("**/me/file/service/")
    look(page, "veteran-service")
    page.get_by_label("军种").select_option(label="陆军")
    page.get_by_label("军事专业一").select_option(label="汽车驾驶员")
    page.get_by_label("从事年数").first.fill("12")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/me/file/skills/")
    look(page, "veteran-skills")
    page.get_by_label("机动车驾驶证A2").check()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/me/file/wishes/")
    look(page, "veteran-wishes")
    page.get_by_label("期望工种一").fill("道路货运汽车驾驶员")
    page.get_by_label("最低月薪").fill("6000")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/me/positions/")


def _see_reason_and_register(page: Page, look: Any) -> None:
    look(page, "recommended")
    card = page.locator("article", has_text="A2牵引车司机")
    expect(card).to_contain_text(re.compile("汽车驾驶员 → |持有.*A2|符合期望工种"))
    fair = JobFairPage.objects.get(title=FAIR)
    page.goto(fair.url)
    look(page, "fair")
    page.goto(f"/me/fairs/{fair.pk}/")
    look(page, "veteran-fair")
    expect(page.get_by_text("第 1 站")).to_be_visible()
    page.get_by_role("button", name="报名参加").click()
    page.wait_for_url("**/me/tickets/**")
    look(page, "veteran-ticket")
    expect(page.get_by_alt_text(re.compile("入场二维码"))).to_be_visible()


@pytest.mark.must("walks.2", "walks.5")
def test_from_a_published_fair_to_its_funnel(city: Any, open_page: Any, look: Any, figure: Any) -> None:
    operator = make_staff(city["江门市"], StationRole.OPERATOR, name="周敏", password=PASSWORD)
    staff, employer, veteran = open_page(), open_page(), open_page(width=390)

    _sign_in_as_staff(staff, operator, look)
    look(staff, "staff-day")
    _publish_fair(staff)
    fair = JobFairPage.objects.live().get(title=FAIR)

    _sign_in_by_code(employer, make_phone(), look)
    employer.wait_for_url("**/me/file/open/")
    look(employer, "veteran-or-employer")
    _register_employer(employer, look)
    _offer_position(employer, look)

    _decide(staff, "employers", "江门市远航物流有限公司", "通过，有效半年", look)
    _decide(staff, "positions", "A2牵引车司机", "通过并公开", look)
    _join_fair(employer, look)
    _decide(staff, "booths", "江门市远航物流有限公司", "确认参会", look)

    _sign_in_by_code(veteran, make_phone(), look)
    _open_file(veteran, look)
    _see_reason_and_register(veteran, look)

    registration = Registration.objects.get(fair=fair)
    staff.goto(f"/door/{fair.pk}/")
    look(staff, "door-scan")
    staff.get_by_label("票号或报名序号").fill(str(registration.ticket))
    staff.get_by_role("button", name="签到", exact=True).click()
    expect(staff.get_by_text("可以入场")).to_be_visible()
    look(staff, "door-checked-in")

    staff.goto(f"/door/{fair.pk}/intention/")
    look(staff, "door-booths")
    staff.get_by_role("link", name=re.compile("江门市远航物流有限公司")).click()
    look(staff, "door-intention")
    staff.get_by_label("求职者的报名序号或票号").fill(str(registration.number))
    staff.get_by_label("A2牵引车司机").check()
    staff.get_by_role("button", name="登记意向").click()
    expect(staff.get_by_text("意向已登记")).to_be_visible()

    placement = Placement.objects.get(fair=fair)
    staff.goto("/desk/placements/")
    look(staff, "staff-placements")
    for step in ("记录面试", "记录录用", "记录入职"):
        staff.goto(f"/desk/placements/{placement.pk}/")
        look(staff, "staff-placement")
        staff.get_by_label(step).check()
        staff.get_by_role("button", name="保存进展").click()
        expect(staff.get_by_text("已记录：")).to_be_visible()

    staff.goto(f"/desk/fairs/{fair.pk}/")
    look(staff, "staff-fair")
    onboarded = staff.get_by_role("row", name=re.compile("已入职"))
    expect(onboarded).to_contain_text("1")
    expect(staff.get_by_role("row", name=re.compile("在岗满1个月"))).to_contain_text("0")
    assert Employer.objects.verified().count() == 1
    figure("walked by 3 people in Chromium; the funnel counts 1 onboarded")


@pytest.mark.must("walks.2", "walks.5")
def test_the_veterans_part_on_a_phone_without_javascript(city: Any, no_js: Any, look: Any) -> None:
    position = make_position(
        employer=make_employer(),
        title="A2牵引车司机",
        occupation=Occupation.objects.get(name="道路货运汽车驾驶员"),
        certificates=["driving_a2"],
    )
    make_booth(make_fair(title=FAIR), position)
    ranking_index.rebuild()
    _sign_in_by_code(no_js, make_phone(), look)
    _open_file(no_js, look)
    _see_reason_and_register(no_js, look)
    no_js.goto("/me/")
    look(no_js, "veteran-home")
    no_js.goto("/me/intentions/")
    look(no_js, "veteran-intentions")
    no_js.goto("/me/access-log/")
    look(no_js, "veteran-access-log")
