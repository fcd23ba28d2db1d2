"""Files out as a sheet, by the same filter as their list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.validators import validate_no_unit_name
from portal.veterans import exporting
from portal.veterans.models import Veteran
from portal.web.shared.form_fields import add_errors
from portal.web.shared.import_pages import download
from portal.web.staff.access import staff_with
from portal.web.staff.records.record_views import VeteranFilter

export_staff = staff_with(Permission.EXPORT_DATA)


class ExportForm(forms.Form):
    """What for, and whether phone numbers go along."""

    reason = forms.CharField(
        label="用途",
        max_length=60,
        validators=[validate_no_unit_name],
        help_text="会记入日志，名单上的人自己也能看到。",
    )
    phones = forms.BooleanField(
        label="包含完整手机号码", required=False, help_text="不勾选时只显示前三位和后四位。"
    )


@export_staff
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, user: User) -> HttpResponse:
    """Who would be exported; on POST the sheet itself."""
    rows = exporting.exportable(Veteran.objects.visible_to(user), user)
    found = VeteranFilter(user, request.GET, queryset=rows)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            content = exporting.export(by=user, rows=found.qs, said=_in_words(found), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return download(content, f"退役军人名单-{timezone.localdate():%Y%m%d}.xlsx")
    context = {
        "filter_form": found.form,
        "form": form,
        "count": found.qs.count(),
        "most": exporting.MOST,
        "said": _in_words(found),
    }
    return render(request, "staff/records/veterans_export.html", context)


def _in_words(found: VeteranFilter) -> str:
    """'服务站：睦洲镇退役军人服务站；就业状况：失业'; a typed name or number is told, but not which."""
    if not found.form.is_valid():
        return "全部"
    parts = []
    for name, field in found.form.fields.items():
        value: Any = found.form.cleaned_data.get(name)
        if value in {None, ""}:
            continue
        said = "（按关键字）" if name == "q" else dict(getattr(field, "choices", ())).get(value, value)
        parts.append(f"{field.label}：{said}")
    return "；".join(parts) or "全部"
