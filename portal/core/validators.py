"""Validators of numbers and wording by Chinese law and national standards."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core.day_bounds import EARLIEST_DAY, MIN_AGE
from portal.core.text_folding import fold_code, fold_digits, fold_phone
from portal.core.text_patterns import passes_luhn
from portal.core.unit_names import find_unit_names

PHONE = re.compile(r"1[3-9][0-9]{9}")

# No record of a person says so; '信访窗口' is an office.
_PERSON_LABELS = re.compile(
    "稳控|维稳(?:对象|人员)|重点(?:人员|对象|关注对象|人群|人头)|信访(?:户|人员?|对象|老户|重点)|[上缠闹非越]访(?:户|人员?|者|对象)?(?![谈问客])"
)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_LONGEST_HAN_NAME = 4  # 欧阳建国
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{18}}")


def normalise_phone(value: str) -> str:
    """Return the one spelling of a phone number; nothing is checked here."""
    return fold_phone(value)


def validate_phone(value: str) -> None:
    if not PHONE.fullmatch(value):
        raise ValidationError("请输入11位手机号码，以1开头。", code="phone")


def id_check_character(body: str) -> str:
    """Check character of a 17-digit citizen ID body (GB 11643-1999)."""
    return _ID_CHECK[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def validate_id_number(value: str) -> None:
    """Refuse what can't be a citizen ID number (公民身份号码): form, birth date, check character."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise ValidationError("身份证号应为18位，最后一位可以是 X。", code="id_form")
    try:
        born = birth_date_of(value)
    except ValueError as error:
        raise ValidationError("身份证号中的出生日期不存在，请核对第7至14位。", code="id_birth") from error
    if not EARLIEST_DAY <= born <= timezone.localdate() - MIN_AGE:
        raise ValidationError("身份证号中的出生日期不合理，请核对第7至14位。", code="id_birth")
    if id_check_character(value[:17]) != value[17]:
        raise ValidationError("身份证号校验位不符，请逐位核对。", code="id_check")


def birth_date_of(id_number: str) -> date:
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def uscc_check_character(body: str) -> str:
    """Check character of a 17-character Unified Social Credit Code body (GB 32100-2015)."""
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def validate_uscc_form(value: str) -> None:
    """Refuse a wrong length or character set. A wrong check character is a warning elsewhere: real codes
    fail it.
    """
    if not _USCC.fullmatch(value):
        raise ValidationError(
            "统一社会信用代码应为18位数字或大写字母（不含 I、O、S、V、Z）。", code="uscc_form"
        )


def uscc_check_passes(value: str) -> bool:
    return uscc_check_character(value[:17]) == value[17]


def validate_certificate_number(value: str) -> None:
    """Refuse an ID number (which a driving licence carries) or a bank card's number (as the 优待证 does):
    neither is ever stored.
    """
    text = fold_code(value)
    if re.fullmatch(r"[0-9]{17}[0-9X]", text) and id_check_character(text[:17]) == text[17]:
        raise ValidationError("这是身份证号（驾驶证编号也是），平台不保存，请留空。", code="id_number")
    if re.fullmatch(r"[0-9]{16,19}", text) and passes_luhn(text):
        raise ValidationError("这像是银行卡号（优待证也是银行卡），平台不保存，请留空。", code="card_number")
    if not re.fullmatch(r"[0-9A-Z（）()〔〕/字第号\u4e00-\u9fff]{4,40}", text):
        raise ValidationError("证书编号应为4至40位字母、数字或汉字。", code="certificate_number")


def validate_no_label(value: str) -> None:
    """Refuse a note that labels a person as someone to be watched or as a petitioner."""
    if match := _PERSON_LABELS.search(unicodedata.normalize("NFKC", value)):
        raise ValidationError(
            "请不要给人贴标签（“%(found)s”）。只写事实和需要的帮助。",
            code="label",
            params={"found": match.group()},
        )


def validate_no_unit_name(value: str) -> None:
    """Refuse text that names a military unit (部队番号、代号) and say how to write it instead."""
    for start, end in find_unit_names(value):
        raise ValidationError(
            "请不要填写部队番号、代号或装备型号（“%(found)s”）。可写军种、专业和服役年限，例如：陆军，汽车驾驶，12年。",
            code="unit_name",
            params={"found": value[start:end]},
        )


def validate_no_unit_in_name(value: str) -> None:
    """Refuse a unit name in the name of a person; 陈十军 is a person, 三十八军 is none."""
    if len(value) > _LONGEST_HAN_NAME or any(span == (0, len(value)) for span in find_unit_names(value)):
        validate_no_unit_name(value)


def validate_person_name(value: str) -> None:
    """Refuse digits in whatever script, and a unit name."""
    if re.search("[0-9]", fold_digits(value)):
        raise ValidationError("姓名里不要有数字，请按身份证上的姓名填写。", code="name")
    validate_no_unit_in_name(value)
