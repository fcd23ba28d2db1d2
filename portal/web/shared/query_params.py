"""Refusal of parameters of a query string that no page knows, by name.

A malformed filter is never ignored in silence: the list would be wider than what was asked for. Page numbers
alone are lenient; the pager says which page is shown.
"""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from portal.web.shared.primary_keys import parse_key

MAX_LENGTH = 2_000  # characters of one value; no form or link of ours sends so many
Row = TypeVar("Row", bound=Model)


class BadParameterError(BadRequest):
    """The value of a parameter is none that the page knows; the answer is 400 and names it."""

    def __init__(self, name: str, reason: str = "不是有效的值") -> None:
        self.name = name
        super().__init__(f"“{name[:40]}”{reason}。")


def read_key(request: HttpRequest, name: str) -> int | None:
    """Return a parameter as a primary key, or None where it is absent or empty.

    Raises:
        BadParameterError: it is no key.
    """
    text = request.GET.get(name, "")
    if not text:
        return None
    key = parse_key(text)
    if key is None:
        raise BadParameterError(name, "应是编号")
    return key


def get_row(rows: "QuerySet[Row]", request: HttpRequest, name: str) -> Row | None:
    """Return the row whose key stands in the parameter `name`, or None where it is absent or empty.

    Raises:
        BadParameterError: it is no key.
        Http404: it is that of none of these rows; the refusal is logged like that of a path.
    """
    key = read_key(request, name)
    return None if key is None else get_object_or_404(rows, pk=key)


class LongParametersMiddleware:
    """Refuses a query string with endless values before a database has to compare them, and NUL in a path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise BadRequest("地址里有不能用的字符。")
        for name, values in request.GET.lists():
            if any(len(text) > MAX_LENGTH for text in (name, *values)):
                raise BadParameterError(name, f"太长，最多 {MAX_LENGTH} 个字")
        return self.get_response(request)
