"""Rules of the fields of a position, for every path that writes it."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core.certificates import CertificateKind
from portal.core.enums import Education, Shift
from portal.core.field_rules import (
    Choice,
    CrossRule,
    Day,
    FieldRules,
    Flag,
    Number,
    Row,
    Text,
    TextKind,
    Words,
    days_from_today,
    fold_reference,
    paragraphs_rule,
)
from portal.core.models import Region
from portal.positions.enums import PositionKind
from portal.stations.served_area import served_regions

MIN_PAY, MAX_PAY = 500, 1_000_000  # yuan per month
MAX_HEADCOUNT = 5_000
MAX_EXPERIENCE_YEARS = 50
MAX_DAYS_OPEN = 366
MAX_TEXT = 5_000  # characters of duties and of requirements
REGION_NOT_SERVED = "没有这个地区，或不在本市服务范围。请填县（市、区）或镇（街道）。"
EXTERNAL_ID_PATTERN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff_./#-]{1,64}")


def validate_external_id(value: str) -> None:
    """Refuse an external id that does not fit into a URL and a spreadsheet cell."""
    if not EXTERNAL_ID_PATTERN.fullmatch(value):
        raise ValidationError("只能用字母、数字、汉字和 - _ . / #，最多64位，中间不留空格。", code="number")


def served_region_codes() -> frozenset[str]:
    """Return the codes of the counties and towns that a position may be in."""
    return frozenset(served_regions().values_list("pk", flat=True))


def _check_served(region: Region) -> None:
    if not served_regions().filter(pk=region.pk).exists():
        raise ValidationError(REGION_NOT_SERVED, code="region")


def _check_pay(values: Mapping[str, Any]) -> None:
    pay_from, pay_to = values["pay_from"], values["pay_to"]
    if pay_from is not None and pay_to is not None and pay_from > pay_to:
        raise ValidationError({"pay_to": ValidationError("月薪上限不能低于下限。", code="pay")})


def _check_agency(values: Mapping[str, Any]) -> None:
    if values["employer"] is not None and values["employer"].is_agency and not values["real_employer"]:
        message = "人力资源服务机构代招的岗位，请写明实际用人单位。"
        raise ValidationError({"real_employer": ValidationError(message, code="agency")})


def _pay_rule(*, required: bool) -> Number:
    return Number(
        low=MIN_PAY,
        high=MAX_PAY,
        required=required,
        missing="没有填写，请写明每月最低多少元。",
        missing_code="pay",
        range_message="金额不合理，请写每月多少元。",
        range_code="pay",
        unreadable="读不出金额，请写成 6000-8000 这样。",
        unreadable_code="pay",
    )


POSITION_RULES = FieldRules(
    {
        "external_id": Text(
            max_length=64, fold=fold_reference, kind=TextKind.CODE, checks=(validate_external_id,)
        ),
        "title": Text(max_length=60, required=True, missing_code="title"),
        "real_employer": Text(max_length=80),
        "occupation": Row(),
        "headcount": Number(
            low=1,
            high=MAX_HEADCOUNT,
            required=True,
            missing_code="headcount",
            range_code="headcount",
            unreadable="请写明招几个人，例如 5；“若干”“不限”“多名”不能收。",
            unreadable_code="headcount",
        ),
        "kind": Choice(choices=PositionKind, none_is=PositionKind.FULL_TIME.value),
        "pay_from": _pay_rule(required=True),
        "pay_to": _pay_rule(required=False),  # none: as `pay_from`
        "region": Row(
            required=True,
            missing_code="region",
            unreadable=REGION_NOT_SERVED,
            unreadable_code="region",
            check=_check_served,
        ),
        "address": Text(max_length=120, kind=TextKind.ADDRESS),
        "education_min": Choice(choices=Education, none_is=Education.JUNIOR.value),
        "experience_years": Number(
            low=0,
            high=MAX_EXPERIENCE_YEARS,
            none_is=0,
            range_code="years",
            unreadable="请写几年，例如 2 或“3年以上”；没有要求写“不限”。",
            unreadable_code="years",
        ),
        "certificates": Words(
            known=CertificateKind.values,
            max_items=20,
            unreadable="认不出其中一项，请对照“可选内容”填写，用顿号“、”隔开。",
        ),
        "duties": paragraphs_rule(MAX_TEXT, required=True, missing_code="duties"),
        "requirements": paragraphs_rule(MAX_TEXT),
        "benefits": Words(),
        "relaxable": Text(max_length=120),
        "legal_basis": paragraphs_rule(300),
        "shift": Choice(choices=Shift, none_is=Shift.DAY.value),
        "travels": Flag(),
        "veterans_preferred": Flag(none_is=True),
        "veterans_only": Flag(),
        "closes_on": Day(earliest=timezone.localdate, latest=lambda: days_from_today(MAX_DAYS_OPEN)),
    },
    CrossRule(("pay_from", "pay_to"), _check_pay),
    CrossRule(("employer", "real_employer"), _check_agency),
)


def clean_position(values: Mapping[str, Any], *, current: Any) -> dict[str, Any]:
    """Return the values to store in the position `current`, new or stored.

    Raises:
        ValidationError: by field.
    """
    cleaned = POSITION_RULES.clean(values, current=current)
    if cleaned.get("pay_to", current.pay_to) is None:
        cleaned["pay_to"] = cleaned.get("pay_from", current.pay_from)
    if "external_id" in cleaned:
        cleaned["external_id"] = cleaned["external_id"] or None
    return cleaned
