"""Personal data of a veteran (个人信息副本): page, download, and access log."""

import json

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import AccessLog
from portal.core import audit
from portal.reports.personal_data import DataSection, collect_personal_data
from portal.veterans.models import Veteran
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran
from portal.web.veteran.saved_searches.views import place_names
from search.models import SavedSearch
from search.saved_searches import params_of

PAGE_SIZE = 20


def _sections(veteran: Veteran) -> list[DataSection]:
    """Return the personal data of all domain packages and the saved searches."""
    account = veteran.account
    assert account is not None  # for_veteran found the record by its account
    searches = [(row, params_of(row)) for row in SavedSearch.objects.visible_to(account)]
    if not searches:
        return collect_personal_data(veteran)
    places = place_names([params for _, params in searches])
    rows = [
        [
            ("名称", row.name),
            ("条件", params.words(places)),
            ("有新岗位时告诉我", "是" if row.alerts else "否"),
            ("保存时间", f"{timezone.localtime(row.created_at):%Y-%m-%d %H:%M}"),
            ("看到", f"{timezone.localtime(row.seen_at):%Y-%m-%d %H:%M}"),
        ]
        for row, params in searches
    ]
    return [*collect_personal_data(veteran), DataSection(str(SavedSearch._meta.verbose_name), rows)]


@for_veteran
@require_safe
def page(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """Show the personal data by kind, with links to the downloads."""
    return render(request, "veteran/personal_data/data.html", {"sections": _sections(veteran)})


@for_veteran
@require_POST
def download(request: SignedInRequest, veteran: Veteran, kind: str) -> HttpResponse:
    """Download all personal data as a readable page ('html') or as JSON."""
    if kind not in {"html", "json"}:
        raise Http404
    sections, now = _sections(veteran), timezone.localtime()
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
        content = render_to_string("veteran/personal_data/data_file.html", {"sections": sections, "now": now})
    audit.record(by=request.user, verb="veterans.own_copy_taken", target=veteran, method=kind)
    media = "application/json" if kind == "json" else "text/html"
    answer = HttpResponse(content, content_type=f"{media}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="my-file-{now:%Y%m%d}.{kind}"'
    return answer


@for_veteran
@require_safe
def access_log(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List who viewed the record, when, what and for which reason."""
    files = [veteran.pk, *veteran.merged.values_list("pk", flat=True)]
    rows = AccessLog.objects.filter(file_id__in=files).select_related("actor")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "veteran/personal_data/access_log.html", {"page": page})
