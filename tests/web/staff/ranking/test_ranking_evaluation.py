"""Page of the ranking evaluation: access, verdicts, adoption and roll-back."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts.actions import give_consent
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Appointment
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.learning import dataset_loading, evaluation_report
from portal.learning.actions import store_report
from portal.learning.models import LearningReport
from portal.learning.simulation import simulate
from portal.ranking import ranking_versions
from portal.ranking.actions import adopt_ranking
from portal.ranking.models import RankingVersion
from tests.factories import make_staff, make_stations, make_user, make_veteran
from tests.harness.numbers import read
from tests.harness.optional import require

pytestmark = pytest.mark.django_db
PAGE = "staff:learning"


@pytest.fixture(scope="module")
def figures() -> Any:
    return {
        "better": evaluation_report.evaluate_ranking(
            simulate(1, distance=4.0, people=4_000), seed=1, controls=2, replicates=200
        ),
        "not_shown": evaluation_report.evaluate_ranking(
            simulate(1, distance=0.0, people=1_000), seed=1, controls=0, replicates=200
        ),
        "too_few": evaluation_report.evaluate_ranking(
            simulate(1, distance=4.0, people=20), seed=1, controls=0
        ),
    }


@pytest.fixture
def operator() -> Any:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="市级业务管理员")


def make_saved_report(figures: Any, operator: Any, verdict: Any = "better") -> Any:
    assert figures[verdict]["verdict"] == verdict
    return store_report(figures=figures[verdict], against="tfidf", by=operator)


def text(response: Any) -> str:
    return response.content.decode()


def test_page_without_report_names_current_version(operator: Any, client_for: Any) -> None:
    html = text(client_for(operator).get(reverse(PAGE)))
    assert "原始排序" in html
    assert "还没有报告" in html


@pytest.mark.parametrize("verdict", ["better", "not_shown", "too_few"])
def test_each_verdict_is_shown(operator: Any, client_for: Any, figures: Any, verdict: Any) -> None:
    report = make_saved_report(figures, operator, verdict)
    html = text(client_for(operator).get(reverse(PAGE)))
    assert report.get_verdict_display() in html
    assert ("启用这份报告" in html) is (verdict == "better")
    if verdict == "better":
        assert 'aria-labelledby="prediction-title prediction-desc"' in html
        for words in ("离家近", "95%区间", "打乱后重做 2 次", "第 1 位", "预计与实际"):
            assert words in html


def test_numbers_of_page_link_to_no_rows(operator: Any, client_for: Any, figures: Any) -> None:
    """The page is the only one whose numbers do not link to rows, and it explains the reason."""
    make_saved_report(figures, operator)
    page, _ = read(client_for(operator), reverse(PAGE))
    assert page.links == []
    assert "给谁展示过哪些岗位，按对本人的承诺不给工作人员查看" in text(
        client_for(operator).get(reverse(PAGE))
    )
    person = make_veteran(account=make_user("陈建国"))
    give_consent(
        user=require(person.account),
        purpose=ConsentPurpose.MATCHING,
        wording="告知",
        by=require(person.account),
    )
    html = text(client_for(person.account).get(reverse("veteran:positions")))
    assert "这些记录不给用人单位和工作人员查看" in html


@pytest.mark.parametrize("role", StationRole.values)
@pytest.mark.parametrize("place", ["江门市", "新会区", "睦洲镇"])
def test_only_city_operators_open_page(
    operator: Any, client_for: Any, figures: Any, role: Any, place: Any
) -> None:
    report = make_saved_report(figures, operator)
    user = make_staff(make_stations()[place], StationRole(role), name="读者")
    client = client_for(user)
    may = (role, place) == (StationRole.OPERATOR, "江门市")
    responses = {
        "get": client.get(reverse(PAGE)),
        "adopt": client.post(reverse("staff:learning-adopt", args=[report.pk]), {"reason": "试"}),
        "roll back": client.post(reverse("staff:learning-roll-back"), {"reason": "试"}),
        "run": client.post(reverse("staff:learning-run")),
    }
    codes = {name: answer.status_code for name, answer in responses.items()}
    assert codes == (
        {"get": 200, "adopt": 302, "roll back": 302, "run": 302} if may else dict.fromkeys(responses, 403)
    )
    assert (reverse(PAGE) in text(client.get(reverse("staff:day")))) is may


def test_veterans_employers_and_former_operators_are_refused(
    operator: Any, client_for: Any, figures: Any
) -> None:
    report = make_saved_report(figures, operator)
    assert Client().get(reverse(PAGE)).status_code == 302
    Appointment.objects.filter(user=operator).update(ends_on="2026-01-01")
    operator = type(operator).objects.get(pk=operator.pk)
    client = client_for(operator)
    assert client.get(reverse(PAGE)).status_code == 403
    assert not LearningReport.objects.visible_to(operator).exists()
    assert client.post(reverse("staff:learning-adopt", args=[report.pk]), {"reason": "试"}).status_code == 403
    assert ranking_versions.adopted_version() is None


def test_adopt_and_roll_back_version(
    operator: Any,
    client_for: Any,
    figures: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Settings,
    tmp_path: Path,
) -> None:
    report, client = make_saved_report(figures, operator), client_for(operator)
    adopt = reverse("staff:learning-adopt", args=[report.pk])
    assert client.get(adopt).status_code == 405
    response = client.post(adopt, {"reason": " "})
    assert response.status_code == 200
    assert "请写明理由" in text(response)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(adopt, {"reason": "报告证明更好"}).status_code == 302
    assert ranking_versions.active_version().key == report.version.key
    html = text(client.get(reverse(PAGE)))
    assert report.version.name in html
    assert "报告证明更好" in html
    assert "启用这份报告" not in html
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("staff:learning-roll-back"), {"reason": "先观察"})
    assert ranking_versions.active_version().key == "tfidf"
    verbs = AuditEvent.objects.filter(actor_id=operator.pk).values_list("verb", flat=True)
    assert set(verbs) >= {"recommendations.adopted", "recommendations.rolled_back", "learning.report_made"}
    again = client.post(reverse("staff:learning-roll-back"), {"reason": "再退"}, follow=True)
    assert "现在用的就是原始排序" in text(again)


def test_unproven_version_cannot_be_adopted(operator: Any, client_for: Any, figures: Any) -> None:
    report = make_saved_report(figures, operator, "not_shown")
    client = client_for(operator)
    answer = client.post(reverse("staff:learning-adopt", args=[report.pk]), {"reason": "想试试"}, follow=True)
    assert "证明更好" in text(answer)
    assert ranking_versions.adopted_version() is None
    few = make_saved_report(figures, operator, "too_few")
    assert few.version is None
    assert client.post(reverse("staff:learning-adopt", args=[few.pk]), {"reason": "试"}).status_code == 404


def test_reason_with_unit_name_is_refused(operator: Any, client_for: Any, figures: Any) -> None:
    report = make_saved_report(figures, operator)
    answer = client_for(operator).post(
        reverse("staff:learning-adopt", args=[report.pk]), {"reason": "12345部队要求"}
    )
    assert answer.status_code == 200
    assert "12345部队要求" in text(answer)  # what was typed stays
    assert ranking_versions.adopted_version() is None


def test_evaluation_page_query_count_is_constant(
    operator: Any, client_for: Any, figures: Any, same_queries: Any
) -> None:
    client = client_for(operator)
    make_saved_report(figures, operator)

    def more() -> None:
        for _ in range(5):
            report = make_saved_report(figures, operator)
            adopt_ranking(version=report.version, by=operator, reason="试")

    more()
    same_queries(lambda: client.get(reverse(PAGE)), more)


def test_earlier_report_can_be_opened(operator: Any, client_for: Any, figures: Any) -> None:
    first = make_saved_report(figures, operator, "not_shown")
    make_saved_report(figures, operator)
    client = client_for(operator)
    assert f"报告 {first.pk}</h2>" in text(client.get(reverse(PAGE), {"report": first.pk}))
    assert client.get(reverse(PAGE), {"report": first.pk + 99}).status_code == 404


def test_command_and_button_create_report(
    operator: Any,
    client_for: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        dataset_loading, "load_dataset", lambda progress=None: simulate(1, distance=4.0, people=4_000)
    )
    out = tmp_path / "report.json"
    call_command("learning_report", by=operator.phone, controls=1, output=out)
    report = LearningReport.objects.get()
    assert (report.verdict, report.made_by, require(report.version).proven) == ("better", operator, True)
    assert '"verdict": "better"' in out.read_text(encoding="utf-8")
    assert "in 1,000 lists" in capsys.readouterr().out
    client_for(operator).post(reverse("staff:learning-run"))
    assert LearningReport.objects.count() == 2
    assert RankingVersion.objects.count() == 2
    clerk = make_staff(make_stations()["睦洲镇"], StationRole.CLERK)
    with pytest.raises(CommandError, match="operator"):
        call_command("learning_report", by=clerk.phone, controls=0)
    with pytest.raises(CommandError, match="phone"):
        call_command("learning_report", by="13000000000", controls=0)
    assert LearningReport.objects.count() == 2
