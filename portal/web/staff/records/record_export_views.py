"""Export of records to Excel, with the same filters as their list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.validators import validate_no_label, validate_no_unit_name
from portal.veterans import record_export
from portal.veterans.models import Veteran
from portal.web.shared.form_fields import add_errors
from portal.web.shared.import_pages import build_xlsx_response
from portal.web.staff.access import staff_with
from portal.web.staff.records.record_views import VeteranFilter

export_staff = staff_with(Permission.EXPORT_DATA)


class ExportForm(forms.Form):
    """Purpose of an export, and whether it contains phone numbers."""

    reason = forms.CharField(
        label="用途",
        max_length=60,
        validators=[validate_no_label, validate_no_unit_name],
        help_text="会记入日志，名单上的人自己也能看到。",
    )
    phones = forms.BooleanField(
        label="包含完整手机号码", required=False, help_text="不勾选时只显示前三位和后四位。"
    )


@export_staff
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, user: User) -> HttpResponse:
    """Show the number of records; POST returns the Excel file."""
    rows = record_export.filter_exportable(Veteran.objects.visible_to(user), user)
    filter_set = VeteranFilter(user, request.GET, queryset=rows)
    form = ExportForm(request.POST if request.method == "POST" else None)
    # An invalid filter is ignored by the filter set: the list would be wider than what was asked for.
    is_filter_valid = filter_set.form.is_valid()
    if request.method == "POST" and not is_filter_valid:
        form.add_error(None, f"筛选条件不对，没有导出：{_describe_errors(filter_set)}")
    if request.method == "POST" and form.is_valid():
        try:
            content = record_export.export_records(
                by=user, rows=filter_set.qs, filter_text=_describe_filters(filter_set), **form.cleaned_data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return build_xlsx_response(content, f"退役军人名单-{timezone.localdate():%Y%m%d}.xlsx")
    context = {
        "filter_form": filter_set.form,
        "form": form,
        "count": filter_set.qs.count() if is_filter_valid else 0,
        "filter_errors": "" if is_filter_valid else _describe_errors(filter_set),
        "max_rows": record_export.MAX_ROWS,
        "filters": _describe_filters(filter_set),
    }
    return render(request, "staff/records/veterans_export.html", context)


def _describe_errors(filter_set: VeteranFilter) -> str:
    fields = filter_set.form.fields
    return "；".join(
        f"{fields[name].label if name in fields else name}：{' '.join(map(str, errors))}"
        for name, errors in filter_set.form.errors.items()
    )


def _describe_filters(filter_set: VeteranFilter) -> str:
    """Return the filters as text, '服务站：睦洲镇退役军人服务站', without the value of a name or number."""
    if not filter_set.form.is_valid():
        return "全部"
    parts = []
    for name, field in filter_set.form.fields.items():
        value: Any = filter_set.form.cleaned_data.get(name)
        if value in {None, ""}:
            continue
        text = "（按关键字）" if name == "q" else dict(getattr(field, "choices", ())).get(value, value)
        parts.append(f"{field.label}：{text}")
    return "；".join(parts) or "全部"
