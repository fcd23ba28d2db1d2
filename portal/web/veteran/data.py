"""What the portal holds about the person, to read and to take away (个人信息副本)."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.core import audit
from portal.insights.own_data import own_data
from portal.veterans.models import Veteran
from portal.web.veteran.current import for_veteran


@for_veteran
@require_safe
def page(request: HttpRequest, veteran: Veteran) -> HttpResponse:
    """What there is, by kind, and the two files."""
    return render(request, "web/veteran/data.html", {"sections": own_data(veteran)})


@for_veteran
@require_POST
def download(request: HttpRequest, veteran: Veteran, kind: str) -> HttpResponse:
    """Everything in one file: a page to read ('html'), or JSON for another system."""
    if kind not in {"html", "json"}:
        raise Http404
    sections, now = own_data(veteran), timezone.localtime()
    if kind == "json":
        content = json.dumps(
            {
                "generated_at": now.isoformat(timespec="seconds"),
                "sections": [
                    {"title": part.title, "rows": [dict(row) for row in part.rows]} for part in sections
                ],
            },
            ensure_ascii=False,
            indent=2,
        )
    else:
        content = render_to_string("web/veteran/data_file.html", {"sections": sections, "now": now})
    audit.record(by=request.user, verb="veterans.own_copy_taken", target=veteran, method=kind)
    media = "application/json" if kind == "json" else "text/html"
    answer = HttpResponse(content, content_type=f"{media}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="my-file-{now:%Y%m%d}.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer
