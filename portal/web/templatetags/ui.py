"""Filters and tags for templates: money, Chinese dates, masked phones, icons, menu links."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.middleware.csrf import get_token
from django.template import Context, RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.core import secrecy
from portal.core.encryption import mask_phone
from portal.placements.workflow import RETAINED_STATES

register = template.Library()

WEEKDAYS = "一二三四五六日"

# Tone of each state. The label beside it says the same: colour is never the only sign.
TONES = {
    "good": (f"open verified confirmed registered onboarded {' '.join(RETAINED_STATES)} done reached live"),
    "wait": "pending waiting in_review requested intended interviewed offered not_reached coming overdue"
    " checking checked running undoing",
    "stop": (
        "refused suspended declined_by_veteran declined_by_employer offer_refused unreachable left"
        " wrong_number failed"
    ),
}
_TONE_OF = {state: tone for tone, states in TONES.items() for state in states.split()}


@register.filter
def takes_secrets(field: BoundField) -> bool:
    """Return whether the words about secrets belong beside this field."""
    return secrecy.takes_secrets(field.field)


@register.simple_tag
def secrecy_words() -> str:
    """Return the words about state and work secrets."""
    return secrecy.SECRECY_WORDS


@register.filter
def money(amount: Decimal | int) -> str:
    """6000 -> '6,000 元'."""
    return f"{int(amount):,} 元"


@register.filter
def thousands(value: Any) -> Any:
    """97092 -> '97,092'; anything but a whole number stays as it is. (Django's own filter groups nothing in
    Chinese.)
    """
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


@register.filter
def pay(position: Any) -> str:
    """Format the monthly pay of anything with `pay_from` and `pay_to` in yuan: '4,500–6,000 元/月'."""
    low, high = int(position.pay_from), int(position.pay_to)
    return f"{low:,} 元/月" if low == high else f"{low:,}–{high:,} 元/月"


@register.filter
def masked_phone(phone: str) -> str:
    """'13812345678' -> '138****5678'."""
    return mask_phone(phone)


def _local(moment: date | datetime) -> date | datetime:
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


@register.filter
def cn_date(moment: date | datetime) -> str:
    """'12月12日 周六'; with the year when it is not this one: '2025年12月12日 周五'."""
    day = _local(moment)
    year = "" if day.year == timezone.localdate().year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


@register.filter
def cn_time(moment: datetime) -> str:
    """'9:00'."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{local.hour}:{local.minute:02d}"


@register.filter
def cn_datetime(moment: datetime) -> str:
    """'12月12日 周六 9:00'."""
    return f"{cn_date(moment)} {cn_time(moment)}"


@register.simple_tag
def cn_period(start: datetime, end: datetime) -> str:
    """'12月12日 周六 9:00–12:00', or both days when it ends on another."""
    if cn_date(start) == cn_date(end):
        return f"{cn_datetime(start)}–{cn_time(end)}"
    return f"{cn_datetime(start)} 至 {cn_datetime(end)}"


@register.filter
def percent(share: float) -> str:
    """0.334 -> '33%'."""
    return f"{share:.0%}"


@register.filter
def percent_of(part: float, whole: float) -> str:
    """Return `part` of `whole` as 0.0 to 100.0 for the width of a bar; 0.0 when `whole` is 0."""
    return f"{min(max(part / whole, 0), 1) * 100:.1f}" if whole else "0.0"


@register.filter
def share_of(part: float, whole: float) -> str:
    """Return `part` of `whole` as '33%'; '0%' when `whole` is 0."""
    return percent(part / whole if whole else 0)


@register.filter
def minutes(span: timedelta) -> int:
    """Return the whole minutes of a duration, at least one."""
    return max(1, round(span.total_seconds() / 60))


@register.filter
def tone(state: str) -> str:
    """Return the tone of a state's badge: 'good', 'wait', 'stop' or 'quiet'."""
    return _TONE_OF.get(str(state), "quiet")


@register.filter
def beside(cells: Iterable[Any], labels: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Return (label, cell) pairs of a table row, which must be as long as the head."""
    return zip(labels, cells, strict=True)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Render one icon of portal/icons.svg; decorative unless it gets a `label`."""
    href = f"{static('portal/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag(takes_context=True)
def csrf_field(context: Context) -> SafeString:
    """Render the CSRF field in components: `{% include … only %}` does not pass `csrf_token` on."""
    assert isinstance(context, RequestContext)
    token = get_token(context.request)
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, target: str, label: str, picture: str = "", *, exact: bool = False, unless: str = ""
) -> SafeString:
    """Render a menu link to a URL name without arguments, or to a path; marked when it is current.

    Pages below the link count as current, except those below the URL name `unless`; with `exact` only the
    page itself counts.
    """
    path = target if target.startswith("/") else reverse(target)
    here = getattr(context, "request", None)
    at = here.path if here is not None else ""
    below = path != "/" and at.startswith(path) and not (unless and at.startswith(reverse(unless)))
    current = at == path or (below and not exact)
    mark = SafeString(' aria-current="page"') if current else ""
    image = icon(picture) if picture else ""
    return format_html('<a class="nav-item-link" href="{}"{}>{}<span>{}</span></a>', path, mark, image, label)
