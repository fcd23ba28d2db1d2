"""Numbers and wording that national standards and the law define."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from portal.core import validators as v


@pytest.mark.parametrize("number", ["13812345678", "19900000000"])
def test_phone_is_eleven_digits(number: str) -> None:
    v.validate_phone(number)


@pytest.mark.parametrize("number", ["12812345678", "1381234567", "138123456789", "1381234567a", ""])
def test_wrong_phones_are_refused(number: str) -> None:
    with pytest.raises(ValidationError, match="11位"):
        v.validate_phone(number)


def test_phone_is_normalised_as_people_type_it() -> None:
    assert v.normalise_phone("+86 138-1234 5678") == "13812345678"


def test_id_number_with_right_check_character() -> None:
    body = "44070519850501001"
    v.validate_id_number(body + v.id_check_character(body))


def test_id_check_character_of_the_standards_own_example() -> None:
    # GB 11643-1999, appendix: 11010519491231002X.
    assert v.id_check_character("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("123", "18位"),
        ("440705198502300011", "出生日期"),
        ("440705299901010011", "出生日期"),
        ("110105194912310021", "校验位"),
    ],
)
def test_wrong_id_numbers_say_what_is_wrong(number: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        v.validate_id_number(number)


def test_birth_date_is_part_of_the_id_number() -> None:
    assert v.birth_date_of("11010519491231002X") == date(1949, 12, 31)


def test_uscc_of_the_domain_note_fails_only_its_check_character() -> None:
    v.validate_uscc_form("91350203M0001QAY9B")
    assert v.uscc_check_character("91350203M0001QAY9") == "9"
    assert not v.uscc_check_passes("91350203M0001QAY9B")


@pytest.mark.parametrize("code", ["91350203M0001QAY9", "91350203M0001QAYIB", "91350203m0001qay9b"])
def test_uscc_of_wrong_form_is_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="18位"):
        v.validate_uscc_form(code)


@pytest.mark.parametrize(
    "text",
    [
        "曾在73211部队服役",
        "中国人民解放军第74集团军",
        "某旅二营三连",
        "东部战区某旅",
        "第一二一师",
        "三营七连炊事员",
    ],
)
def test_unit_names_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="军种、专业和服役年限"):
        v.validate_no_unit_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "陆军，汽车驾驶，12年",
        "负责团队建设",
        "第一团队队长",
        "集团公司旅游部",
        "三师傅带徒弟",
        "5个师傅",
        "连续三年优秀",
        "十二年旅游大巴驾驶",
        "经营二连锁店",
    ],
)
def test_ordinary_words_are_accepted(text: str) -> None:
    v.validate_no_unit_name(text)


@pytest.mark.parametrize("text", ["该同志系稳控对象", "重 点人员", "信访老户，情绪激动", "多次上访人员"])
def test_notes_label_nobody(text: str) -> None:
    with pytest.raises(ValidationError, match="贴标签"):
        v.validate_no_label(text.replace(" ", ""))


@pytest.mark.parametrize(
    "text", ["已到信访窗口咨询社保", "重点介绍了三个岗位", "家访一次", "走访时不在家", "登门拜访"]
)
def test_ordinary_notes_are_accepted(text: str) -> None:
    v.validate_no_label(text)
