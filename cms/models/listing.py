"""What every list of pages shares: one page of rows, and the open tab, out of the query string."""

from typing import Any

import django_filters
from django import forms
from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def one_page(rows: QuerySet, request: HttpRequest, size: int) -> Slice:
    """The slice that `?page=` asks for; the nearest existing one when it asks for nonsense."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


class KeepFilter(django_filters.CharFilter):
    """Filters nothing: carries the open tab through the filter form as a hidden field."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs
