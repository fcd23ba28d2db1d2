"""The wording check of the position form, as it is typed and as it is sent."""

from typing import Any

import pytest

from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import make_employer, make_occupation, make_position, make_user

pytestmark = pytest.mark.django_db

CHECK = "/company/positions/check/"
NEW = "/company/positions/new/"


@pytest.fixture
def member() -> Any:
    return make_user("招聘专员")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(member=member)


@pytest.fixture
def company(client_for: Any, member: Any, employer: Any) -> Any:
    return client_for(member)


def _check_wording(employer: Any, **changes: Any) -> Any:
    return {
        "title": "井下支护工",
        "occupation": make_occupation().name,
        "headcount": 1,
        "kind": "full_time",
        "pay_from": 7000,
        "pay_to": 9000,
        "region": employer.region_id,
        "education_min": 1,
        "experience_years": 0,
        "duties": "负责巷道支护。",
        "requirements": "限男性，35岁以下",
        "shift": "day",
        **changes,
    }


def test_wording_of_one_field_is_checked(company: Any) -> None:
    page = company.post(CHECK, {"field": "requirements", "requirements": "限男性，男女宿舍齐全"})
    text = page.content.decode()
    assert '<mark class="mark-block">限男性' in text
    assert "妇女权益保障法" in text
    assert "在下面的“依据”里写明" in text
    assert 'data-relaxed="男女不限，男女宿舍齐全"' in text
    with_basis = company.post(
        CHECK, {"field": "requirements", "requirements": "限男性", "legal_basis": "井下"}
    )
    assert "需两位审核人员同意" in with_basis.content.decode()
    assert company.post(CHECK, {"field": "duties", "duties": "负责货物运输"}).content.strip() == b""


def test_unknown_field_is_refused(company: Any) -> None:
    assert company.post(CHECK, {"field": "state", "state": "限男性"}).status_code == 400
    assert company.get(CHECK).status_code == 405


def test_text_is_escaped_in_the_panel(company: Any) -> None:
    page = company.post(CHECK, {"field": "duties", "duties": "<script>x</script>限男性"}).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_submission_with_blocked_phrase_shows_field_error(company: Any, employer: Any) -> None:
    page = company.post(NEW, _check_wording(employer, submit="1"))
    form = page.context["form"]
    assert "限男性" in form.errors["requirements"][0]
    assert form["title"].value() == "井下支护工"
    assert page.context["basis_open"]
    assert not Position.objects.exists()


def test_draft_keeps_blocked_phrases(company: Any, employer: Any) -> None:
    company.post(NEW, _check_wording(employer))
    position = Position.objects.get()
    assert (position.state, position.requirements) == (PositionState.DRAFT, "限男性，35岁以下")
    page = company.post(f"/company/positions/{position.pk}/submit/", follow=True)
    assert "限男性" in " ".join(str(message) for message in page.context["messages"])
    position.refresh_from_db()
    assert position.state == PositionState.DRAFT


def test_legal_basis_allows_submission(company: Any, employer: Any) -> None:
    company.post(NEW, _check_wording(employer, submit="1", legal_basis="井下作业"))
    position = Position.objects.get()
    assert (position.state, position.legal_basis) == (PositionState.IN_REVIEW, "井下作业")


def test_warnings_do_not_stop_submission(company: Any, employer: Any) -> None:
    page = company.post(
        NEW, _check_wording(employer, submit="1", requirements="35岁以下，形象好"), follow=True
    )
    assert "有 2 处用语建议放宽" in " ".join(str(message) for message in page.context["messages"])


def test_relax_button_changes_one_phrase_only(company: Any, employer: Any) -> None:
    page = company.post(NEW, _check_wording(employer, relax="requirements:4", benefits=["包吃"], pay_to=""))
    form = page.context["form"]
    assert form["requirements"].value() == "限男性，年满18周岁"
    assert form["benefits"].value() == ["包吃"]
    assert form["title"].value() == "井下支护工"
    assert not form.is_bound
    for wrong in ("state:0", "requirements:x", "requirements:999999999"):
        again = company.post(NEW, _check_wording(employer, relax=wrong))
        assert again.context["form"]["requirements"].value() == "限男性，35岁以下"


def test_relax_button_works_on_an_existing_position(company: Any, employer: Any) -> None:
    position = make_position(employer=employer, is_open=False, requirements="限男性")
    page = company.post(
        f"/company/positions/{position.pk}/",
        _check_wording(employer, requirements="限男性", relax="requirements:0"),
    )
    assert page.context["form"]["requirements"].value() == "男女不限"
    position.refresh_from_db()
    assert position.requirements == "限男性"
