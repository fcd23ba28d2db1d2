"""Domain data for CMS pages: figures, latest positions, policy hints, breadcrumbs."""

from dataclasses import dataclass
from datetime import timedelta

from django import template
from django.core.cache import cache
from django.template import Context
from wagtail.models import Page

from cms.models import PolicyPage, PolicyTopic
from portal.accounts.models import User
from portal.positions.models import Position
from portal.reports.public_totals import PortalTotals, count_portal_totals
from portal.veterans.models import Veteran

register = template.Library()

# Counting 66,000 positions is slow; the page shows the time of the count.
FIGURES_MAX_AGE = timedelta(minutes=5)
FIGURES_KEY = "portal:front:totals"


@register.simple_tag
def portal_figures() -> PortalTotals:
    """Return the figures of the home page, at most FIGURES_MAX_AGE old."""
    totals = cache.get_or_set(FIGURES_KEY, count_portal_totals, FIGURES_MAX_AGE.total_seconds())
    assert isinstance(totals, PortalTotals)
    return totals


@register.simple_tag
def latest_positions(count: int) -> list[Position]:
    """Return the `count` most recently published open positions, in one query."""
    return list(Position.objects.open_at().with_details().order_by("-published_at", "-pk")[:count])


@dataclass(frozen=True, slots=True)
class Hint:
    """One fact about the user and a policy; `fits` is None where only an office can decide."""

    text: str
    fits: bool | None


@register.simple_tag(takes_context=True)
def policy_hints(context: Context, policy: PolicyPage) -> list[Hint]:
    """Return facts of the user's own record about a policy, without a promise of eligibility.

    Empty for a user without a record, else two queries.
    """
    request = context.get("request")
    reader = getattr(request, "user", None)
    if not isinstance(reader, User):
        return []
    veteran = Veteran.objects.filter(account=reader).select_related("living_region", "wish").first()
    if veteran is None:
        return []
    hints = []
    if policy.region is not None and veteran.living_region is not None:
        inside = veteran.living_region.code.startswith(policy.region_id)
        where = f"您的现居住地（{veteran.living_region.name}）"
        hints.append(
            Hint(f"{where}在适用地区内" if inside else f"{where}不在适用地区（{policy.place}）内", inside)
        )
    wish = getattr(veteran, "wish", None)
    if wish is not None and policy.topic == PolicyTopic.TRAINING and wish.wants_training:
        hints.append(Hint("您在意向中填写了希望参加培训", True))
    if wish is not None and policy.topic == PolicyTopic.BUSINESS and wish.wants_business:
        hints.append(Hint("您在意向中填写了希望创业", True))
    hints.append(Hint("其他条件需由办理单位审核", None))
    return hints


@register.simple_tag(takes_context=True)
def page_crumbs(context: Context, page: Page) -> list[tuple[str, str]]:
    """Return (title, path) from the home page down to `page`, in one query."""
    request = context.get("request")
    if page.pk is None:
        return [(page.title, "")]
    above = page.get_ancestors().filter(depth__gt=1).live()
    return [*((step.title, step.get_url(request) or "/") for step in above), (page.title, "")]
