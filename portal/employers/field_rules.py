"""Rules of the fields of an employer, for every path that writes it."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.core.field_rules import (
    Choice,
    Flag,
    Phone,
    Row,
    Text,
    TextKind,
    name_rule,
    paragraphs_rule,
)
from portal.core.rule_sets import CrossRule, FieldRules
from portal.core.text_folding import fold_code
from portal.core.validators import validate_no_unit_in_name, validate_no_unit_name, validate_uscc_form
from portal.employers.enums import Industry, Nature, SizeBand


def _check_permit(values: Mapping[str, Any]) -> None:
    if values["is_agency"] and not values["agency_permit"]:
        raise ValidationError(
            {"agency_permit": ValidationError("人力资源服务机构请填写许可证号。", code="agency")}
        )


EMPLOYER_RULES = FieldRules(
    {
        "name": name_rule(80, is_required=True, checks=(validate_no_unit_name,)),
        "uscc": Text(
            max_length=18, fold=fold_code, kind=TextKind.CODE, is_required=True, checks=(validate_uscc_form,)
        ),
        "industry": Choice(choices=Industry, is_required=True),
        "size_band": Choice(choices=SizeBand, is_required=True),
        "nature": Choice(choices=Nature, is_required=True),
        "region": Row(is_required=True),
        "address": Text(max_length=120, kind=TextKind.ADDRESS, is_required=True),
        "introduction": paragraphs_rule(2000),
        "contact_person": name_rule(40, is_required=True, checks=(validate_no_unit_in_name,)),
        "contact_phone": Phone(is_required=True),
        "veteran_founded": Flag(),
        "is_agency": Flag(),
        "agency_permit": Text(max_length=40),
    },
    CrossRule(("is_agency", "agency_permit"), _check_permit),
)
