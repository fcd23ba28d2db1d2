"""Messages in Chromium, at 390 and 1280 px."""

from typing import Any

import pytest
from django.urls import reverse

from portal.notifications.actions import mark_read, notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from tests.factories import make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_messages_look_right(open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    user = make_user("陈建国")
    make_veteran(station=make_stations()["睦洲镇"], account=user, name="陈建国")
    page = open_page(width=width)
    sign_in(page, user)
    page.goto(reverse("public:notifications"))
    look(page, "notices-none")
    old = notify(user=user, kind=NotificationKind.POSITION, text="您举报的岗位“仓库管理员”已处理。", key="a")
    mark_read(by=user, notification=old)
    for number in range(3):
        notify(
            user=user,
            kind=NotificationKind.SEARCH,
            text="您订阅的搜索“货车司机 新会区”有 4 个新岗位，最高月薪 9,000 元。",
            key=f"{number}",
            target=NotificationTarget.SEARCH_RESULTS,
            target_query="q=%E8%B4%A7%E8%BD%A6%E5%8F%B8%E6%9C%BA",
        )
    page.goto(reverse("public:notifications"))
    look(page, "notices")
    page.get_by_role("button", name="去看看").first.click()
    page.wait_for_url("**/search/?q=*")
    look(page, "positions-from-notice")
