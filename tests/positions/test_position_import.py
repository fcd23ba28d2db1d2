"""Position import: parsed cells, results of rows, repeated imports and undo."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from openpyxl import load_workbook

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.imports import actions as sheets
from portal.imports import import_runner
from portal.imports.import_kinds import get_kind
from portal.imports.workbook_reader import read_table
from portal.imports.workbook_writer import write_bad_rows, write_template
from portal.positions import actions
from portal.positions.enums import PositionKind, PositionState
from portal.positions.import_kind import KIND
from portal.positions.models import Position
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_staff,
    make_stations,
    make_user,
)
from tests.harness.optional import require
from tests.imports.record_imports import counts, problems, xlsx
from tests.positions.position_imports import position_row, take_in, workbook_of

pytestmark = pytest.mark.django_db


def test_good_row_is_submitted_with_all_values(employer: Any, member: Any) -> None:
    last_day = timezone.localdate() + timedelta(days=30)
    row = position_row(
        external_id="YH-1",
        kind="钟点工",
        address="会城街道演示路1号",
        education_min="高中（含）以上",
        experience_years="3年以上",
        certificates="A2驾照、道路运输从业资格证",
        requirements="熟悉珠三角路线。",
        benefits="五险一金、包吃",
        relaxable="工作年限可放宽",
        shift="两班制",
        travels="是",
        veterans_preferred="否",
        closes_on=last_day,
    )
    run = take_in(member, employer, workbook_of(row))
    assert counts(run) == {"created": 1}
    position = Position.objects.get()
    assert (position.state, position.external_id, position.employer) == (
        PositionState.IN_REVIEW,
        "YH-1",
        employer,
    )
    assert (position.kind, position.shift, position.education_min) == (PositionKind.PART_TIME, "two_shift", 1)
    assert (position.experience_years, position.headcount) == (3, 3)
    assert (position.pay_from, position.pay_to) == (6000, 8000)
    assert position.certificates == ["driving_a2", "road_transport"]
    assert position.benefits == ["五险一金", "包吃"]
    assert (position.travels, position.veterans_preferred, position.veterans_only) == (True, False, False)
    assert position.closes_on == last_day
    assert position.occupation_id == "4-02-02-02"
    assert 0 < require(position.occupation_certainty) <= 1
    assert list(
        AuditEvent.objects.filter(target_type="positions.position", target_id=str(position.pk)).values_list(
            "verb", flat=True
        )
    ) == [
        "positions.submit",
        "positions.drafted",
    ]


@pytest.mark.parametrize(
    ("expected_value", "low", "high"),
    [
        ("5000-8000", 5000, 8000),
        ("5k-8k", 5000, 8000),
        ("5-8K", 5000, 8000),
        ("５０００～８０００元", 5000, 8000),
        ("5000元/月以上", 5000, 5000),
        ("0.6万—1万", 6000, 10000),
        ("5,000 至 8,000 元/月", 5000, 8000),
        (6500, 6500, 6500),
        ("底薪4500", 4500, 4500),
        ("4500-6000元，多劳多得", 4500, 6000),
    ],
)
def test_pay_formats_are_parsed(employer: Any, member: Any, expected_value: Any, low: Any, high: Any) -> None:
    row = {**position_row(), "pay": expected_value}
    del row["pay_from"], row["pay_to"]
    assert counts(take_in(member, employer, workbook_of(row))) == {"created": 1}
    position = Position.objects.get()
    assert (position.pay_from, position.pay_to) == (low, high)


@pytest.mark.parametrize(
    ("changes", "code", "expected_value"),
    [
        ({"title": " "}, "title", "岗位名称：没有填写"),
        ({"title": "司" * 61}, "too_long", "岗位名称：最多 60 个字"),
        ({"pay_from": 8000, "pay_to": 6000}, "pay", "月薪上限：月薪上限不能低于下限"),
        ({"pay_from": "面议", "pay_to": ""}, "pay", "不能只写“面议”"),
        ({"pay_from": "10万/年", "pay_to": ""}, "pay", "换算成每月"),
        ({"pay_from": "5000-8000", "pay_to": ""}, "pay", "只写一个数"),
        ({"pay_from": "", "pay_to": ""}, "pay", "没有填写"),
        ({"pay_from": "优厚", "pay_to": ""}, "pay", "读不出金额"),
        ({"pay_from": 6, "pay_to": 8}, "pay", "金额不合理"),
        ({"region": "云上县"}, "region", "工作地区：认不出这个地方"),
        ({"region": ""}, "region", "没有填写"),
        ({"headcount": "若干"}, "headcount", "招聘人数：请写明招几个人"),
        ({"headcount": ""}, "headcount", "没有填写"),
        ({"headcount": 9000}, "headcount", "1 到 5000"),
        ({"education_min": "学富五车"}, "choice", "最低学历：请从这些里选"),
        ({"experience_years": "丰富"}, "years", "工作年限要求"),
        ({"certificates": "飞毯证"}, "choice", "证书要求：认不出"),
        ({"duties": ""}, "duties", "岗位职责：没有填写"),
        ({"duties": "原73211部队驻地"}, "unit_name", "岗位职责：请不要填写部队番号"),
        ({"shift": "看心情"}, "choice", "班次：请从这些里选"),
        ({"closes_on": "2020-01-01"}, "dates", "招聘截止日期：日期不合理"),
        ({"external_id": "a b"}, "number", "岗位编号：只能用"),
        ({"travels": "也许"}, "choice", "需要出差或长途：请填"),
    ],
)
def test_bad_cell_is_reported_and_its_row_skipped(
    employer: Any, member: Any, changes: Any, code: Any, expected_value: Any
) -> None:
    run = take_in(member, employer, workbook_of(position_row(title="叉车司机"), position_row(**changes)))
    assert counts(run) == {"created": 1, "bad": 1}
    bad = run.rows.get(outcome="bad")
    assert (bad.number, bad.code) == (3, code)
    assert expected_value in bad.reason
    assert get_kind(KIND).problems[code]
    assert get_kind(KIND).column_of_reason(bad.reason) is not None


@pytest.mark.parametrize(
    ("expected_value", "level"),
    [("不限", 0), ("高中以上", 1), ("中专及以上学历", 1), ("大专或本科", 2), ("本科(含)以上", 3)],
)
def test_education_formats_are_parsed(employer: Any, member: Any, expected_value: Any, level: Any) -> None:
    take_in(member, employer, workbook_of(position_row(education_min=expected_value)))
    assert Position.objects.get().education_min == level


@pytest.mark.parametrize(
    ("expected_value", "code", "address"),
    [
        ("新会", "440705", ""),
        ("江门新会区", "440705", ""),
        ("江门市新会区", "440705", ""),
        ("440705", "440705", ""),
        ("新会区睦洲镇", "440705109", ""),
        ("睦洲镇新沙路6号", "440705109", "新沙路6号"),
        ("睦洲镇南安村1号", "440705109", "南安村1号"),
        ("440705109201", "440705109", "南安村"),
    ],
)
def test_region_formats_are_parsed(
    employer: Any, member: Any, expected_value: Any, code: Any, address: Any
) -> None:
    take_in(member, employer, workbook_of(position_row(region=expected_value)))
    position = Position.objects.get()
    assert (position.region_id, position.address) == (code, address)


def _forty() -> list[dict]:
    return [position_row(title=f"{at}号线货车司机") for at in range(40)]


def test_scenario_two_in_numbers(employer: Any, member: Any) -> None:
    rows = _forty()
    rows[4] |= {"pay_from": 8000, "pay_to": 5000}
    rows[17]["region"] = "云上县"
    rows[30]["title"] = ""
    run = take_in(member, employer, workbook_of(*rows))
    assert counts(run) == {"created": 37, "bad": 3}
    assert problems(run) == {6: "pay", 19: "region", 32: "title"}
    assert Position.objects.filter(state=PositionState.IN_REVIEW).count() == 37
    assert counts(take_in(member, employer, workbook_of(*rows))) == {"unchanged": 37, "bad": 3}

    book = load_workbook(io.BytesIO(write_bad_rows(run)))
    page = book.worksheets[0]
    assert [page.cell(row, 1).value for row in (2, 3, 4)] == [6, 19, 32]
    headers = [cell.value for cell in page[1]]
    red = {
        (cell.row, headers[cell.column - 1])
        for row in page.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fill_type == "solid"
    }
    assert red == {(2, "月薪上限"), (3, "工作地区"), (4, "岗位名称")}
    page.cell(2, headers.index("月薪上限") + 1).value = 9000
    page.cell(3, headers.index("工作地区") + 1).value = "新会区"
    page.cell(4, headers.index("岗位名称") + 1).value = "30号线货车司机"
    corrected = io.BytesIO()
    book.save(corrected)
    assert counts(take_in(member, employer, corrected.getvalue())) == {"created": 3}
    assert counts(take_in(member, employer, corrected.getvalue())) == {"unchanged": 3}
    assert Position.objects.count() == 40


def test_dry_run_writes_no_position(employer: Any, member: Any) -> None:
    run = take_in(member, employer, workbook_of(position_row(), position_row(title="")), dry=True)
    assert counts(run) == {"created": 1, "bad": 1}
    assert not Position.objects.exists()


def test_row_with_known_external_id_updates_position(employer: Any, member: Any) -> None:
    take_in(member, employer, workbook_of(position_row(external_id="A1")))
    reviewer = make_staff(make_stations()["新会区"], StationRole.REVIEWER)
    position = Position.objects.get()
    actions.approve(position=position, by=reviewer)
    again = take_in(member, employer, workbook_of(position_row(external_id="A1")))
    assert counts(again) == {"unchanged": 1}
    updated_position = take_in(member, employer, workbook_of(position_row(external_id="A1", pay_to=9000)))
    assert counts(updated_position) == {"updated": 1}
    position.refresh_from_db()
    assert (position.pay_to, position.state) == (9000, PositionState.IN_REVIEW)
    assert not Position.objects.open_at().exists()
    # Another firm's number is another firm's.
    other = make_employer(member=member)
    assert counts(take_in(member, other, workbook_of(position_row(external_id="A1")))) == {"created": 1}


def test_row_of_ended_position_is_refused(employer: Any, member: Any) -> None:
    take_in(member, employer, workbook_of(position_row(external_id="A1")))
    actions.withdraw(position=Position.objects.get(), by=member)
    assert counts(take_in(member, employer, workbook_of(position_row(external_id="A1")))) == {"unchanged": 1}
    run = take_in(member, employer, workbook_of(position_row(external_id="A1", headcount=9)))
    assert problems(run) == {2: "ended"}


def test_corrected_occupation_is_not_guessed_again(employer: Any, member: Any) -> None:
    from portal.positions.lifecycle import set_occupation

    take_in(member, employer, workbook_of(position_row(external_id="A1"), position_row(title="叉车工")))
    for position in Position.objects.all():
        set_occupation(position=position, by=member, occupation=make_occupation("6-30-05-01"))
    again = take_in(
        member, employer, workbook_of(position_row(external_id="A1"), position_row(title="叉车工"))
    )
    assert counts(again) == {"unchanged": 2}
    assert set(Position.objects.values_list("occupation", flat=True)) == {"6-30-05-01"}


def test_duplicate_rows_are_refused_unless_marked_distinct(employer: Any, member: Any) -> None:
    run = take_in(member, employer, workbook_of(position_row(), position_row(duties="同样的岗位。")))
    assert problems(run) == {3: "similar"}
    assert "第 2 行" in run.rows.get(number=3).reason
    run = take_in(member, employer, workbook_of(position_row(duties="换个说法。")))
    assert problems(run) == {2: "similar"}
    assert "货车司机" in run.rows.get().reason
    sure = workbook_of(
        position_row(duties="换个说法。", distinct="是"), position_row(duties="换个说法。", distinct="是")
    )
    assert counts(take_in(member, employer, sure)) == {"created": 2}
    assert counts(take_in(member, employer, sure)) == {"unchanged": 2}


def test_repeated_external_id_is_refused(employer: Any, member: Any) -> None:
    rows = [position_row(external_id="A1"), position_row(title="叉车司机", external_id="A1")]
    run = take_in(member, employer, workbook_of(*rows))
    assert problems(run) == {3: "number"}


def test_only_members_and_reviewers_import_positions(employer: Any, member: Any) -> None:
    rival = make_user()
    make_employer(member=rival)
    run = take_in(rival, employer, workbook_of(position_row()))
    assert problems(run) == {2: "member"}
    stations = make_stations()
    assert counts(
        take_in(make_staff(stations["蓬江区"], StationRole.REVIEWER), employer, workbook_of(position_row()))
    ) == {"bad": 1}
    assert counts(
        take_in(make_staff(stations["新会区"], StationRole.REVIEWER), employer, workbook_of(position_row()))
    ) == {"created": 1}


def test_interrupted_run_resumes_without_repeats(employer: Any, member: Any) -> None:
    content = workbook_of(*_forty(), position_row(title="0号线货车司机", duties="重复。"))
    run = sheets.upload(by=member, kind=KIND, name="x.xlsx", content=content, subject_id=employer.pk)
    sheets.start(run=run, by=member, enqueue=False)

    class Died(Exception):
        pass

    def die(now: Any) -> None:
        raise Died

    run.refresh_from_db()
    with pytest.raises(Died):
        import_runner.execute(run, dry=False, chunk=15, progress=die)
    assert Position.objects.count() == 15
    type(run).objects.update(state="running", finished_at=None, error="")
    run.refresh_from_db()
    assert counts(import_runner.execute(run, dry=False, chunk=15)) == {"created": 40, "bad": 1}


def test_undo_reverts_unchanged_rows(employer: Any, member: Any) -> None:
    take_in(member, employer, workbook_of(position_row(external_id="A1")))
    first = Position.objects.get()
    actions.approve(position=first, by=make_staff(make_stations()["新会区"], StationRole.REVIEWER))
    rows = [
        position_row(external_id="A1", pay_to=9000),
        *(position_row(title=f"{at}号线司机") for at in range(4)),
    ]
    run = take_in(member, employer, workbook_of(*rows))
    assert counts(run) == {"created": 4, "updated": 1}
    approved, position_at_fair, *_ = Position.objects.exclude(pk=first.pk).order_by("pk")
    actions.approve(position=approved, by=make_staff(make_stations()["新会区"], StationRole.REVIEWER))
    make_booth(make_fair(), position_at_fair)
    sheets.undo(run=run, by=member, enqueue=False)
    run.refresh_from_db()
    import_runner.revert(run)
    assert set(Position.objects.values_list("pk", flat=True)) == {first.pk, approved.pk, position_at_fair.pk}
    first.refresh_from_db()
    assert (first.pay_to, first.state) == (8000, PositionState.OPEN)
    assert sorted(run.rows.exclude(kept_reason="").values_list("kept_reason", flat=True)) == sorted(
        ["导入后已审核或有人改过，已保留；可在岗位列表撤回", "岗位已用于招聘会或就业意向，已保留"]
    )


def test_template_has_choices_and_notes_and_is_readable(employer: Any) -> None:
    kind = get_kind(KIND)
    content = write_template(kind)
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    assert page.max_row == 1
    headers = {cell.value: cell for cell in page[1]}
    assert headers["*岗位名称"].comment.text.startswith("必填")
    assert "若干" in headers["*招聘人数"].comment.text
    assert "月薪" not in headers
    offering = {str(rule.sqref)[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    letters = {name: cell.column_letter for name, cell in headers.items()}
    for name in ("用工形式", "*工作地区", "最低学历", "班次", "退役军人优先"):
        assert "可选内容" in offering[letters[name]]
    assert letters["证书要求"] not in offering
    words = load_workbook(io.BytesIO(content))["可选内容"]
    expected_value = {
        row[0].value: [cell.value for cell in row[3:] if cell.value] for row in words.iter_rows(min_row=2)
    }
    assert "新会区" in expected_value["工作地区"]
    assert "新会区睦洲镇" in expected_value["工作地区"]
    assert "机动车驾驶证A2" in expected_value["证书要求"]
    with pytest.raises(ValidationError, match="只有表头"):
        read_table(content, get_kind(KIND))
    book = load_workbook(io.BytesIO(content))
    book.worksheets[0].append(["YH-001"])
    target = io.BytesIO()
    book.save(target)
    assert read_table(target.getvalue(), get_kind(KIND)).headers[0] == "岗位编号"


def test_header_synonyms_are_recognised(employer: Any, member: Any) -> None:
    headers = [
        "序号",
        "招聘岗位",
        "需求人数",
        "薪资待遇",
        "工作地点",
        "工作内容",
        "学历要求",
        "联系人",
        "联系电话",
    ]
    row = [1, "货车司机", "3人", "6000-8000元/月", "新会区", "送货", "高中及以上", "王经理", "0750-1234567"]
    run = take_in(member, employer, xlsx([["远航物流岗位征集表"], headers, row]))
    assert counts(run) == {"created": 1}
    assert set(run.columns) == {"title", "headcount", "pay", "region", "duties", "education_min"}
