"""An undefined variable in one of our templates fails the test that rendered it.

Django prints nothing where a name is unknown, so a typing error looks like an empty field. While the suite runs, looking up an
unknown name raises, and is remembered, so that a view or a live server that swallows the error fails its test all the same.

Judged is where the expression was written, not what was rendered last: a block of ours inside Wagtail's page is ours, a
Wagtail or crispy-forms template that our page includes is not. Allowed for an unknown name, since each says openly
that it may be absent: `{% if name %}`, `{% firstof %}`, `{{ name|default:… }}`, `{{ name|default_if_none:… }}`.
Refused besides printing: `{% for x in name %}`, `{% regroup name … %}`, `{% with x=name %}`, `{% include … with x=name %}`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, base, defaulttags

ROOT = Path(__file__).resolve().parents[2]
OUR_FOLDERS = tuple(str(ROOT / name) + "/" for name in ("templates", "portal", "cms", "search", "matching"))
EXCUSES = {"default", "default_if_none"}

_seen: list[str] = []


class UndefinedVariable(AssertionError):
    """A template of ours uses a name that its context does not have."""


def _is_ours(expression: base.FilterExpression) -> bool:
    origin = getattr(expression, "written_in", None)
    return origin is not None and str(origin.name).startswith(OUR_FOLDERS)


def _refuse(expression: base.FilterExpression, cause: Exception) -> None:
    message = f"{expression.written_in.name}: undefined variable in {{{{ {expression.token} }}}}: {cause}"
    _seen.append(message)
    raise UndefinedVariable(message) from cause


def _excused(expression: base.FilterExpression) -> bool:
    filters = expression.filters
    return bool(filters) and filters[0][0].__name__ in EXCUSES


def _check(expression: base.FilterExpression, context: Context) -> None:
    """Refuse an unknown name where Django itself would look away."""
    if expression.is_var and _is_ours(expression) and not _excused(expression):
        try:
            expression.var.resolve(context)
        except base.VariableDoesNotExist as error:
            _refuse(expression, error)


def pytest_configure() -> None:
    make, resolve = base.FilterExpression.__init__, base.FilterExpression.resolve
    render_for, render_regroup = defaulttags.ForNode.render, defaulttags.RegroupNode.render

    def strict_init(self: base.FilterExpression, token: str, parser: base.Parser) -> None:
        make(self, token, parser)
        self.written_in = getattr(parser, "origin", None)

    def strict_resolve(self: base.FilterExpression, context: Context, ignore_failures: bool = False) -> Any:
        if not ignore_failures:
            _check(self, context)
        return resolve(self, context, ignore_failures)

    def strict_for(self: defaulttags.ForNode, context: Context) -> str:
        _check(self.sequence, context)
        return render_for(self, context)

    def strict_regroup(self: defaulttags.RegroupNode, context: Context) -> str:
        _check(self.target, context)
        return render_regroup(self, context)

    base.FilterExpression.__init__ = strict_init
    base.FilterExpression.resolve = strict_resolve
    defaulttags.ForNode.render = strict_for
    defaulttags.RegroupNode.render = strict_regroup


@pytest.fixture(autouse=True)
def undefined_variables() -> Iterator[list[str]]:
    """The undefined variables met by this test; any that is left at its end fails it."""
    _seen.clear()
    yield _seen
    if _seen:
        found = "\n".join(dict.fromkeys(_seen))
        _seen.clear()
        pytest.fail(f"undefined template variables:\n{found}", pytrace=False)
