"""Rules of fields: the value that is stored, or the message and code of the refusal."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.core.enums import Education, Shift
from portal.core.field_rules import (
    MISSING,
    Choice,
    Day,
    Flag,
    Number,
    Phone,
    Row,
    Rule,
    Text,
    TextKind,
    Words,
    fold_reference,
    name_rule,
    paragraphs_rule,
)
from portal.imports.import_kinds import BadRow, apply_rules
from portal.positions.field_rules import POSITION_RULES

UNIT = "73121部队"


def refusal(rule: Rule, value: Any) -> tuple[str | None, str]:
    """Return (code, message) with which the rule refuses the value."""
    with pytest.raises(ValidationError) as error:
        rule.clean(value)
    return error.value.code, str(error.value.message)


def test_unknown_choice_is_refused_with_the_labels_and_its_own_code() -> None:
    code, message = refusal(Choice(choices=Education), "小学")
    assert code == "choice"
    assert message == f"请从这些里选一个：{'、'.join(Education.labels)}。"
    assert refusal(Choice(choices=Shift, unreadable_code="shift"), "夜班车")[0] == "shift"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("title", "", "title"),
        ("title", "司" * 61, "too_long"),
        ("headcount", "若干", "headcount"),
        ("headcount", 0, "headcount"),
        ("kind", "无偿", "choice"),
        ("pay_from", 499, "pay"),
        ("pay_from", "面议", "pay"),
        ("education_min", "小学", "choice"),
        ("experience_years", 51, "years"),
        ("certificates", "无此证", "choice"),
        ("travels", "也许", "choice"),
        ("closes_on", "2000-01-01", "dates"),
        ("closes_on", "尽快", "dates"),
        ("external_id", "a b", "number"),
    ],
)
def test_problems_of_one_kind_are_grouped_in_an_import_report(field: str, value: Any, code: str) -> None:
    with pytest.raises(BadRow, match="这一列：") as error:
        apply_rules(POSITION_RULES, {field: value}, labels={field: "这一列"})
    assert error.value.code == code


@pytest.mark.parametrize(
    ("rule", "empty"),
    [
        (Text(max_length=9), ""),
        (Phone(), ""),
        (Choice(choices=Shift), ""),
        (Choice(choices=Education, none_is=Education.JUNIOR.value), Education.JUNIOR.value),
        (Number(low=1, high=9), None),
        (Number(low=1, high=9, none_is=0), 0),
        (Day(latest=lambda: date(2030, 1, 1)), None),
        (Flag(), False),
        (Flag(none_is=True), True),
        (Words(), []),
        (Words(is_joined=True), ""),
        (Row(), None),
    ],
)
def test_blank_is_stored_as_the_empty_value_of_the_field(rule: Rule, empty: Any) -> None:
    for value in (None, "", " \u3000"):
        assert rule.clean(value) == empty


@pytest.mark.parametrize(
    "rule",
    [
        Text(max_length=9, is_required=True),
        Phone(is_required=True),
        Choice(choices=Shift, is_required=True),
        Number(low=0, high=9, is_required=True),
        Words(is_required=True),
        Row(is_required=True),
    ],
)
def test_blank_of_a_required_field_is_refused(rule: Rule) -> None:
    assert refusal(rule, " ") == ("required", MISSING)


def test_zero_and_no_are_values() -> None:
    assert Number(low=0, high=9, none_is=5, is_required=True).clean(0) == 0
    assert Flag(none_is=True, is_required=True).clean(False) is False
    assert Choice(choices=Education, none_is=3, is_required=True).clean(0) == 0


def test_text_is_measured_after_folding() -> None:
    rule = Text(max_length=3)
    assert rule.clean("  货车司  ") == "货车司"
    assert refusal(rule, "货车司机") == ("too_long", "最多 3 个字。")
    assert paragraphs_rule(9).clean("一\n二") == "一\n二"
    assert name_rule(9).clean(" 陈建国 ") == "陈建国"
    assert Text(max_length=20, fold=fold_reference, kind=TextKind.CODE).clean(" ＨＲ-2026—1") == "HR-2026-1"


@pytest.mark.parametrize("kind", TextKind)
def test_unit_names_are_refused_in_free_texts_and_addresses(kind: TextKind) -> None:
    rule = Text(max_length=20, kind=kind)
    if kind in {TextKind.FREE, TextKind.ADDRESS}:
        assert refusal(rule, UNIT)[0] == "unit_name"
    else:  # checks of their own
        assert rule.clean(UNIT) == UNIT


def test_phone_is_stored_as_eleven_digits() -> None:
    assert Phone().clean("１３８-1234 5678") == "13812345678"
    code, message = refusal(Phone(), "0750-6123456")
    assert code == "phone"
    assert message == "应为11位手机号码，以1开头；只填一个号码。"


def test_choice_is_read_as_value_or_as_its_text() -> None:
    rule = Choice(choices=Education)
    assert rule.clean(2) == 2
    assert rule.clean("2") == 2
    assert rule.clean(Education.JUNIOR) == Education.JUNIOR.value
    assert refusal(rule, Education.JUNIOR.label)[0] == "choice"
    assert type(rule.clean(Education.JUNIOR)) is int


@pytest.mark.parametrize("value", [1, 45, "45", "４５", " 7 ", "12.0", Decimal("3.00")])
def test_whole_number_within_its_limits_is_stored(value: Any) -> None:
    number = Number(low=1, high=45).clean(value)
    assert 1 <= number <= 45
    assert type(number) is int


@pytest.mark.parametrize("value", ["2.5", 2.5, "三", True, "nan", "inf", "1,000"])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    assert refusal(Number(low=0, high=9), value) == ("invalid", "请填写整数。")


@pytest.mark.parametrize("value", [0, 46, -1, "1e30", 10**18, "1000000000000000000.5"])
def test_number_outside_its_limits_is_refused_with_them(value: Any) -> None:
    assert refusal(Number(low=1, high=45), value) == ("range", "应在 1 到 45 之间。")
    rule = Number(low=1, high=45, range_message="不合理。", range_code="years")
    assert refusal(rule, value) == ("years", "不合理。")


def test_day_is_stored_within_its_limits() -> None:
    rule = Day(latest=lambda: date(2026, 12, 31))
    for value in ("1930-01-01", "2026-12-31", "２０２６-12-31", date(2026, 12, 31)):
        assert rule.clean(value).year in {1930, 2026}
    assert rule.clean(datetime(2026, 5, 1, 23, 59)) == date(2026, 5, 1)  # noqa: DTZ001  (of a cell)
    for value in ("1929-12-31", "2027-01-01"):
        code, message = refusal(rule, value)
        assert code == "dates"
        assert "应在 1930-01-01 至 2026-12-31 之间" in message
    assert refusal(rule, "2026年5月") == ("dates", "读不出日期，请写成 2003-12-01 这样。")


@pytest.mark.parametrize("value", ["是", 1, "true"])
def test_flag_is_yes_or_no_and_nothing_like_it(value: Any) -> None:
    assert refusal(Flag(), value) == ("choice", "请填“是”或“否”。")


def test_free_words_are_stored_once_each_in_their_order() -> None:
    rule = Words(max_items=3, max_length=4)
    assert rule.clean("包吃住、五险一金、包吃住、 ") == ["包吃住", "五险一金"]
    assert rule.clean(["年底双薪", "a", "a", "b"]) == ["年底双薪", "a", "b"]
    assert refusal(rule, "a、b、c、d") == ("too_long", "最多 3 项。")
    assert refusal(rule, "五险一金齐") == ("too_long", "每一项最多 4 个字。")
    assert refusal(Words(), ["包吃", UNIT])[0] == "unit_name"
    assert refusal(rule, 7)[0] == "choice"


def test_known_words_are_stored_in_the_order_of_their_list() -> None:
    rule = Words(known_words=("一级", "二级", "三级"), is_joined=True, unreadable="认不出。")
    assert rule.clean(["三级", "一级"]) == "一级、三级"
    assert rule.clean({"二级"}) == "二级"
    assert refusal(rule, "一级、四级") == ("choice", "认不出。")


def test_row_is_checked_and_stored() -> None:
    def refuse(row: object) -> None:
        raise ValidationError("不在本市。", code="region")

    row = object()
    assert Row().clean(row) is row
    assert refusal(Row(check=refuse), row) == ("region", "不在本市。")


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (Phone(), "+86 138-1234 5678"),
        (Number(low=1, high=9), "７"),
        (Words(is_joined=True), "包吃、包住"),
        (Words(), "包吃、包住"),
        (Choice(choices=Education), "2"),
        (Day(latest=lambda: date(2030, 1, 1)), "2026-05-01"),
        (Text(max_length=9), " 会 开车 "),
    ],
)
def test_stored_value_passes_its_rule_unchanged(rule: Rule, value: Any) -> None:
    stored_value = rule.clean(value)
    assert rule.clean(stored_value) == stored_value
