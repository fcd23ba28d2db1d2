"""Pages of the network in Chromium, wide and on a phone; transfer of a clerk through the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.stations import actions
from tests.factories import make_staff, make_stations, make_veteran

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def operator() -> Any:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="周敏")


@pytest.mark.parametrize("width", [390, 1280])
def test_network_pages_look_right(open_page: Any, sign_in: Any, look: Any, operator: Any, width: Any) -> None:
    stations = make_stations()
    town, south = stations["睦洲镇"], stations["南安村"]
    clerk = make_staff(town)
    make_veteran(station=south)
    actions.change_contact(
        station=south, address="村口1号", phone="0750-1234567", opening_hours="周一至周五 8:30-17:30", by=None
    )
    page = open_page(width=width)
    sign_in(page, operator)
    for path, name in (
        ("/desk/network/", "network"),
        ("/desk/permissions/", "permissions"),
        (f"/desk/network/{town.pk}/", "network-town"),
        (f"/desk/network/{town.pk}/staff/", "network-staff"),
        (f"/desk/network/posts/{clerk.appointments.get().pk}/", "network-post"),
        (f"/desk/network/{town.pk}/open/", "network-open"),
    ):
        page.goto(path)
        look(page, name)
    page.goto(f"/desk/network/{south.pk}/merge/")
    page.get_by_label("由哪个服务站接收").select_option(label=town.name)
    page.get_by_role("button", name="提交").click()
    look(page, "network-preview")
    page.get_by_role("button", name="确定并入其他服务站").click()
    look(page, "network-merged")
    assert page.get_by_text(f"档案转{town.name}").is_visible()


def test_clerk_transferred_through_page_is_refused_and_logged(
    open_page: Any, sign_in: Any, look: Any, operator: Any
) -> None:
    stations = make_stations()
    clerk = make_staff(stations["睦洲镇"], name="李秀珍")
    file = make_veteran(station=stations["睦洲镇"])
    page = open_page()
    sign_in(page, operator)
    page.goto(f"/desk/network/{stations['睦洲镇'].pk}/staff/")
    look(page, "network-staff-one")
    page.get_by_role("link", name="结束或调动").click()
    look(page, "network-post-one")
    page.get_by_label("调到哪个服务站").select_option(label=stations["司前镇"].name)
    page.get_by_label("从哪一天起").fill(f"{timezone.localdate() - timedelta(days=7)}")
    page.get_by_role("button", name="调动").click()
    assert page.get_by_text("李秀珍 已调到司前镇退役军人服务站").is_visible()
    sign_in(page, clerk)
    with page.expect_response(f"**/desk/veterans/{file.pk}/") as answer:
        page.goto(f"/desk/veterans/{file.pk}/")
    assert answer.value.status == 403
    assert page.get_by_text("这份档案不在您现任服务站的辖区内").is_visible()
    look(page, "network-refused")
    assert AccessLog.objects.get(file_id=file.pk, actor=clerk).kind == AccessKind.REFUSED
