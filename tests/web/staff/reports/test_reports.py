"""Report pages: access, scope, names, Excel exports and the month PDF."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from portal.accounts.roles import StationRole
from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.models import Answer
from portal.core.models import AuditEvent
from portal.placements import actions as placements
from portal.placements.models import Placement
from tests.factories import (
    make_booth,
    make_fair,
    make_position,
    make_staff,
    make_user,
    make_veteran,
)
from tests.pdf import accessibility_problems, pdf_text

pytestmark = pytest.mark.django_db

PAGES = (
    "/desk/insights/",
    "/desk/insights/retention/",
    "/desk/insights/satisfaction/",
    "/desk/insights/fairs/",
    "/desk/insights/years/",
    "/desk/insights/month/",
    "/desk/insights/month/pdf/",
    "/desk/insights/rows/?figure=sheets",
)
READ_REPORTS = {
    StationRole.CLERK, StationRole.HEAD, StationRole.OPERATOR, StationRole.REVIEWER, StationRole.AUDITOR,
}  # fmt: skip
OPEN_FILES = {StationRole.CLERK, StationRole.HEAD, StationRole.OPERATOR}
EXPORT = {StationRole.HEAD, StationRole.OPERATOR}
REPORTS = {
    "funnel": {"by": "station"},
    "retention": {},
    "satisfaction": {"by": "employer"},
    "fairs": {},
    "years": {},
    "month": {"month": f"{timezone.localdate():%Y-%m}"},
    "rows": {"figure": "sheets"},
}


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def totals(answer: Any) -> list[int]:
    return [int(n) for n in re.findall(r'data-total="(\d+)"', text(answer))]


def read_rows(answer: Any) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def hire(placement: Placement, by: Any, ago: int = 45) -> Placement:
    for step in ("interview", "offer", "onboard"):
        on = timezone.localdate() - timedelta(days=ago)
        placement = placements.advance(placement=placement, step=step, by=by, on=on)
    return placement


def answer_satisfaction(placement: Placement, degree: int) -> Answer:
    """Record the satisfaction of an employed veteran."""
    return Answer.objects.create(
        placement=placement, side=Side.VETERAN, question=Question.EMPLOYMENT, reply=Reply.STILL_EMPLOYED,
        by=make_user(), satisfaction=degree,
    )  # fmt: skip


@pytest.fixture
def head(towns: Any) -> Any:
    return make_staff(towns.stations["睦洲镇"], StationRole.HEAD, name="何站长")


@pytest.mark.parametrize("role", StationRole)
def test_each_role_reads_its_reports(towns: Any, client_for: Any, client: Client, role: Any) -> None:
    user = make_staff(towns.stations["睦洲镇"], role)
    reader = client_for(user)
    for path in PAGES:
        assert reader.get(path).status_code == (200 if role in READ_REPORTS else 403), path
        assert client.get(path).status_code == 302
    assert reader.get("/desk/trouble/").status_code == (200 if role in OPEN_FILES else 403)
    for report, query in REPORTS.items():
        answer = reader.post(reverse("staff:report-export", args=[report]), query)
        assert answer.status_code == (200 if role in EXPORT else 403), report
    menu = text(reader.get("/desk/"))
    assert ("/desk/insights/" in menu) is (role in READ_REPORTS)
    assert ("/desk/trouble/" in menu) is (role in OPEN_FILES)


@pytest.mark.parametrize("role", sorted(READ_REPORTS))
def test_station_counts_and_lists_only_own_veterans(towns: Any, client_for: Any, role: Any) -> None:
    rows = "/desk/insights/rows/?figure=sheets"
    for place, count in (("睦洲镇", 1), ("司前镇", 1), ("新会区", 2), ("蓬江区", 0)):
        answer = client_for(make_staff(towns.stations[place], role)).get(rows)
        assert totals(answer) == [count], place
    ours = text(client_for(make_staff(towns.stations["睦洲镇"], role)).get(rows))
    assert ("陈建国" in ours) is (role in OPEN_FILES)
    assert "黄志明" not in ours
    if role not in OPEN_FILES:
        assert f"意向 {towns.our_intention.pk} 号" in ours


def test_fair_counts_all_and_names_only_own_veterans(towns: Any, client_for: Any) -> None:
    """Veterans of the next town who came to a town's fair are counted but not named."""
    fair = make_fair(organiser=towns.stations["睦洲镇"])
    position = make_position()
    make_booth(fair, position)
    for person, by in ((towns.ours, towns.clerk), (towns.theirs, towns.neighbour)):
        placements.declare(veteran=person, position=position, by=by, fair=fair)
    reader = client_for(towns.clerk)
    assert 'data-number="2"' in text(reader.get(reverse("staff:fair", args=[fair.pk])))
    answer = reader.get(f"/desk/insights/rows/?figure=sheets&fair={fair.pk}&at_fairs=1")
    assert totals(answer) == [2]
    assert "陈建国" in text(answer)
    assert "黄志明" not in text(answer)
    beside = client_for(towns.neighbour).get(f"/desk/insights/rows/?figure=sheets&fair={fair.pk}&at_fairs=1")
    assert totals(beside) == [0]


