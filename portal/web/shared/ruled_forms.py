"""Forms whose fields follow the rules of an aggregate: they take and refuse what every other path does."""

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from portal.core.field_rules import Rule
from portal.core.folded_fields import leave_bounds_to_rule
from portal.core.rule_sets import FieldRules

if TYPE_CHECKING:
    _Form = forms.BaseForm
else:  # a mixin: by itself it is no form
    _Form = object


def apply_rule(field: forms.Field, rule: Rule, *, may_be_empty: bool) -> None:
    """Let `rule` alone decide about the values of `field`, with its own messages."""
    field.required = rule.is_required and not may_be_empty
    field.validators = []
    leave_bounds_to_rule(field)
    unreadable = rule.refuse_unreadable().messages[0]
    field.error_messages |= {"required": rule.missing, "invalid": unreadable, "invalid_choice": unreadable}


def check_fields(
    form: forms.BaseForm, rules: FieldRules, names: Mapping[str, str], *, current: Any = None
) -> None:
    """Replace values of a form that is being cleaned by those that the rules store, and add their errors.

    Args:
        names: field of the aggregate -> field of the form.
        current: the row whose values complete those of the form for rules on several fields.
    """
    values = {
        rule_name: form.cleaned_data[name] for rule_name, name in names.items() if name in form.cleaned_data
    }
    clean_values, errors = rules.split(values, current=current)
    for rule_name, value in clean_values.items():
        form.cleaned_data[names[rule_name]] = value
    for rule_name, field_errors in errors.items():
        name = names.get(rule_name, rule_name)
        if name not in form.errors:
            form.add_error(name if name in form.fields else None, field_errors)


class RuledForm(_Form):
    """Mixin of forms with fields of an aggregate.

    Attributes:
        rules: the rules by field of the aggregate.
    """

    rules: ClassVar[FieldRules]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("instance") is not None:
            # A model form sets what was typed in its instance, refused or not; the page must not show it.
            kwargs["instance"] = copy(kwargs["instance"])
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            rule = self.rules.get(name)
            if rule is not None:
                apply_rule(field, rule, may_be_empty=name in self.kept_when_empty())

    def kept_when_empty(self) -> frozenset[str]:
        """Return the fields whose stored value stays when they are left empty."""
        return frozenset()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kept_names = self.kept_when_empty()
        names = {
            name: name for name in values if name in self.rules and (values[name] or name not in kept_names)
        }
        check_fields(self, self.rules, names, current=getattr(self, "instance", None))
        return values
