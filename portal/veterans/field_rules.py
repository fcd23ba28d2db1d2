"""Rules of the fields of a veteran's record, for every path that writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core.certificates import CertificateKind
from portal.core.enums import Education
from portal.core.field_rules import (
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
    days_from_today,
    fold_reference,
    name_rule,
    paragraphs_rule,
)
from portal.core.rule_sets import CrossRule, FieldRules
from portal.core.text_folding import fold_code
from portal.core.validators import validate_certificate_number, validate_id_number, validate_person_name
from portal.veterans.enums import (
    DIFFICULTIES,
    DISABILITY_GRADES,
    Branch,
    EmploymentStatus,
    RankGroup,
    Settlement,
)

MAX_YEARS_OF_SERVICE = 45
MAX_MONTHLY_PAY = 1_000_000  # yuan
_DAYS_AHEAD = 366  # an exit may be known before it happens
_EARLIEST_WISH = date(2000, 1, 1)
_LATEST_EXPIRY = date(2199, 12, 31)
_YOUNGEST_SOLDIER = 12  # years; the oldest records are of wartime


class IdNumber(Rule):
    """Citizen ID number (GB 11643-1999), which is checked and not stored."""

    def _clean(self, value: Any) -> str:
        number = fold_code(str(value))
        validate_id_number(number)
        return number


def _check_service_days(values: Mapping[str, Any]) -> None:
    entered_on, left_on = values["entered_on"], values["left_on"]
    if entered_on and left_on and left_on <= entered_on:
        raise ValidationError({"left_on": ValidationError("应晚于入伍日期，请核对。", code="dates")})


def _check_age(values: Mapping[str, Any]) -> None:
    born = values["birth_date"]
    for name in ("entered_on", "left_on"):
        day = values[name]
        if born and day and day.year - born.year < _YOUNGEST_SOLDIER:
            raise ValidationError({name: ValidationError("与出生日期对不上，请核对。", code="dates")})


RECORD_RULES = FieldRules(
    {
        "name": name_rule(40, is_required=True, missing_code="name", checks=(validate_person_name,)),
        "phone": Phone(),  # old people may have none
        "address": Text(max_length=120, kind=TextKind.ADDRESS),
        "household_region": Row(),
        "living_region": Row(),
        "branch": Choice(choices=Branch),
        "entered_on": Day(latest=timezone.localdate),
        "left_on": Day(latest=lambda: days_from_today(_DAYS_AHEAD)),
        "rank_group": Choice(choices=RankGroup),
        "settlement": Choice(choices=Settlement),
        "honours": Text(max_length=120),
        "is_party_member": Flag(),
        "education": Choice(choices=Education, is_required=True),
        "major": Text(max_length=60),
        "skills": paragraphs_rule(500),
        "employment_status": Choice(choices=EmploymentStatus, is_required=True),
        "difficulty": Words(
            known_words=DIFFICULTIES,
            is_joined=True,
            unreadable=f"只能从这些里选：{'、'.join(DIFFICULTIES)}；可填多个，用顿号隔开。",
        ),
        "disability": Words(
            known_words=DISABILITY_GRADES,
            is_joined=True,
            max_items=1,
            unreadable="请填一级至十级中的一个等级，例如：八级。",
        ),
    },
    CrossRule(("entered_on", "left_on"), _check_service_days),
    CrossRule(("entered_on", "left_on", "birth_date"), _check_age),
)
# What the model sets in a new record that says nothing else.
RECORD_DEFAULTS = frozenset({"education", "employment_status"})
ID_NUMBER = IdNumber(is_required=True, missing_code="id_form")
# Fields of a form that opens a record.
OPENING_RULES = RECORD_RULES.with_rules(id_number=ID_NUMBER)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Facts that the ID number gives about a person whose record is not loaded."""

    birth_date: date


def clean_id_number(value: Any) -> str:
    """Return the ID number in its one spelling.

    Raises:
        ValidationError: under `id_number`.
    """
    try:
        return str(ID_NUMBER.clean(value))
    except ValidationError as error:
        raise ValidationError({"id_number": error}) from error


SERVICE_RULES = FieldRules(
    {
        "specialty": Row(is_required=True),
        "years": Number(
            low=1,
            high=MAX_YEARS_OF_SERVICE,
            is_required=True,
            range_message=f"从事年数应在 1 到 {MAX_YEARS_OF_SERVICE} 之间。",
        ),
    }
)
CERTIFICATE_RULES = FieldRules(
    {
        "kind": Choice(choices=CertificateKind, is_required=True),
        "grade": Text(max_length=20),
        "number": Text(
            max_length=40, fold=fold_reference, kind=TextKind.CODE, checks=(validate_certificate_number,)
        ),
        "valid_until": Day(latest=lambda: _LATEST_EXPIRY),
    }
)
JOB_RULES = FieldRules(
    {
        "employer_name": Text(max_length=60, is_required=True),
        "title": Text(max_length=40, is_required=True),
        "years": Number(low=1, high=50, is_required=True, range_message="应在 1 到 50 之间。"),
        "duties": paragraphs_rule(500),
    }
)
WISH_RULES = FieldRules(
    {
        "text": Text(max_length=200),
        "lowest_pay": Number(low=0, high=MAX_MONTHLY_PAY, range_message="金额不合理，请写每月多少元。"),
        "max_distance_km": Number(low=0, high=5_000),
        "accepts_shift": Flag(),
        "accepts_travel": Flag(),
        "start_date": Day(earliest=lambda: _EARLIEST_WISH, latest=lambda: days_from_today(3 * 366)),
        "wants_training": Flag(),
        "wants_business": Flag(),
    }
)
