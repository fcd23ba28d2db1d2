"""Pages for sharing a phone in Chromium, at 390 and 1280 px."""

from typing import Any

import pytest
from django.urls import reverse

from portal.placements import actions
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_phone_is_shared_shown_and_withdrawn(open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    town = make_stations()["睦洲镇"]
    veteran = make_veteran(account=make_user("陈建国"), station=town, name="陈建国", phone="13800001234")
    member = make_user("吴晓彤")
    position = make_position(employer=make_employer(name="江门市远航物流有限公司", member=member))
    actions.declare(veteran=veteran, position=position, by=make_staff(town))

    person, member_page = open_page(width=width), open_page(width=width)
    sign_in(person, veteran.account)
    person.goto(reverse("veteran:intentions"))
    look(person, "intention-unshared")
    person.get_by_text("让单位看到我的电话").first.click()
    look(person, "intention-asked")
    person.get_by_role("button", name="确定让单位看到我的电话").click()
    person.get_by_text("现在可以查看您的电话").wait_for()
    look(person, "intention-shared")

    sign_in(member_page, member)
    member_page.goto(reverse("employer:intentions"))
    look(member_page, "company-intentions-phone")
    member_page.get_by_role("button", name="查看电话").click()
    member_page.get_by_text("13800001234").wait_for()
    look(member_page, "company-intention-phone")

    person.goto(reverse("veteran:consents"))
    look(person, "consents-with-contact")
    person.locator("section", has_text="远航物流").get_by_role("button", name="撤回").click()
    person.get_by_text("不能再查看您的电话").wait_for()
    person.goto(reverse("veteran:home"))
    look(person, "me-home-saved")
