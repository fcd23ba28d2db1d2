"""Visits and return registrations: worklist, form, coverage report, receipt."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.reports.visit_coverage import visit_coverage
from portal.veterans.models import Veteran
from portal.visits import actions
from portal.visits.enums import Need, VisitMethod
from portal.visits.models import ReturnRegistration, Visit
from tests.factories import make_id_number, make_phone, make_staff, make_veteran

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=200)


def today() -> Any:
    return timezone.localdate()


def make_visit(veteran: Any, by: Any, *, ago: timedelta = timedelta(), **changes: Any) -> Visit:
    values = {"held_on": today() - ago, "method": VisitMethod.HOME, "reached": True}
    return actions.record_visit(veteran=veteran, by=by, **(values | changes))


def visit_form_data(**changes: Any) -> Any:
    """Return the data of a valid visit form."""
    values = {
        "held_on": f"{today():%Y-%m-%d}",
        "method": "phone",
        "reached": "yes",
        "needs": ["job", "training"],
    }
    return values | {"findings": "想学叉车", **changes}


def return_form_data(station: Any, **changes: Any) -> Any:
    values = {
        "id_number": make_id_number(),
        "name": "周海生",
        "phone": make_phone(),
        "station": station.pk,
        "branch": "navy",
        "entered_on": "2014-09-01",
        "left_on": "2026-09-01",
        "settlement": "self_employed",
        "education": "2",
        "documents": ["id_card", "discharge"],
        "needs": ["job"],
        "wish_text": "想在新会开货车",
    }
    return values | changes


@pytest.fixture
def desk(towns: Any, client_for: Any) -> Any:
    return client_for(towns.clerk)


def names(client: Any, query: str = "") -> list[str]:
    return [row.name for row in client.get(f"{reverse('staff:visits')}{query}").context["page"]]


def test_worklist_holds_own_veterans_not_visited_for_months(towns: Any, desk: Any) -> None:
    assert names(desk) == []
    assert names(desk, "?waiting=never") == ["陈建国"]
    make_visit(towns.ours, towns.clerk, ago=LONG_AGO)
    make_visit(towns.theirs, towns.neighbour, ago=LONG_AGO)
    assert names(desk) == ["陈建国"]
    assert names(desk, "?waiting=12") == names(desk, "?waiting=never") == []
    make_visit(towns.ours, towns.clerk)
    assert names(desk) == []


def test_county_sees_both_towns_and_filters_by_station(towns: Any, client_for: Any) -> None:
    county = client_for(make_staff(towns.stations["新会区"], StationRole.HEAD))
    assert set(names(county, "?waiting=never")) == {"陈建国", "黄志明"}
    assert names(county, f"?waiting=never&station={towns.stations['司前镇'].pk}") == ["黄志明"]


def test_visit_is_recorded_and_shown_with_needs(towns: Any, desk: Any) -> None:
    url = reverse("staff:veteran-visits", args=[towns.ours.pk])
    html = desk.post(url, visit_form_data(), follow=True).content.decode()
    assert all(text in html for text in ("已记录", "找工作、学技能、参加培训", "想学叉车", "李秀珍"))
    visit = Visit.objects.get()
    assert (visit.station, visit.by, visit.reached) == (towns.stations["睦洲镇"], towns.clerk, True)
    assert AccessLog.objects.filter(file_id=towns.ours.pk, field="走访记录").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"held_on": "2099-01-01"}, "不能晚于今天"),
        ({"method": ""}, "请填写这一项"),
        ({"findings": "原在73021部队开车"}, "部队番号"),
        ({"needs": ["none", "job"]}, "暂无需求"),
        ({"next_on": "2001-01-01"}, "之后"),
    ],
)
def test_invalid_visit_is_explained_and_input_kept(towns: Any, desk: Any, change: Any, message: Any) -> None:
    url = reverse("staff:veteran-visits", args=[towns.ours.pk])
    html = desk.post(url, visit_form_data(**({"findings": "记一下"} | change))).content.decode()
    assert message in html
    assert change.get("findings", "记一下") in html
    assert not Visit.objects.exists()


def test_correction_marks_old_visit_and_needs_reason(towns: Any, desk: Any) -> None:
    visit = make_visit(towns.ours, towns.clerk, findings="写错人了")
    url = reverse("staff:visit-correct", args=[visit.pk])
    assert "写错人了" in desk.get(url).content.decode()
    assert "请填写这一项" in desk.post(url, visit_form_data(reason="")).content.decode()
    html = desk.post(url, visit_form_data(reason="电话联系，不是上门"), follow=True).content.decode()
    assert "电话联系，不是上门" in html
    assert "<s>" in html
    assert desk.get(url).status_code == 403


def test_coverage_counts_each_veteran_once_at_station_of_visit(towns: Any) -> None:
    stations = towns.stations
    make_visit(towns.ours, towns.clerk, ago=timedelta(days=1)) if today().day > 1 else None
    make_visit(towns.ours, towns.clerk)
    make_visit(towns.theirs, towns.neighbour, reached=False)
    county = stations["新会区"]
    total, own, *rows = visit_coverage(county, list(county.get_children()))
    assert (total.records, total.people, own.records) == (2, 1, 0)
    by_name = {row.station.name: row for row in rows}
    ours = by_name[stations["睦洲镇"].name]
    assert (ours.records, ours.people, ours.share) == (1, 1, 1.0)
    assert by_name[stations["司前镇"].name].people == 0


def test_coverage_report_is_limited_to_own_subtree(towns: Any, desk: Any, client_for: Any) -> None:
    url = reverse("staff:visit-coverage")
    assert "睦洲镇" in desk.get(url).content.decode()
    assert desk.get(f"{url}?station={towns.stations['司前镇'].pk}").status_code == 404
    county = client_for(make_staff(towns.stations["新会区"], StationRole.HEAD))
    html = county.get(f"{url}?station={towns.stations['睦洲镇'].pk}").content.decode()
    assert "新会区" in html  # the way back up


def test_return_form_opens_record_with_needs_and_receipt(towns: Any, desk: Any) -> None:
    answers = return_form_data(towns.stations["睦洲镇"])
    response = desk.post(reverse("staff:return-new"), answers, follow=True)
    html = response.content.decode()
    veteran = Veteran.objects.get(name="周海生")
    assert veteran.id_hash == lookup_hash(answers["id_number"])
    assert veteran.wish.text == "想在新会开货车"
    assert veteran.last_visited_on == today()
    assert all(text in html for text in (f"{today().year}-0001", "找工作", veteran.masked_id, "居民身份证"))
    assert answers["id_number"] not in html


def test_return_updates_record_of_own_station(towns: Any, desk: Any) -> None:
    number = make_id_number()
    Veteran.objects.filter(pk=towns.ours.pk).update(id_hash=lookup_hash(number))
    desk.post(
        reverse("staff:return-new"),
        return_form_data(towns.stations["睦洲镇"], id_number=number, name="陈建国"),
    )
    assert ReturnRegistration.objects.get().veteran == towns.ours
    assert Veteran.objects.count() == 2


def test_return_with_record_elsewhere_is_refused_and_logged(towns: Any, desk: Any) -> None:
    number = make_id_number()
    Veteran.objects.filter(pk=towns.theirs.pk).update(id_hash=lookup_hash(number))
    answers = return_form_data(towns.stations["睦洲镇"], id_number=number)
    html = desk.post(reverse("staff:return-new"), answers).content.decode()
    assert "已在其他服务站建档" in html
    assert "司前镇" not in html
    assert "黄志明" not in html
    assert answers["phone"] in html  # the typing stays
    assert AccessLog.objects.filter(file_id=towns.theirs.pk, kind=AccessKind.REFUSED).count() == 1
    assert not ReturnRegistration.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id_number": "44070519850501"}, "应为18位"),
        ({"phone": "123"}, "11位手机号码"),
        ({"left_on": "2010-01-01"}, "晚于入伍日期"),
        ({"left_on": "2099-01-01"}, "日期不合理"),
        ({"documents": []}, "已核对的材料"),
        ({"needs": []}, "暂无需求"),
        ({"wish_text": "原第42集团军司机"}, "部队番号"),
    ],
)
def test_invalid_return_is_explained_and_saves_nothing(
    towns: Any, desk: Any, change: Any, message: Any
) -> None:
    files = Veteran.objects.count()
    response = desk.post(reverse("staff:return-new"), return_form_data(towns.stations["睦洲镇"], **change))
    assert message in response.content.decode()
    assert Veteran.objects.count() == files
    assert not Visit.objects.exists()


def test_visit_lists_query_count_is_constant(towns: Any, client_for: Any, same_queries: Any) -> None:
    county = client_for(make_staff(towns.stations["新会区"], StationRole.HEAD))

    def more() -> None:
        for _ in range(4):
            person = make_veteran(station=towns.stations["睦洲镇"])
            make_visit(person, towns.clerk, ago=LONG_AGO, needs=[Need.JOB])
            day = today() - timedelta(days=Visit.objects.count())
            actions.register_return(
                by=towns.clerk, veteran=towns.ours, left_on=day,
                documents=["id_card"], needs=[Need.NONE], fields={},
            )  # fmt: skip

    more()
    pages = [reverse(f"staff:{name}") for name in ("visits", "visit-coverage", "returns")]
    for path in (*pages, reverse("staff:veteran-visits", args=[towns.ours.pk])):
        same_queries(partial(county.get, path), more)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_visit_pages_look_right(towns: Any, open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    visit = make_visit(towns.ours, towns.clerk, ago=LONG_AGO, findings="想换个离家近的工作", needs=[Need.JOB])
    home = actions.register_return(
        by=towns.clerk, veteran=towns.ours, left_on=today() - timedelta(days=30),
        documents=["id_card", "discharge"], needs=[Need.JOB, Need.TRAINING], fields={},
    )  # fmt: skip
    make_visit(make_veteran(station=towns.stations["南安村"], name="林志强"), towns.clerk, ago=LONG_AGO)
    window = open_page(width=width)
    sign_in(window, towns.clerk)
    pk = towns.ours.pk
    for name, args in (
        ("visits", []), ("visit-coverage", []), ("veteran-visits", [pk]), ("visit-correct", [visit.pk]),
        ("returns", []), ("return-new", []), ("return", [home.pk]), ("veteran", [pk]),
    ):  # fmt: skip
        window.goto(reverse(f"staff:{name}", args=args))
        look(window)
