"""Shared parts of the review queues: a list by state, and a decision with its message."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.documents.models import Document
from portal.web.shared.form_fields import add_errors

PAGE_SIZE = 20
STATE_CHANGED = "状态刚刚有变化，请刷新后再处理。"


def page_by_state(
    request: HttpRequest, rows: QuerySet, states: list[tuple[str, str]], url: str
) -> tuple[Page, list[dict[str, Any]]]:
    """Return one page of the rows in the requested state, and the tabs of all states.

    Args:
        rows: queryset with a field `state`.
        states: (value, label) pairs; the first is the default.
        url: address of the list, without a query string.
    """
    state = request.GET.get("state", "")
    if state not in dict(states):
        state = states[0][0]
    tabs = [
        {"label": label, "url": f"{url}?state={value}", "current": value == state, "count": None}
        for value, label in states
    ]
    return Paginator(rows.filter(state=state), PAGE_SIZE).get_page(request.GET.get("page")), tabs


def decide(
    request: HttpRequest, form: forms.Form, action: Callable[..., Any], success: str, **values: Any
) -> bool:
    """Call an action and add a success message; a refusal becomes an error of the form.

    Returns:
        True when the action succeeded.
    """
    try:
        action(**values)
    except ValidationError as error:
        add_errors(form, error)
        return False
    except TransitionRefused:
        form.add_error(None, STATE_CHANGED)
        return False
    messages.success(request, success)
    return True


def judge_and_report(
    request: HttpRequest, form: forms.Form, action: Callable[..., Any], *, document: Document, by: User
) -> bool:
    """Judge a document with the values of the form; add an error message where that fails.

    Returns:
        True when the judgement was saved.
    """
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
        return False
    try:
        action(document=document, by=by, **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    return True
