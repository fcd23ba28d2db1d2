"""Form fields fold what is typed before they check it; numbers and days stay within bounds."""

from typing import Any

import pytest
from django import forms

from portal.core.folded_fields import (
    CodeField,
    CreditCodeField,
    IdNumberField,
    PersonNameField,
    PhoneField,
)
from tests.factories import make_id_number, make_uscc


class Sample(forms.Form):
    name = PersonNameField(max_length=40, required=False)
    phone = PhoneField(required=False)
    id_number = IdNumberField(required=False)
    uscc = CreditCodeField(max_length=18, required=False)
    code = CodeField(max_length=6, required=False)
    title = forms.CharField(max_length=12, required=False)
    text = forms.CharField(widget=forms.Textarea, required=False)
    password = forms.CharField(widget=forms.PasswordInput, required=False, strip=False)
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
    count = forms.IntegerField(required=False)
    pay = forms.DecimalField(required=False)
    day = forms.DateField(required=False)
    moment = forms.DateTimeField(required=False)


def clean(**data: Any) -> Any:
    form = Sample(data)
    return form.cleaned_data[next(iter(data))] if form.is_valid() else form.errors.as_data()


def codes(**data: Any) -> list[str | None]:
    form = Sample(data)
    assert not form.is_valid()
    return [error.code for errors in form.errors.as_data().values() for error in errors]


def test_identities_have_one_spelling() -> None:
    number, uscc = make_id_number(), make_uscc()
    assert clean(phone=" +86 １３８－1234\u200b5678 ") == "13812345678"
    assert clean(id_number="　".join(number).lower()) == number
    assert clean(uscc=f"\ufeff{uscc.lower()} ") == uscc
    assert clean(code="１２３ 456") == "123456"


def test_wrong_identities_are_refused() -> None:
    assert codes(phone="1381234567²") == ["phone"]
    assert codes(id_number="44070519850501001") == ["id_form"]
    assert codes(uscc="①" * 18) == ["uscc_form"]
    assert codes(code="1234567") == ["max_length"]


def test_names_lose_only_what_nobody_sees() -> None:
    assert clean(name=" 买买提・\u202e艾力\uffff ") == "买买提・艾力"
    assert clean(name="Ａｎｎａ　李") == "Ａｎｎａ　李"


def test_lines_and_paragraphs_keep_their_wording() -> None:
    assert clean(title="招聘\t（电工）\u3164") == "招聘 （电工）"
    assert clean(text="一\x00、电工\r\n　　二、焊工\ufdd0 ") == "一、电工\n　　二、焊工"
    assert clean(title="\u3164\u200b") == ""


def test_length_is_counted_after_folding() -> None:
    assert clean(title="\u200b".join("十二个字的岗位名称不过长")) == "十二个字的岗位名称不过长"
    assert codes(title="十三个字的岗位名称就太长了") == ["max_length"]


def test_browser_does_not_cut_a_spaced_number() -> None:
    form = Sample()
    for name in ("phone", "id_number", "uscc", "code"):
        assert int(form.fields[name].widget.attrs["maxlength"]) >= 60, name
    assert form.fields["title"].widget.attrs["maxlength"] == "12"


def test_password_stays_as_typed() -> None:
    assert clean(password=" ｐａｓｓ\u200b ") == " ｐａｓｓ\u200b "


def test_choices_numbers_and_days_are_read_in_every_script() -> None:
    assert clean(kind="\ufeffa") == "a"
    assert clean(kinds=["a\u200b", "b"]) == ["a", "b"]
    assert clean(count="１２") == 12
    assert clean(day="２０２６－０６－３０").isoformat() == "2026-06-30"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("count", "²", "invalid"),
        ("count", str(2**63), "too_large"),
        ("count", "-" + str(2**63), "too_small"),
        ("pay", "1e30", "too_large"),
        ("day", "0001-01-01", "date_range"),
        ("day", "9999-12-31", "date_range"),
        ("moment", "9999-12-31 23:59", "date_range"),
        ("moment", "0001-01-02 00:00", "date_range"),
    ],
)
def test_numbers_and_days_out_of_bounds_are_refused(name: str, value: str, code: str) -> None:
    assert codes(**{name: value}) == [code]


def test_changed_data_compares_folded_values() -> None:
    form = Sample({"phone": "１３８ 1234 5678"}, initial={"phone": "13812345678"})
    assert form.changed_data == []
