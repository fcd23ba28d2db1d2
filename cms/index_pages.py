"""Pagination and filters that the index pages share."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def paginate(rows: "QuerySet[Any]", request: HttpRequest, page_size: int) -> "PaginatorPage[Any]":
    """Return the page whose number is in `page` of the query string, or the nearest existing one."""
    return Paginator(rows, page_size).get_page(request.GET.get("page"))


def clear_filters_url(filterset: django_filters.FilterSet) -> str:
    """Return the query string that clears the filters and keeps the tab; '' while no filter is set."""
    is_filtered = any(
        filterset.data.get(name)
        for name, field in filterset.filters.items()
        if not isinstance(field, PassThroughFilter)
    )
    if not is_filtered:
        return ""
    tab = filterset.data.get("when", "")
    return f"?{urlencode({'when': tab})}" if tab else "?"


class PassThroughFilter(django_filters.CharFilter):
    """Hidden form field that carries the selected tab and filters nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        return qs
