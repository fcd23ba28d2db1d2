"""Position import: fair wording, legal basis and agencies."""

from typing import Any

import pytest

from portal.positions.models import Position
from tests.factories import (
    make_employer,
)
from tests.imports.record_imports import counts, problems
from tests.positions.position_imports import position_row, take_in, workbook_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "code", "expected_value"),
    [
        ({"requirements": "限男性，35岁以下，男女宿舍齐全。"}, "wording", "任职要求：“限男性”"),
        ({"duties": "入职交押金500元。"}, "wording", "岗位职责："),
    ],
)
def test_row_with_unlawful_wording_is_refused(
    employer: Any, member: Any, changes: Any, code: Any, expected_value: Any
) -> None:
    run = take_in(member, employer, workbook_of(position_row(**changes)))
    assert problems(run) == {2: code}
    assert expected_value in run.rows.get().reason


def test_row_with_legal_basis_is_submitted(employer: Any, member: Any) -> None:
    row = position_row(requirements="限男性。", legal_basis="《女职工劳动保护特别规定》附录：矿山井下作业")
    assert counts(take_in(member, employer, workbook_of(row))) == {"created": 1}
    position = Position.objects.get()
    assert "block:sex" in position.wording
    assert position.submitted_at is not None


def test_agency_row_requires_real_employer(member: Any) -> None:
    agency = make_employer(member=member, is_agency=True, agency_permit="440700000001")
    run = take_in(
        member,
        agency,
        workbook_of(position_row(), position_row(title="叉车司机", real_employer="江门某某厂")),
    )
    assert problems(run) == {2: "agency"}
    assert Position.objects.get().real_employer == "江门某某厂"
