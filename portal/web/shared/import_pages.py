"""Sheets by page, whatever they hold: upload, say what the columns mean, check, bring in, watch, take back.

A desk (staff, employer) says who may and for whom, which kind, and what its addresses are called; the rest is
the same for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from portal.accounts.models import User
from portal.core.encryption import mask_phone
from portal.imports import actions, column_mapping
from portal.imports.enums import ImportState, RowOutcome
from portal.imports.import_kinds import Column, ImportKind, get_kind
from portal.imports.models import ImportRow, ImportRun, ImportRunQuerySet
from portal.imports.workbook_reader import MAX_BYTES
from portal.imports.workbook_writer import XLSX_CONTENT_TYPE, column_letter, write_template
from portal.web.shared.form_fields import add_errors

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
    """A run."""

    file = forms.FileField(
        label="表格文件",
        help_text="xlsx、xls 或 csv，不超过 30 MB。只读第一张有内容的工作表。",
        error_messages={"required": "请选择一个表格文件。", "empty": "文件是空的，请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 30 MB，请分成几个文件导入。")
        return file


class ColumnsForm(forms.Form):
    """For each thing that a row can say, the column of the sheet that says it."""

    def __init__(self, run: ImportRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            ("", "不导入"),
            *(
                (str(at), f"{column_letter(at + 1)}列：{header}")
                for at, header in enumerate(run.headers)
                if header.strip()
            ),
        ]
        for column in get_kind(run.kind).columns:
            self.fields[column.key] = forms.ChoiceField(
                label=column.label,
                choices=offered,
                required=column.required and not column.alternative,
                initial=str(run.columns.get(column.key, "")),
                error_messages={"required": f"请指出哪一列是{column.label}。"},
            )

    def columns(self) -> dict[str, int]:
        return {key: int(at) for key, at in self.cleaned_data.items() if at}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where sheets of one kind are handled: `area` is the URL namespace (its names are the same everywhere),
    `target` names the page of what a row became.
    """

    kind_key: str
    area: str
    layout: str
    target: str
    title: str
    lead: str
    hints: str  # above the columns that a sheet may have
    template_name: str

    @property
    def kind(self) -> ImportKind:
        return get_kind(self.kind_key)

    @property
    def names(self) -> dict[str, str]:
        """URL names, for templates."""
        short = (
            "imports",
            "import-new",
            "import-template",
            "import",
            "import-columns",
            "import-step",
            "import-result",
        )
        return {name.replace("-", "_"): f"{self.area}:{name}" for name in short} | {"target": self.target}

    def imports(self, user: User) -> ImportRunQuerySet:
        """The user's own, of this kind."""
        return ImportRun.objects.visible_to(user).filter(kind=self.kind_key)

    def own(self, user: User, pk: int) -> ImportRun:
        return get_object_or_404(self.imports(user), pk=pk)

    def redirect(self, run: ImportRun) -> HttpResponse:
        return redirect(f"{self.area}:import", pk=run.pk)


def listing(request: HttpRequest, desk: Desk, rows: ImportRunQuerySet, **more: Any) -> HttpResponse:
    """These imports, latest first."""
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "shared/imports/list.html", {"desk": desk, "page": page, **more})


def new_page(request: HttpRequest, desk: Desk, form: forms.Form, **more: Any) -> HttpResponse:
    columns = [column for column in desk.kind.columns if column.in_template]
    context = {"desk": desk, "form": form, "columns": columns, **more}
    return render(request, "shared/imports/new.html", context)


def template(desk: Desk) -> HttpResponse:
    """An empty sheet with headers and the words that cells may hold."""
    return download(write_template(desk.kind), desk.template_name)


def page_of(
    request: HttpRequest, desk: Desk, run: ImportRun, form: ColumnsForm | None = None
) -> HttpResponse:
    """One import: its columns, its check, how far it is, or what became of it; by its state."""
    kind = desk.kind
    bad = run.rows.filter(outcome=RowOutcome.BAD)
    page = Paginator(bad, A_PAGE).get_page(request.GET.get("page"))
    shown = run.state in {ImportState.UPLOADED, ImportState.CHECKED}
    per_kind = bad.order_by().values_list("code").annotate(number=Count("pk")).order_by("-number", "code")
    context = {
        "desk": desk,
        "run": run,
        "form": form or ColumnsForm(run),
        "missing": "、".join(column_mapping.missing_columns(kind, run.columns)),
        "mapped": len(run.columns),
        "preview": _preview(run) if shown and run.columns else None,
        "page": page,
        "named": kind.column(kind.title_column).label,
        "bad": [_bad_row(kind, run, row) for row in page],
        "problems": [(kind.problems.get(code, code), f"{number} 行") for code, number in per_kind],
        "stayed": list(run.rows.exclude(kept_reason="")[:A_PAGE]),
        "stayed_count": run.rows.exclude(kept_reason="").count(),
    }
    return render(request, "shared/imports/import.html", context)


def _preview(run: ImportRun) -> Mapping[str, Any]:
    """The first rows as they will be read, sensitive cells masked."""
    columns = [column for column in get_kind(run.kind).columns if column.key in run.columns]
    rows = [
        {"cells": [str(number), *(_masked(column, cells, run.columns[column.key]) for column in columns)]}
        for number, cells in run.first_rows
    ]
    return {"columns": ["行号", *(column.label for column in columns)], "rows": rows}


def _masked(column: Column, cells: list[str], at: int) -> str:
    text = cells[at].strip() if at < len(cells) else ""
    if not text or not column.sensitive:
        return text
    if column.key == "phone":
        return mask_phone(text)
    return f"{'*' * 14}{text[-4:]}" if column.key == "id_number" and len(text) > 8 else "已填写"


def _bad_row(kind: ImportKind, run: ImportRun, row: ImportRow) -> dict[str, str]:
    cells = row.cell_texts
    at = run.columns.get(kind.title_column)
    name = cells[at] if at is not None and at < len(cells) else ""
    return {"number": str(row.number), "name": name.strip() or "（未填写）", "reason": row.reason}


def set_columns(request: HttpRequest, desk: Desk, run: ImportRun, user: User) -> HttpResponse:
    """Say what the columns mean, then check the whole run."""
    form = ColumnsForm(run, request.POST)
    if form.is_valid():
        try:
            actions.set_columns(run=run, by=user, columns=form.columns())
            actions.check(run=run, by=user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return desk.redirect(run)
    return page_of(request, desk, run, form)


def take_step(request: HttpRequest, desk: Desk, run: ImportRun, user: User, step: str) -> HttpResponse:
    """Check, start, cancel, continue or undo an import."""
    if step not in STEPS:
        raise Http404
    try:
        STEPS[step](run=run, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if step in _SAID:
            messages.success(request, _SAID[step])
    return desk.redirect(run)


def result(run: ImportRun, user: User) -> HttpResponse:
    """The bad rows with their reasons, to be corrected and uploaded again."""
    return download(actions.export_bad_rows(run=run, by=user), f"问题行-{run.pk}.xlsx")


def download(content: bytes, name: str) -> HttpResponse:
    """An xlsx to be saved under this name, and kept by nobody on the way."""
    return HttpResponse(
        content,
        content_type=XLSX_CONTENT_TYPE,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
        },
    )
