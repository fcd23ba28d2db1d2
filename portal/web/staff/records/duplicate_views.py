"""Possible duplicate records: list them, compare two, merge them, undo a merge."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.veterans.models import RecordMerge, Veteran
from portal.veterans.record_closing import can_close
from portal.veterans.record_merges import count_references, merge_records, undo_merge
from portal.veterans.shown_records import log_shown
from portal.web.shared.form_fields import add_errors
from portal.web.shared.typed_fields import choice_field
from portal.web.staff.access import record_staff, staff_with, veteran_or_refuse

PAGE_SIZE = 20
merge_staff = staff_with(Permission.CLOSE_RECORDS)
# (label, field). Sensitive fields show only whether they are filled in and equal.
_FIELDS = (
    ("姓名", "name"), ("性别", "get_sex_display"), ("出生日期", "birth_date"), ("身份证号", "masked_id"),
    ("责任服务站", "station"), ("军种", "get_branch_display"), ("入伍日期", "entered_on"),
    ("退役日期", "left_on"), ("学历", "get_education_display"), ("来源", "get_source_display"),
)  # fmt: skip
_SENSITIVE_FIELDS = (
    ("手机号码", "phone_hash"), ("住址", "address"), ("困难类型", "difficulty"), ("残疾等级", "disability"),
)  # fmt: skip


class MergeForm(forms.Form):
    """Choice of the record that is kept."""

    keep = forms.TypedChoiceField(label="保留哪一份", coerce=int, widget=forms.RadioSelect)
    sure = forms.BooleanField(label="已核实是同一个人")

    def __init__(self, records: tuple[Veteran, Veteran], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = choice_field(self, "keep")
        field.choices = [(v.pk, f"{v.pk} 号（{v.name}，{v.station.name}）") for v in records]


@merge_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List groups of open records that share a phone number, or a name and a birth date."""
    by_phone = request.GET.get("by") != "person"
    records = Veteran.objects.visible_to(user)
    page = Paginator(records.same_phone() if by_phone else records.same_person(), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    names = ("phone_hash",) if by_phone else ("name_key", "birth_date")
    keys = {tuple(row[name] for name in names) for row in page}
    conditions = {f"{name}__in": [key[i] for key in keys] for i, name in enumerate(names)}
    groups: dict[tuple[Any, ...], list[Veteran]] = {}
    for veteran in records.filter(closed_on=None, **conditions).select_related("station").order_by("pk"):
        key = tuple(getattr(veteran, name) for name in names)
        if key in keys:
            groups.setdefault(key, []).append(veteran)
    duplicate_groups = [group for group in groups.values() if len(group) > 1]
    log_shown(
        by=user,
        veterans=[veteran for group in duplicate_groups for veteran in group],
        place="疑似重复档案名单",
    )
    url = reverse("staff:duplicates")
    context = {
        "page": page,
        "groups": duplicate_groups,
        "tabs": [
            {"label": "手机号相同", "url": url, "current": by_phone, "count": None},
            {
                "label": "姓名和出生日期相同",
                "url": f"{url}?by=person",
                "current": not by_phone,
                "count": None,
            },
        ],
    }
    return render(request, "staff/records/duplicates.html", context)


@record_staff
@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest, user: User, first: int, second: int) -> HttpResponse:
    """Compare two records and show the rows that would move; POST merges them."""
    records = (veteran_or_refuse(user, first), veteran_or_refuse(user, second))
    if not all(can_close(user, veteran) for veteran in records):
        raise PermissionDenied("合并档案须由服务站负责人或市级业务管理员办理。")
    form = MergeForm(records, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        record, duplicate = records if form.cleaned_data["keep"] == first else (records[1], records[0])
        try:
            merge_records(target=record, source=duplicate, by=user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已并入 {record.pk} 号档案，可随时撤销。")
            return redirect("staff:veteran", pk=record.pk)
    for veteran in records:
        log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, reason="核对重复档案")
    context = {
        "records": records,
        "form": form,
        "rows": [_compare_values(label, name, records) for label, name in _FIELDS]
        + [_compare_sensitive(label, name, records) for label, name in _SENSITIVE_FIELDS],
        "related_rows": [(veteran, count_references(veteran)) for veteran in records],
    }
    return render(request, "staff/records/duplicate.html", context)


def _compare_values(label: str, name: str, records: tuple[Veteran, Veteran]) -> tuple[str, list[Any], bool]:
    values = [getattr(veteran, name) for veteran in records]
    values = [value() if callable(value) else value for value in values]
    return label, [value if value not in (None, "") else "未填写" for value in values], values[0] == values[1]


def _compare_sensitive(
    label: str, name: str, records: tuple[Veteran, Veteran]
) -> tuple[str, list[Any], bool]:
    values = [getattr(veteran, name) for veteran in records]
    return label, ["已登记" if value else "未登记" for value in values], values[0] == values[1]


@record_staff
@require_POST
def undo(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Undo a merge; both records are restored."""
    merge = get_object_or_404(RecordMerge.objects.visible_to(user).select_related("target", "source"), pk=pk)
    try:
        undo_merge(merge=merge, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已撤销合并，两份档案恢复原样。")
    return redirect("staff:veteran", pk=merge.target_id)
