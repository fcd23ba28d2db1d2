"""Hiding a file from single employers, as the person and as staff on the person's behalf do it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from portal.employers.models import Employer, HiddenRecord
from portal.veterans.models import Veteran

A_PAGE = 20
OFFERED = 10


def listed(request: HttpRequest, veteran: Veteran) -> dict[str, Any]:
    """The employers that a file is hidden from, and those that a search by name finds to hide it from."""
    hidden = HiddenRecord.objects.in_force().filter(veteran=veteran).select_related("employer__region")
    words = request.GET.get("q", "").strip()[:40]
    offered = []
    if words:
        known = Employer.objects.visible_to(request.user).filter(name__contains=words)
        mine = HiddenRecord.objects.in_force().filter(veteran=veteran).values("employer")
        offered = list(
            known.exclude(pk__in=mine).select_related("region").order_by("name", "pk")[: OFFERED + 1]
        )
    return {
        "page": Paginator(hidden, A_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "offered": offered[:OFFERED],
        "more": len(offered) > OFFERED,
    }
