"""Page of the ranking evaluation in Chromium, at 390 and 1280 px."""

from typing import Any

import pytest
from django.urls import reverse

from portal.accounts.roles import StationRole
from portal.learning import evaluation_report
from portal.learning.actions import store_report
from portal.learning.simulation import simulate
from portal.ranking.actions import adopt_ranking
from tests.factories import make_staff, make_stations
from tests.harness.optional import require

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_page_looks_right_and_buttons_work(open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    operator = make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="市级业务管理员")
    figures = evaluation_report.evaluate_ranking(
        simulate(1, distance=4.0, people=4_000), seed=1, controls=2, replicates=200
    )
    adopt_ranking(
        version=require(store_report(figures=figures, against="tfidf", by=operator).version),
        by=operator,
        reason="第一份报告",
    )
    report = store_report(figures=figures, against="tfidf", by=operator)
    page = open_page(width=width)
    sign_in(page, operator)
    page.goto(reverse("staff:learning"))
    look(page, "learning-report")
    page.get_by_label("理由").last.fill("离家近的岗位更容易谈成")
    page.get_by_role("button", name="启用这份报告").click()
    page.get_by_text("排序版本已更改").wait_for()
    look(page, "learning-adopted")
    assert require(report.version).key in page.content()
    page.locator("summary", has_text="退回").click()
    page.get_by_label("理由").first.fill("先观察一个月")
    page.get_by_role("button", name="确定退回").click()
    page.get_by_text("先观察一个月").wait_for()
