"""Rules of fields: what may be stored in each, defined once per aggregate.

Form, spreadsheet, API, merge and on-behalf form all ask the same `portal.core.rule_sets.FieldRules`, so that
one value is stored, or refused with one message, whoever sends it. A rule takes a value of its field's kind,
or text, and returns the value to store; it is idempotent.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Choices
from django.utils import timezone

from portal.core.text_folding import display_line, display_name, display_paragraphs, fold_digits, fold_phone
from portal.core.validators import PHONE, validate_no_unit_name

MISSING = "没有填写，请填写这一项。"
EARLIEST_DAY = date(1930, 1, 1)


def days_from_today(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


class TextKind(StrEnum):
    """Kind of a text: decides the checks that it passes on every path."""

    FREE = "free"  # what people write as they like
    ADDRESS = "address"
    NAME = "name"  # of a person
    CODE = "code"  # has a shape of its own


# Checks of every text of a kind, by every path; each raises ValidationError. New checks of texts belong here.
TEXT_CHECKS: Mapping[TextKind, tuple[Callable[[str], None], ...]] = {
    TextKind.FREE: (validate_no_unit_name,),
    TextKind.ADDRESS: (validate_no_unit_name,),
    TextKind.NAME: (),
    TextKind.CODE: (),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Rule of one field.

    Attributes:
        is_required: whether an empty value is refused, with `missing` and `missing_code`.
        unreadable, unreadable_code: the refusal of a value of another kind.
    """

    is_required: bool = False
    missing: str = MISSING
    missing_code: str = "required"
    unreadable: str = "填写不对。"
    unreadable_code: str = "invalid"

    @property
    def empty(self) -> Any:
        """Value that is stored for an empty one."""
        return None

    def clean(self, value: Any) -> Any:
        """Return the value to store.

        Raises:
            ValidationError: with a message that names no value of a sensitive field.
        """
        if self.is_empty(value):
            if self.is_required:
                raise ValidationError(self.missing, code=self.missing_code)
            return self.empty
        return self._clean(value)

    def is_empty(self, value: Any) -> bool:
        return value is None or (isinstance(value, str) and not display_line(value))

    def _clean(self, value: Any) -> Any:
        return value

    def refuse_unreadable(self) -> ValidationError:
        return ValidationError(self.unreadable, code=self.unreadable_code)


@dataclass(frozen=True, kw_only=True)
class Text(Rule):
    """Text of limited length.

    Attributes:
        fold: what becomes of the typed text before anything else.
        kind: which of `TEXT_CHECKS` apply.
        checks: further checks; each raises ValidationError.
    """

    max_length: int
    fold: Callable[[str], str] = display_line
    kind: TextKind = TextKind.FREE
    checks: tuple[Callable[[str], None], ...] = ()

    @property
    def empty(self) -> str:
        return ""

    def clean(self, value: Any) -> str:
        text = "" if value is None else self.fold(str(value))
        if not text:
            if self.is_required:
                raise ValidationError(self.missing, code=self.missing_code)
            return ""
        if len(text) > self.max_length:
            raise ValidationError(f"最多 {self.max_length} 个字。", code="too_long")
        for check in (*TEXT_CHECKS[self.kind], *self.checks):
            check(text)
        return text


def fold_reference(text: str) -> str:
    """Return a number or code of others (certificate, position): half width, its dashes stay."""
    return display_line(fold_digits(text))


def name_rule(max_length: int, **options: Any) -> Text:
    """Return the rule of a name, which keeps the characters that were typed."""
    return Text(max_length=max_length, fold=display_name, kind=TextKind.NAME, **options)


def paragraphs_rule(max_length: int, **options: Any) -> Text:
    """Return the rule of a text of several lines."""
    return Text(max_length=max_length, fold=display_paragraphs, **options)


@dataclass(frozen=True, kw_only=True)
class Phone(Rule):
    """Mobile phone number of 11 digits."""

    unreadable: str = "应为11位手机号码，以1开头；只填一个号码。"
    unreadable_code: str = "phone"

    @property
    def empty(self) -> str:
        return ""

    def _clean(self, value: Any) -> str:
        number = fold_phone(str(value))
        if not PHONE.fullmatch(number):
            raise self.refuse_unreadable()
        return number


