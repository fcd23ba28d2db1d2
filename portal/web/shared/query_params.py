"""Refusal of parameters that no page knows, by name.

A malformed filter is never ignored in silence: the list would be wider than what was asked for. Page numbers
alone are lenient; the pager says which page is shown.
"""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from portal.web.shared.primary_keys import parse_key

MAX_LENGTH = 2_000  # characters of one value; no form or link of ours sends so many
Row = TypeVar("Row", bound=Model)


class BadParameterError(BadRequest):
    """The value of a parameter is none that the page knows; the answer is 400 and names it."""

    def __init__(self, name: str, reason: str = "不是有效的值") -> None:
        self.name = name
        super().__init__(f"“{name[:40]}”{reason}。")


class UnknownRowError(Http404):
    """The key in a parameter is that of no row that this user may choose; the answer is 404 and names it.

    Unlike a bad parameter it is logged as a refusal: the row may be another's.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"“{name[:40]}”不是可以选择的一项，可能已经变动，请回到上一页重新选择。")


def read_key(params: QueryDict, name: str) -> int | None:
    """Return a parameter as a primary key, or None where it is absent or empty.

    Raises:
        BadParameterError: it is no key.
    """
    text = params.get(name, "")
    if not text:
        return None
    key = parse_key(text)
    if key is None:
        raise BadParameterError(name, "应是编号")
    return key


def get_row(rows: "QuerySet[Row]", params: QueryDict, name: str) -> Row | None:
    """Return the row whose key stands in the parameter `name`, or None where it is absent or empty.

    Raises:
        BadParameterError: it is no key.
        UnknownRowError: it is that of none of these rows.
    """
    key = read_key(params, name)
    if key is None:
        return None
    row = rows.filter(pk=key).first()
    if row is None:
        raise UnknownRowError(name)
    return row


def get_required_row(rows: "QuerySet[Row]", params: QueryDict, name: str) -> Row:
    """Return the row whose key stands in the parameter `name`.

    Raises:
        BadParameterError: it is absent, empty or no key.
        UnknownRowError: it is that of none of these rows.
    """
    row = get_row(rows, params, name)
    if row is None:
        raise BadParameterError(name, "没有填写")
    return row


class LongParametersMiddleware:
    """Refuses an address with endless values before a database has to compare them, and NUL in a path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise BadRequest("地址里有不能用的字符。")
        if len(request.path) > MAX_LENGTH:
            raise BadRequest(f"地址太长，最多 {MAX_LENGTH} 个字符。")
        for name, values in request.GET.lists():
            if any(len(text) > MAX_LENGTH for text in (name, *values)):
                raise BadParameterError(name, f"太长，最多 {MAX_LENGTH} 个字")
        return self.get_response(request)
