"""After signing out, 'Back' shows no record."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_staff, make_veteran

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.mark.must("hold.5")
def test_back_after_sign_out_asks_the_server_again(city: Any, desk: Page, sign_in: Any, look: Any) -> None:
    clerk = make_staff(city["睦洲镇"], name="李秀珍")
    veteran = make_veteran(station=city["睦洲镇"], name="陈建国")
    sign_in(desk, clerk)
    desk.goto(f"/desk/veterans/{veteran.pk}/")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("陈建国")
    look(desk)
    desk.get_by_role("button", name="退出").click()
    desk.wait_for_url("**/")
    look(desk)
    desk.go_back()
    desk.wait_for_url("**/sign-in/**")
    expect(desk.get_by_text("陈建国")).to_have_count(0)
    look(desk)