@pytest.mark.parametrize(
    "query",
    [
        "figure=", "figure=nothing", "figure=sheets&since=yesterday", "figure=sheets&occupation=x'",
        "figure=sheets&district=44", "figure=sheets&since=2026-02-01&until=2026-01-01",
    ],
)  # fmt: skip
def test_invalid_filter_in_url_is_refused_by_name(towns: Any, client_for: Any, query: Any) -> None:
    answer = client_for(towns.clerk).get(f"/desk/insights/rows/?{query}")
    assert answer.status_code == 400
    assert f"“{query.rpartition('&')[2].partition('=')[0]}”" in answer.content.decode()


@pytest.mark.must("hold.5")
@pytest.mark.parametrize("report", ["rows", "funnel", "retention", "satisfaction", "years", "month"])
def test_export_with_an_invalid_filter_is_refused(
    towns: Any, client_for: Any, head: Any, report: str
) -> None:
    wrong = {"years": ("until", "1999"), "month": ("month", "nie")}.get(report, ("since", "yesterday"))
    data = {"figure": "sheets", wrong[0]: wrong[1]}
    answer = client_for(head).post(reverse("staff:report-export", args=[report]), data)
    assert (answer.status_code, f"“{wrong[0]}”" in answer.content.decode()) == (400, True)
    assert not AuditEvent.objects.filter(verb="insights.exported").exists()


def test_station_outside_scope_is_no_filter(towns: Any, client_for: Any) -> None:
    beside = towns.stations["司前镇"].pk
    reader = client_for(towns.clerk)
    assert reader.get(f"/desk/insights/rows/?figure=sheets&station={beside}").status_code == 404
    answer = reader.get(f"/desk/insights/?station={beside}")
    assert "data-number" not in text(answer)
    assert "选择一个有效的选项" in text(answer)


def test_invalid_filter_is_kept_with_error(towns: Any, client_for: Any) -> None:
    page = text(client_for(towns.clerk).get("/desk/insights/?since=2026-03-01&until=2026-01-01"))
    assert "结束日期不能早于开始日期" in page
    assert 'value="2026-03-01"' in page
    assert "请写成年-月" in text(client_for(towns.clerk).get("/desk/insights/month/?month=nie"))
    assert client_for(towns.clerk).get("/desk/insights/month/pdf/?month=nie").status_code == 400


def test_export_names_filters_and_exporter_and_is_audited(towns: Any, client_for: Any, head: Any) -> None:
    answer = client_for(head).post(
        reverse("staff:report-export", args=["funnel"]), {"by": "fair", "since": "2026-01-01"}
    )
    mark, headers, *rows = read_rows(answer)
    assert [headers[0], headers[3], rows[0][0], rows[0][3], rows[-1][0]] == [
        "招聘会", "已登记意向", "日常登记（不在招聘会上）", 1, "合计",
    ]  # fmt: skip
    event = AuditEvent.objects.get(verb="insights.exported")
    assert (event.data["rows"], event.actor_id) == (2, head.pk)
    assert event.data["filter"] == "时间段：2026-01-01 至 今天"
    for word in ("何站长", "2026-01-01", "行数：2", f"编号：{event.pk}"):
        assert word in mark[0]


