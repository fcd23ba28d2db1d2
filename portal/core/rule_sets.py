"""Rules of all fields of an aggregate, and the rules on several of its fields."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from portal.core.field_rules import Rule

_QUOTED_WORDS = "（“%(found)s”）"


@dataclass(frozen=True)
class CrossRule:
    """Rule on several fields of one aggregate.

    Attributes:
        fields: those it reads; it is asked when a value of one of them is given.
        check: takes their values, None where unknown; raises ValidationError by field.
    """

    fields: tuple[str, ...]
    check: Callable[[Mapping[str, Any]], None]


class FieldRules(Mapping[str, Rule]):
    """Rules of the fields of one aggregate, by name, with its rules on several fields."""

    def __init__(self, rules: Mapping[str, Rule], *cross_rules: CrossRule) -> None:
        self._rules, self._cross_rules = dict(rules), cross_rules

    def __getitem__(self, name: str) -> Rule:
        return self._rules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def with_rules(self, **rules: Rule) -> "FieldRules":
        """Return these rules and some more, for a form with further fields."""
        return FieldRules({**self._rules, **rules}, *self._cross_rules)

    def clean(self, values: Mapping[str, Any], *, current: Any = None) -> dict[str, Any]:
        """Return the values to store.

        Args:
            values: by field; a name without a rule is a mistake of the caller.
            current: the row as it is; its values complete `values` for the rules on several fields.

        Raises:
            ValidationError: by field, all that is wrong.
            KeyError: a field without a rule.
        """
        clean_values, errors = self.split(values, current=current)
        if errors:
            raise ValidationError(errors)
        return clean_values

    def split(
        self, values: Mapping[str, Any], *, current: Any = None
    ) -> tuple[dict[str, Any], dict[str, list[ValidationError]]]:
        """Return the values to store, and by field the errors of the others.

        Where a rule on several fields is broken, none of them is stored.
        """
        clean_values: dict[str, Any] = {}
        dropped_names: set[str] = set()
        errors: dict[str, list[ValidationError]] = {}
        for name, value in values.items():
            try:
                clean_values[name] = self._rules[name].clean(value)
            except ValidationError as error:
                errors[name] = list(error.error_list)
        for rule in self._cross_rules:
            if errors.keys() & set(rule.fields) or not clean_values.keys() & set(rule.fields):
                continue
            try:
                rule.check({name: getattr(current, name, None) for name in rule.fields} | clean_values)
            except ValidationError as error:
                dropped_names |= set(rule.fields)
                for name, field_errors in error.error_dict.items():
                    errors.setdefault(name, []).extend(field_errors)
        return {name: value for name, value in clean_values.items() if name not in dropped_names}, errors

    def complete(self, values: Mapping[str, Any], *, omit: Collection[str] = ()) -> dict[str, Any]:
        """Return the values of a new row, with an empty one for each missing field that is required.

        Args:
            omit: fields that the model gives a default.
        """
        names = (name for name, rule in self._rules.items() if rule.is_required and name not in omit)
        return dict.fromkeys(names) | dict(values)


def first_error(errors: Mapping[str, list[ValidationError]]) -> tuple[str, str, str]:
    """Return (field, code, message) of the first error; the message may be stored: it quotes no words."""
    name, field_errors = next(iter(errors.items()))
    error = field_errors[0]
    if error.params and "found" in error.params:
        message = str(error.message).replace(_QUOTED_WORDS, "")
        return name, error.code or "invalid", message % {**error.params, "found": ""}
    return name, error.code or "invalid", error.messages[0]
