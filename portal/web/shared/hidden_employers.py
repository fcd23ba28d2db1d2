"""Employers that a record is hidden from, for the veteran's page and the staff page."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from portal.core.text_folding import fold_name
from portal.employers.models import Employer, HiddenRecord
from portal.veterans.models import Veteran

PAGE_SIZE = 20
MAX_OFFERED = 10


def list_hidden_employers(request: HttpRequest, veteran: Veteran) -> dict[str, Any]:
    """Return the template context: hidden employers, and matches of the search that can be hidden."""
    hidden_rows = HiddenRecord.objects.in_force().filter(veteran=veteran).select_related("employer__region")
    words = request.GET.get("q", "").strip()[:40]
    matches = []
    if words:
        employers = Employer.objects.visible_to(request.user).filter(name_key__contains=fold_name(words))
        hidden_keys = HiddenRecord.objects.in_force().filter(veteran=veteran).values("employer")
        matches = list(
            employers.exclude(pk__in=hidden_keys)
            .select_related("region")
            .order_by("name", "pk")[: MAX_OFFERED + 1]
        )
    return {
        "page": Paginator(hidden_rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "words": words,
        "offered": matches[:MAX_OFFERED],
        "more": len(matches) > MAX_OFFERED,
    }