def test_export_contains_no_names(towns: Any, client_for: Any, head: Any) -> None:
    for report, query in REPORTS.items():
        content = read_rows(client_for(head).post(reverse("staff:report-export", args=[report]), query))
        assert len(content) >= 2, report
        assert "陈建国" not in str(content), report
    rows = read_rows(
        client_for(head).post(reverse("staff:report-export", args=["rows"]), {"figure": "sheets"})
    )
    assert [row[0] for row in rows[2:]] == [f"意向 {towns.our_intention.pk} 号"]
    assert AuditEvent.objects.filter(verb="insights.exported").count() == len(REPORTS) + 1
    nothing = client_for(head).post(reverse("staff:report-export", args=["people"]), {})
    assert nothing.status_code == 404


def test_year_export_equals_page(towns: Any, client_for: Any, head: Any) -> None:
    page = text(client_for(head).get("/desk/insights/years/"))
    _, headers, *rows = read_rows(client_for(head).post(reverse("staff:report-export", args=["years"]), {}))
    html = [int(n) for n in re.findall(r'data-number="(\d+)"', page)]
    assert [int(n) for row in rows for n in row[2:7]] == html[: len(rows) * 5]
    assert headers[-1] == "口径"
    assert all(row[-1] for row in rows)


def test_satisfaction_is_shown_listed_and_exported_without_names(
    towns: Any, client_for: Any, head: Any
) -> None:
    answer_satisfaction(hire(towns.our_intention, towns.clerk), 2)
    answer_satisfaction(hire(towns.their_intention, towns.neighbour), 5)
    reader = client_for(head)
    page = text(reader.get("/desk/insights/satisfaction/?by=station"))
    assert 'role="img"' in page
    for words in ("2.0 分", "不满意（2 分）", "占入职过的 100%"):
        assert words in page, words
    rows = text(reader.get("/desk/insights/rows/?figure=satisfaction"))
    assert ("陈建国" in rows, "不满意（2 分）" in rows, "黄志明" in rows) == (True, True, False)
    auditor = client_for(make_staff(towns.stations["睦洲镇"], StationRole.AUDITOR))
    counts = text(auditor.get("/desk/insights/rows/?figure=satisfaction"))
    assert "陈建国" not in counts
    assert f"意向 {towns.our_intention.pk} 号" in counts
    _, headers, *lines = read_rows(
        reader.post(reverse("staff:report-export", args=["satisfaction"]), {"by": "employer"})
    )
    assert headers == [
        "用人单位", "很满意", "满意", "一般", "不满意", "很不满意", "回答份数", "平均（1至5分）",
    ]  # fmt: skip
    assert [line[1:] for line in lines] == [[0, 0, 0, 1, 0, 1, 2]] * 2
    assert "平均满意程度：本月" in text(reader.get("/desk/insights/month/"))
    nobody = text(client_for(make_staff(towns.stations["蓬江区"])).get("/desk/insights/satisfaction/"))
    assert "还没有人回答满意程度" in nobody


