"""What the three review queues have in common: a list by state, and a refusal with a reason."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.core.state_machine import TransitionRefused
from portal.web.shared.form_fields import add_errors

A_PAGE = 20
CHANGED = "状态刚刚有变化，请刷新后再处理。"


def by_state(
    request: HttpRequest, rows: QuerySet, states: list[tuple[str, str]], url: str
) -> tuple[Page, list[dict[str, Any]]]:
    """One page of `rows` in the asked state (the first of `states` unless told), and the tabs to choose."""
    asked = request.GET.get("state", states[0][0])
    if asked not in dict(states):
        asked = states[0][0]
    tabs = [
        {"label": label, "url": f"{url}?state={value}", "current": value == asked, "count": None}
        for value, label in states
    ]
    return Paginator(rows.filter(state=asked), A_PAGE).get_page(request.GET.get("page")), tabs


def decide(request: HttpRequest, form: Any, verb: Callable[..., Any], done: str, **values: Any) -> bool:
    """Carry out a decision; what it refuses stands beside the form's field. True when it was done."""
    try:
        verb(**values)
    except ValidationError as error:
        add_errors(form, error)
        return False
    except TransitionRefused:
        form.add_error(None, CHANGED)
        return False
    messages.success(request, done)
    return True
