"""What every list of pages shares: one page of rows, and the open tab, out of the query string."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def one_page(rows: QuerySet, request: HttpRequest, size: int) -> Slice:
    """The slice that `?page=` asks for; the nearest existing one when it asks for nonsense."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def clear_link(found: django_filters.FilterSet) -> str:
    """Where 'clear the filters' leads, keeping the tab; '' while nothing is chosen."""
    chosen = any(
        found.data.get(name) for name, row in found.filters.items() if not isinstance(row, KeepFilter)
    )
    when = found.data.get("when", "")
    return (f"?{urlencode({'when': when})}" if when else "?") if chosen else ""


class KeepFilter(django_filters.CharFilter):
    """Filters nothing: carries the open tab through the filter form as a hidden field."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs
