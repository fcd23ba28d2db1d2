"""Files by sheet: upload, say what the columns mean, check, bring in, watch, take back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import FILE_ROLES, User
from portal.core.encryption import mask_phone
from portal.sheets import actions, mapping
from portal.sheets.enums import ImportState, RowOutcome
from portal.sheets.kinds import Column, get_kind
from portal.sheets.models import SheetImport, SheetRow
from portal.sheets.reading import MAX_BYTES
from portal.sheets.writing import XLSX, column_letter
from portal.sheets.writing import template as empty_sheet
from portal.stations.models import Station
from portal.veterans.importing import KIND
from portal.web.fields import add_errors
from portal.web.staff.guard import file_staff

A_PAGE = 20
STEPS = {
    "check": actions.check,
    "start": actions.start,
    "cancel": actions.cancel,
    "resume": actions.resume,
    "undo": actions.undo,
}
_SAID = {
    "start": "已开始导入，可以离开本页，稍后回来看结果。",
    "cancel": "已要求停止，正在处理的一批结束后停下。",
    "undo": "已开始撤销。",
}


class UploadForm(forms.Form):
    """A sheet, and the station of rows that name none."""

    file = forms.FileField(
        label="表格文件",
        help_text="xlsx、xls 或 csv，不超过 30 MB。只读第一张有内容的工作表。",
        error_messages={"required": "请选择一个表格文件。", "empty": "文件是空的，请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )
    station = forms.ModelChoiceField(
        label="默认服务站",
        queryset=Station.objects.none(),
        required=False,
        empty_label="表格里已写明服务站",
        help_text="表格中没有填服务站的人，归到这个站。",
    )

    def __init__(self, stations: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["station"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = stations

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 30 MB，请分成几个文件导入。")
        return file


class ColumnsForm(forms.Form):
    """For each thing that a file can say, the column of the sheet that says it."""

    def __init__(self, sheet: SheetImport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            ("", "不导入"),
            *(
                (str(at), f"{column_letter(at + 1)}列：{header}")
                for at, header in enumerate(sheet.headers)
                if header.strip()
            ),
        ]
        for column in get_kind(sheet.kind).columns:
            self.fields[column.key] = forms.ChoiceField(
                label=column.label,
                choices=offered,
                required=column.required,
                initial=str(sheet.columns.get(column.key, "")),
                error_messages={"required": f"请指出哪一列是{column.label}。"},
            )

    def columns(self) -> dict[str, int]:
        return {key: int(at) for key, at in self.cleaned_data.items() if at}


@file_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """The user's own imports, latest first."""
    page = Paginator(SheetImport.objects.visible_to(user), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/staff/sheets.html", {"page": page})


@file_staff
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Upload a sheet."""
    stations = Station.objects.in_subtrees(user.station_paths(FILE_ROLES)).open_on(timezone.localdate())
    form = UploadForm(stations, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet = actions.upload(
                by=user,
                kind=KIND,
                name=file.name,
                content=file.read(),
                station=form.cleaned_data["station"],
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("staff:sheet", pk=sheet.pk)
    columns = get_kind(KIND).columns
    return render(request, "web/staff/sheet_new.html", {"form": form, "columns": columns})


@file_staff
@require_safe
def template(_request: HttpRequest, _user: User) -> HttpResponse:
    """An empty sheet with headers, one sample row and the words that cells may hold."""
    return download(empty_sheet(get_kind(KIND)), "退役军人档案模板.xlsx")


def _own(user: User, pk: int) -> SheetImport:
    return get_object_or_404(SheetImport.objects.visible_to(user), pk=pk)


@file_staff
@require_safe
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One import: its columns, its check, how far it is, or what became of it; by its state."""
    sheet = _own(user, pk)
    return _page(request, sheet, ColumnsForm(sheet))


def _page(request: HttpRequest, sheet: SheetImport, form: ColumnsForm) -> HttpResponse:
    kind = get_kind(sheet.kind)
    bad = sheet.rows.filter(outcome=RowOutcome.BAD)
    page = Paginator(bad, A_PAGE).get_page(request.GET.get("page"))
    shown = sheet.state in {ImportState.UPLOADED, ImportState.CHECKED}
    per_kind = bad.order_by().values_list("code").annotate(number=Count("pk")).order_by("-number", "code")
    context = {
        "sheet": sheet,
        "form": form,
        "missing": "、".join(mapping.missing(kind, sheet.columns)),
        "mapped": len(sheet.columns),
        "preview": _preview(sheet) if shown and sheet.columns else None,
        "page": page,
        "bad": [_bad_row(sheet, row) for row in page],
        "problems": [(kind.problems.get(code, code), f"{number} 行") for code, number in per_kind],
        "stayed": list(sheet.rows.exclude(stays_because="")[:A_PAGE]),
        "stayed_count": sheet.rows.exclude(stays_because="").count(),
    }
    return render(request, "web/staff/sheet.html", context)


def _preview(sheet: SheetImport) -> Mapping[str, Any]:
    """The first rows as they will be read, sensitive cells masked."""
    columns = [column for column in get_kind(sheet.kind).columns if column.key in sheet.columns]
    rows = [
        {"cells": [str(number), *(_masked(column, cells, sheet.columns[column.key]) for column in columns)]}
        for number, cells in sheet.first_rows
    ]
    return {"columns": ["行号", *(column.label for column in columns)], "rows": rows}


def _masked(column: Column, cells: list[str], at: int) -> str:
    text = cells[at].strip() if at < len(cells) else ""
    if not text or not column.sensitive:
        return text
    if column.key == "phone":
        return mask_phone(text)
    return f"{'*' * 14}{text[-4:]}" if column.key == "id_number" and len(text) > 8 else "已填写"


def _bad_row(sheet: SheetImport, row: SheetRow) -> dict[str, str]:
    cells = row.cell_texts
    named = sheet.columns.get("name")
    name = cells[named] if named is not None and named < len(cells) else ""
    return {"number": str(row.number), "name": name.strip() or "（未填写）", "reason": row.reason}


@file_staff
@require_POST
def columns(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Say what the columns mean, then check the whole sheet."""
    sheet = _own(user, pk)
    form = ColumnsForm(sheet, request.POST)
    if form.is_valid():
        try:
            actions.set_columns(sheet=sheet, by=user, columns=form.columns())
            actions.check(sheet=sheet, by=user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("staff:sheet", pk=pk)
    return _page(request, sheet, form)


@file_staff
@require_POST
def take_step(request: HttpRequest, user: User, pk: int, step: str) -> HttpResponse:
    """Check, start, cancel, continue or undo an import."""
    sheet = _own(user, pk)
    if step not in STEPS:
        raise Http404
    try:
        STEPS[step](sheet=sheet, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if step in _SAID:
            messages.success(request, _SAID[step])
    return redirect("staff:sheet", pk=pk)


@file_staff
@require_safe
def result(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The bad rows with their reasons, to be corrected and uploaded again."""
    sheet = _own(user, pk)
    return download(actions.hand_out_result(sheet=sheet, by=user), f"问题行-{sheet.pk}.xlsx")


def download(content: bytes, name: str) -> HttpResponse:
    """An xlsx to be saved under this name, and kept by nobody on the way."""
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
        },
    )
