"""An undefined variable in one of our templates fails the test that rendered it.

Django prints nothing where a name is unknown, so a typing error looks like an empty field. While the suite
runs, looking up an unknown name raises, and is remembered, so that a view or a live server that swallows the
error fails its test all the same.

Judged is where the expression was written, not what was rendered last: a block of ours inside Wagtail's page
is ours, a Wagtail or crispy-forms template that our page includes is not.

Allowed for an unknown name, since each says openly that it may be absent: `{% if name %}` (but not
`{% if known.unknown %}`, where a known object has no such attribute), `{% firstof %}`,
`{{ name|default:… }}`, `{{ name|default_if_none:… }}`. Refused besides printing: `{% for x in name %}`,
`{% regroup name … %}`, `{% with x=name %}`, `{% include … with x=name %}`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.forms import BaseForm
from django.template import Context, base, defaulttags

from tests.harness.optional import require

ROOT = Path(__file__).resolve().parents[2]
OUR_FOLDERS = tuple(str(ROOT / name) + "/" for name in ("templates", "portal", "cms", "search", "matching"))
EXCUSES = {"default", "default_if_none"}

_checked_names: list[str] = []


class UndefinedVariableError(AssertionError):
    """A template of ours uses a name that its context does not have."""


class StrictExpression(base.FilterExpression):
    """Django's own expression, which knows where it was written and refuses unknown names there."""

    def __init__(self, token: str, parser: base.Parser) -> None:
        super().__init__(token, parser)
        self.written_in = str(getattr(parser.origin, "name", ""))

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        if ignore_failures:
            self.check_attributes(context)
        else:
            self.check(context)
        return super().resolve(context, ignore_failures)

    def check_attributes(self, context: Context) -> None:
        """Raise UndefinedVariableError for `{% if known.unknown %}`: a known object without that attribute.

        The first name may be absent, and so may a key of a mapping or a field of a form.
        """
        if not self.is_var or not self.written_in.startswith(OUR_FOLDERS) or self._excused():
            return
        lookups = getattr(self.var, "lookups", None) or ()
        value: Any = None
        for depth in range(1, len(lookups) + 1):
            try:
                value = base.Variable(".".join(lookups[:depth])).resolve(context)
            except base.VariableDoesNotExist as error:
                if depth == 1 or value is None or isinstance(value, Mapping | BaseForm):
                    return
                message = f"{self.written_in}: undefined attribute in {{% if {self.token} %}}: {error}"
                _checked_names.append(message)
                raise UndefinedVariableError(message) from error

    def check(self, context: Context) -> None:
        """Raise UndefinedVariableError where Django would print nothing."""
        if not self.is_var or not self.written_in.startswith(OUR_FOLDERS) or self._excused():
            return
        try:
            self.var.resolve(context)
        except base.VariableDoesNotExist as error:
            message = f"{self.written_in}: undefined variable in {{{{ {self.token} }}}}: {error}"
            _checked_names.append(message)
            raise UndefinedVariableError(message) from error

    def _excused(self) -> bool:
        return bool(self.filters) and self.filters[0][0].__name__ in EXCUSES


class StrictForNode(defaulttags.ForNode):
    """Django loops over an unknown name as if it were an empty list."""

    def render(self, context: Context) -> str:
        if isinstance(self.sequence, StrictExpression):
            self.sequence.check(context)
        return super().render(context)


class StrictRegroupNode(defaulttags.RegroupNode):
    """The same for {% regroup %}."""

    def render(self, context: Context) -> str:
        if isinstance(self.target, StrictExpression):
            self.target.check(context)
        return super().render(context)


def pytest_configure() -> None:
    # The parser and the tags look these names up in their own modules each time they compile a template.
    for module, strict in (
        (base, StrictExpression),
        (defaulttags, StrictForNode),
        (defaulttags, StrictRegroupNode),
    ):
        setattr(module, require(strict.__base__).__name__, strict)


@pytest.fixture(autouse=True)
def undefined_variables() -> Iterator[list[str]]:
    """The undefined variables met by this test; any that is left at its end fails it."""
    _checked_names.clear()
    yield _checked_names
    if _checked_names:
        match = "\n".join(dict.fromkeys(_checked_names))
        _checked_names.clear()
        pytest.fail(f"undefined template variables:\n{match}", pytrace=False)