@dataclass(frozen=True, kw_only=True)
class Choice(Rule):
    """One of fixed values.

    Attributes:
        none_is: the value that stands for no choice.
    """

    choices: type[Choices]
    none_is: Any = ""
    unreadable_code: str = "choice"

    @property
    def empty(self) -> Any:
        return self.none_is

    def _clean(self, value: Any) -> Any:
        if value in self.choices.values:
            return self.choices(value).value
        by_text = {str(choice): choice for choice in self.choices.values}
        if str(value) in by_text:
            return by_text[str(value)]
        raise self.refuse_unreadable()

    def refuse_unreadable(self) -> ValidationError:
        labels = "、".join(str(label) for label in self.choices.labels)
        return ValidationError(f"请从这些里选一个：{labels}。", code=self.unreadable_code)


@dataclass(frozen=True, kw_only=True)
class Number(Rule):
    """Whole number within limits.

    Attributes:
        range_message: refusal of a number outside the limits.
    """

    low: int
    high: int
    range_message: str = ""
    range_code: str = "range"
    unreadable: str = "请填写整数。"
    none_is: int | None = None

    @property
    def empty(self) -> int | None:
        return self.none_is

    def _clean(self, value: Any) -> int:
        number = self._read(value)
        if not self.low <= number <= self.high:
            message = self.range_message or f"应在 {self.low} 到 {self.high} 之间。"
            raise ValidationError(message, code=self.range_code)
        return int(number)

    def _read(self, value: Any) -> Decimal:
        if isinstance(value, bool):
            raise self.refuse_unreadable()
        try:
            number = Decimal(fold_digits(str(value)).strip())
        except InvalidOperation:
            raise self.refuse_unreadable() from None
        if not number.is_finite() or (abs(number) < 10**18 and number != number.to_integral_value()):
            raise self.refuse_unreadable()
        return number


@dataclass(frozen=True, kw_only=True)
class Day(Rule):
    """Date within limits, which may depend on today.

    Attributes:
        earliest, latest: return the limits.
    """

    latest: Callable[[], date]
    earliest: Callable[[], date] = lambda: EARLIEST_DAY
    unreadable: str = "读不出日期，请写成 2003-12-01 这样。"
    unreadable_code: str = "dates"

    def _clean(self, value: Any) -> date:
        day = value.date() if isinstance(value, datetime) else value
        if not isinstance(day, date):
            try:
                day = date.fromisoformat(fold_digits(str(value)).strip())
            except ValueError:
                raise self.refuse_unreadable() from None
        earliest, latest = self.earliest(), self.latest()
        if not earliest <= day <= latest:
            raise ValidationError(f"日期不合理，应在 {earliest} 至 {latest} 之间，请核对。", code="dates")
        return day


@dataclass(frozen=True, kw_only=True)
class Flag(Rule):
    """Yes or no."""

    none_is: bool = False
    unreadable: str = "请填“是”或“否”。"
    unreadable_code: str = "choice"

    @property
    def empty(self) -> bool:
        return self.none_is

    def _clean(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse_unreadable()
        return value


@dataclass(frozen=True, kw_only=True)
class Words(Rule):
    """List of words or codes, each once.

    Attributes:
        known: the allowed words; None where any are, as free text.
        joined: whether the list is stored as one text, separated by '、'.
        max_items, max_length: limits of the list and of each word.
    """

    known_words: Collection[str] | None = None
    is_joined: bool = False
    max_items: int = 30
    max_length: int = 20
    unreadable_code: str = "choice"

    @property
    def empty(self) -> Any:
        return "" if self.is_joined else []

    def is_empty(self, value: Any) -> bool:
        return not value or super().is_empty(value)

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.split("、")
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise self.refuse_unreadable()
        words = list(dict.fromkeys(word for item in value if (word := display_line(str(item)))))
        if len(words) > self.max_items:
            raise ValidationError(f"最多 {self.max_items} 项。", code="too_long")
        if self.known_words is not None and not set(words) <= set(self.known_words):
            raise self.refuse_unreadable()
        if any(len(word) > self.max_length for word in words):
            raise ValidationError(f"每一项最多 {self.max_length} 个字。", code="too_long")
        if self.known_words is None:
            for check in TEXT_CHECKS[TextKind.FREE]:
                check("、".join(words))
        else:
            words = [word for word in self.known_words if word in words]
        return "、".join(words) if self.is_joined else words


@dataclass(frozen=True, kw_only=True)
class Row(Rule):
    """Row of another table, which the path has looked up already.

    Attributes:
        check: a further check of the row; it raises ValidationError.
    """

    check: Callable[[Any], None] | None = None

    def _clean(self, value: Any) -> Any:
        if self.check is not None:
            self.check(value)
        return value