def test_month_pdf_equals_page(towns: Any, client_for: Any, head: Any) -> None:
    hire(towns.our_intention, towns.clerk, ago=0)
    answer = client_for(head).get("/desk/insights/month/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    texts = pdf_text(answer.content)
    today = timezone.localdate()
    for words in ("睦洲镇退役军人服务站退役军人就业服务月报", f"{today.year}年{today.month}月，截至"):
        assert words in texts.replace("\n", ""), words
    for words in ("新登记意向", "已入职（本期发生）", "回访", "何站长", "1 份", "第 1 页", "截至"):
        assert words in texts, words
    assert "陈建国" not in texts
    page = text(client_for(head).get("/desk/insights/month/"))
    for label in re.findall(r'rowheader">([^<]+)</th>', page):
        assert label in texts.replace("\n", ""), label
    assert accessibility_problems(answer.content) == []


def test_month_pdf_draws_funnel_and_retention(towns: Any, client_for: Any, head: Any) -> None:
    assert "还没有人入职" in pdf_text(client_for(head).get("/desk/insights/month/pdf/").content)
    hire(towns.our_intention, towns.clerk, ago=0)
    placements.declare(veteran=towns.ours, position=make_position(), by=towns.clerk)
    texts = pdf_text(client_for(head).get("/desk/insights/month/pdf/").content)
    for words in ("2 份", "1 份（50%）", "1 份（100%）", "0 份（0%）", "75%", "30天", "95% 置信区间"):
        assert words in texts, words
    page = text(client_for(head).get("/desk/insights/month/"))
    first = re.findall(r'figure=stage\.[^>]*data-number="(\d+)"', page)[:5]
    assert first == ["2", "1", "1", "1", "0"]


def test_report_pages_query_count_is_constant(
    towns: Any, client_for: Any, same_queries: Any, head: Any
) -> None:
    fair = make_fair(
        organiser=towns.stations["睦洲镇"],
        starts_at=timezone.now() - timedelta(days=50),
        ends_at=timezone.now() - timedelta(days=49),
    )
    first = make_position(headcount=60)
    make_booth(fair, first)
    ours = placements.declare(veteran=towns.ours, position=first, by=towns.clerk, fair=fair)
    answer_satisfaction(hire(ours, towns.clerk), 4)

    def grow() -> None:
        for number in range(4):
            position = make_position(headcount=9)
            make_booth(fair, position)
            person = make_veteran(station=towns.stations["睦洲镇"], name=f"新人{number}")
            placement = placements.declare(veteran=person, position=position, by=towns.clerk, fair=fair)
            Placement.objects.filter(pk=placement.pk).update(recorded_at=timezone.now() - timedelta(days=20))
            if number % 2:
                answer_satisfaction(hire(placement, towns.clerk), 2 + number)
        make_fair(
            organiser=towns.stations["睦洲镇"],
            starts_at=timezone.now() - timedelta(days=20),
            ends_at=timezone.now() - timedelta(days=19),
        )

    reader = client_for(head)
    for path in (
        *(path for path in PAGES if "pdf" not in path),
        *(f"/desk/insights/?by={by}" for by in ("employer", "occupation", "district", "station", "month")),
        "/desk/insights/rows/?figure=headcount",
        "/desk/insights/rows/?figure=step.onboarded",
        "/desk/insights/rows/?figure=people",
        "/desk/insights/satisfaction/?by=station",
        "/desk/insights/rows/?figure=satisfaction",
        "/desk/insights/rows/?figure=booths",
        "/desk/insights/rows/?figure=calls_due",
        "/desk/trouble/no-interview/",
        f"/desk/fairs/{fair.pk}/",
    ):
        same_queries(lambda path=path: reader.get(path), grow, at_most=100)


def test_worklist_rows_link_to_their_task(towns: Any, client_for: Any) -> None:
    call = towns.our_call
    call.call_on = timezone.localdate() - timedelta(days=3)
    call.save()
    page = text(client_for(towns.clerk).get("/desk/trouble/"))
    assert reverse("staff:follow-up", args=[call.pk]) in page
    Placement.objects.update(recorded_at=timezone.now() - timedelta(days=20))
    page = text(client_for(towns.clerk).get("/desk/trouble/no-interview/"))
    behind = f"{reverse('staff:worklist', args=['waiting'])}?of={towns.our_intention.position_id}"
    assert behind in page
    assert reverse("staff:placement", args=[towns.our_intention.pk]) in text(
        client_for(towns.clerk).get(behind)
    )
    assert totals(client_for(towns.neighbour).get(behind)) == [0]
    for wrong, status in (("waiting/", 400), ("declines/?of=x", 400), ("nothing/", 404)):
        assert client_for(towns.clerk).get(f"/desk/trouble/{wrong}").status_code == status
