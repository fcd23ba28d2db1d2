"""Pages of sign-in and of one's own account as people see them, at a phone's and a desk's width."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from playwright.sync_api import expect

from portal.accounts.enums import FactorKind
from portal.accounts.guess_counts import remember_browser
from portal.accounts.models import SmsDevice
from portal.accounts.phone_changes import RECYCLED_AFTER
from portal.accounts.roles import StationRole
from portal.accounts.second_factor import permit_enrolment
from portal.accounts.senders import MemorySender
from tests.factories import make_phone, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "desk-password-2026"


@pytest.mark.parametrize("width", [390, 1280])
def test_code_page_counts_down_and_the_account_page_lists_devices(
    open_page: Any, look: Any, width: int
) -> None:
    page, phone = open_page(width=width), make_phone()
    page.goto(reverse("public:sign-in-desk"))
    look(page, "sign-in-desk")
    page.goto(reverse("public:sign-in"))
    look(page, "sign-in")
    page.get_by_label("手机号码").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    button = page.get_by_role("button", name="重新获取验证码")
    expect(button).to_be_disabled()
    seconds = int(page.locator("[data-countdown]").inner_text())
    expect(page.locator("[data-countdown]")).not_to_have_text(str(seconds))
    look(page, "sign-in-code")
    page.get_by_label("短信验证码").fill(next(code for to, code in MemorySender.outbox if to == phone))
    page.get_by_role("button", name="登录", exact=True).click()
    look(page, "veteran-or-employer")
    page.goto(reverse("public:account"))
    expect(page.get_by_text("（这台设备）")).to_be_visible()
    look(page, "account")
    page.get_by_role("link", name="更换手机号码").click()
    look(page, "account-phone")
    page.get_by_label("新手机号码").fill(make_phone())
    page.get_by_role("button", name="获取验证码").click()
    look(page, "account-phone-codes")


def test_resend_works_without_javascript(no_js: Any, look: Any) -> None:
    phone = make_phone()
    no_js.goto(reverse("public:sign-in"))
    look(no_js, "sign-in-no-js")
    no_js.get_by_label("手机号码").fill(phone)
    no_js.get_by_role("button", name="获取验证码").click()
    no_js.get_by_role("button", name="重新获取验证码").click()
    expect(no_js.get_by_text("秒后可以重新获取")).to_be_visible()
    look(no_js, "sign-in-code-no-js")
    assert [to for to, _ in MemorySender.outbox].count(phone) == 1


def test_long_unused_phone_is_asked_who_is_there(phone: Any, look: Any) -> None:
    user = make_user("陈建国", last_login=timezone.now() - RECYCLED_AFTER - timedelta(days=1))
    make_veteran(account=user)
    phone.goto(reverse("public:sign-in"))
    look(phone, "sign-in")
    phone.get_by_label("手机号码").fill(user.phone)
    phone.get_by_role("button", name="获取验证码").click()
    look(phone, "sign-in-code")
    phone.get_by_label("短信验证码").fill(next(c for to, c in MemorySender.outbox if to == user.phone))
    phone.get_by_role("button", name="登录", exact=True).click()
    phone.wait_for_url("**/sign-in/owner/**")
    look(phone, "sign-in-owner")


@pytest.mark.parametrize("width", [390, 1280])
def test_second_factor_pages(open_page: Any, sign_in: Any, look: Any, width: int) -> None:
    clerk = make_staff(make_stations()["睦洲镇"], password=PASSWORD)
    operator = make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="周敏")
    remember_browser(user=clerk, browser="elsewhere", label="Windows，Edge")
    page, desk = open_page(width=width), open_page(width=width)
    sign_in(page, clerk, second_factor=False)
    page.goto(reverse("public:second-factor-setup"))
    look(page, "second-factor-missing")
    sign_in(desk, operator)
    desk.goto(reverse("staff:network-sign-in", args=[clerk.appointments.get().pk]))
    desk.get_by_role("button", name="打印一张验证码").click()
    look(desk, "staff-sign-in-means")
    StaticDevice.objects.filter(user=clerk).delete()
    permit_enrolment(user=clerk, kind=FactorKind.SMS, by=operator)
    page.reload()
    look(page, "second-factor-password")
    SmsDevice.objects.create(user=clerk, name="短信验证码", confirmed=True)
    page.goto(reverse("public:second-factor"))
    look(page, "second-factor")


def test_desk_code_page(desk: Any, sign_in: Any, look: Any) -> None:
    veteran = make_veteran()
    sign_in(desk, make_staff(make_stations()["睦洲镇"]))
    desk.goto(reverse("staff:veteran", args=[veteran.pk]))
    look(desk, "staff-veteran")
    desk.get_by_role("button", name="生成登录码").click()
    look(desk, "staff-desk-code")
