"""Traits that positions state, in their fields and in their texts."""

from decimal import Decimal
from typing import Any

import pytest

from portal.core.enums import Shift
from portal.positions.enums import PositionKind
from search.documents import position_documents
from search.position_traits import required_education, text_of, text_traits, traits_of
from search.reading.certificates import certificates_in
from search.reading.criteria import Trait
from search.reading.shape import fold
from tests.factories import make_position

T = Trait


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("需上夜班，有补贴", {T.NIGHT_SHIFT}),
        ("无夜班", {T.NO_NIGHT_SHIFT}),
        ("不用上夜班，双休", {T.NO_NIGHT_SHIFT, T.WEEKEND_OFF}),
        ("四班三倒", {T.ROTATING_SHIFT, T.THREE_SHIFTS}),
        ("不倒班", set()),
        ("做五休二，准时下班", {T.WEEKEND_OFF, T.NO_OVERTIME}),
        ("能适应加班", {T.OVERTIME}),
        ("不需要加班", {T.NO_OVERTIME}),
        ("有加班费", set()),
        ("工资日结", {T.DAILY_PAY}),
        ("每日结算营业款", set()),
        ("不收取任何押金和服装费", {T.NO_FEE}),
        ("入职交押金300元", {T.FEE}),
        ("免费提供宿舍，包三餐", {T.LODGING, T.BOARD}),
        ("跑全国长途", {T.LONG_HAUL}),
        ("不跑长途，市内配送", {T.LOCAL}),
        ("无需坐班", {T.NO_OFFICE_HOURS}),
        ("完成每月销售任务", {T.SALES}),
        ("协助销售部整理单据", set()),
        ("无底薪，纯提成", {T.COMMISSION_ONLY}),
        ("退役军人同等条件下优先", {T.VETERANS}),
    ],
)
def test_texts(text: str, traits: set[Trait]) -> None:
    assert text_traits(fold(text)) - {T.COMMISSION, T.DIRECT} == traits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "stated", "unstated"),
    [
        ({"shift": Shift.NIGHT}, T.NIGHT_SHIFT, T.DAY_SHIFT),
        ({"shift": Shift.DAY}, T.DAY_SHIFT, T.NIGHT_SHIFT),
        ({"shift": Shift.DAY, "requirements": "能适应两班倒"}, T.ROTATING_SHIFT, T.DAY_SHIFT),
        ({"kind": PositionKind.PART_TIME}, T.PART_TIME, T.FULL_TIME),
        ({"travels": True}, T.TRAVEL, T.PART_TIME),
        ({"certificates": ["food_health"]}, T.DAY_SHIFT, T.CERTIFICATE),
        ({"certificates": ["welder"]}, T.CERTIFICATE, T.BEGINNERS),
        ({"experience_years": 2}, T.TWO_YEARS, T.THREE_YEARS),
        ({"requirements": "三年以上焊接经验"}, T.THREE_YEARS, T.FIVE_YEARS),
        ({"requirements": "年龄18-45岁"}, T.UP_TO_45, T.UP_TO_40),
        ({"title": "电话销售专员"}, T.SALES, T.HEAVY),
    ],
)
def test_fields(fields: dict[str, Any], stated: Trait, unstated: Trait) -> None:
    position = make_position(**{"title": "员工", "duties": "上班。", "requirements": "", **fields})
    traits = traits_of(position, text_of(position))
    assert stated in traits
    assert unstated not in traits


@pytest.mark.django_db
def test_a_text_that_asks_for_more_schooling_counts() -> None:
    position = make_position(requirements="大专及以上学历", education_min=0)
    assert required_education(position, text_of(position)) == 2
    assert required_education(make_position(requirements="大专以上优先", education_min=1), "大专以上优先") == 1


def test_certificates_of_a_text() -> None:
    assert certificates_in(fold("持有效叉车证，有低压电工证者优先")) == {"forklift_n1", "electrician_low"}
    assert certificates_in(fold("不要求叉车证；保证安全")) == set()


@pytest.mark.django_db
def test_the_name_of_a_guessed_occupation_is_not_searched() -> None:
    position = make_position(title="员工", pay_from=Decimal(4000), occupation_certainty=0.2)
    (document,) = position_documents([position])
    assert position.occupation.name not in document.facts
