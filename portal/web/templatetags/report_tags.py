"""Numbers of reports as links to the rows that they count."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.reports.figures import FigureValue
from portal.reports.satisfaction import SatisfactionCounts

register = template.Library()


@register.filter
def rows_url(number: FigureValue) -> str:
    """Return the URL of the list of rows behind a number."""
    return f"{reverse('staff:report-rows')}?{urlencode({'figure': number.figure, **number.filters.query})}"


@register.simple_tag
def number(value: FigureValue, unit: str = "") -> SafeString:
    """Render the number as a link to its rows, followed by `unit`."""
    return format_html(
        '<a class="number" href="{}" data-number="{}">{}{}</a>',
        rows_url(value),
        value.value,
        f"{value.value:,}",
        f" {unit}" if unit else "",
    )


@register.simple_tag
def mean(degrees: SatisfactionCounts) -> SafeString:
    """'4.3 分' as a link to its answers; '—' without answers."""
    if degrees.mean is None:
        return SafeString(degrees.mean_text)
    return format_html('<a class="number" href="{}">{}</a>', rows_url(degrees.total), degrees.mean_text)


@register.simple_tag
def calls_url(station: int, state: str, **filters: Any) -> str:
    """Return the URL of a station's calls in a state; `filters` are further filters of the list."""
    query = {"station": station, "state": state} | {name: value for name, value in filters.items() if value}
    return f"{reverse('staff:team-calls')}?{urlencode(query)}"


@register.simple_tag
def calls_number(value: int, station: int, state: str, **filters: Any) -> SafeString:
    """Render the number as a link to its calls, in red when calls are late."""
    return format_html(
        '<a class="number{}" href="{}" data-number="{}">{}</a>',
        " text-danger fw-bold" if value and state == "late" else "",
        calls_url(station, state, **filters),
        value,
        f"{value:,}",
    )


@register.filter
def days(value: float) -> str:
    """4.0 -> '4', 4.5 -> '4.5'."""
    return f"{value:g}"


@register.simple_tag
def hidden_fields(query: dict[str, Any]) -> SafeString:
    """Render a query as hidden fields of a form."""
    return SafeString(
        "".join(format_html('<input type="hidden" name="{}" value="{}">', *pair) for pair in query.items())
    )
