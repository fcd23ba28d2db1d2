"""Pages of Excel and CSV imports: upload, column mapping, check, start, progress, undo.

Staff and employers each describe their pages in an `ImportPages`; everything else is the same for both.
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
from portal.imports.left_out import describe_left_out
from portal.imports.models import ImportRow, ImportRun, ImportRunQuerySet
from portal.imports.number_masking import mask_numbers
from portal.imports.workbook_reader import MAX_BYTES
from portal.imports.workbook_writer import XLSX_CONTENT_TYPE, column_letter, write_template
from portal.web.shared.form_fields import add_errors, choice_field

PAGE_SIZE = 20
STEPS = {
    "check": actions.check,
    "start": actions.start,
    "cancel": actions.cancel,
    "resume": actions.resume,
    "undo": actions.undo,
}
_SUCCESS_TEXTS = {
    "start": "已开始导入，可以离开本页，稍后回来看结果。",
    "cancel": "已要求停止，正在处理的一批结束后停下。",
    "undo": "已开始撤销。",
}


class UploadForm(forms.Form):
    """Upload of a file."""

    file = forms.FileField(
        label="表格文件",
        help_text="xlsx、xls、ods 或 csv，不超过 30 MB。隐藏的工作表和行不读；隐藏的列只读必填的。",
        error_messages={"required": "请选择一个表格文件。", "empty": "文件是空的，请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.xml,.htm,.html,.mht"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("文件超过 30 MB，请分成几个文件导入。")
        return file


class ColumnsForm(forms.Form):
    """The column of the file for each column of the import kind."""

    def __init__(self, run: ImportRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", "不导入"),
            *(
                (str(index), f"{column_letter(index + 1)}列：{mask_numbers(header)}")
                for index, header in enumerate(run.headers)
                if header.strip()
            ),
        ]
        for column in get_kind(run.kind).columns:
            self.fields[column.key] = forms.ChoiceField(
                label=column.label,
                choices=choices,
                required=column.required and not column.alternative,
                initial=str(run.columns.get(column.key, "")),
                error_messages={"required": f"请指出哪一列是{column.label}。"},
            )

    def columns(self) -> dict[str, int]:
        """Return the index of the column by key, without the keys left out."""
        return {key: int(index) for key, index in self.cleaned_data.items() if index}


class WorksheetForm(forms.Form):
    """The worksheet to import, of a file with several."""

    worksheet = forms.ChoiceField(
        label="要导入的工作表",
        widget=forms.RadioSelect,
        error_messages={"required": "请选一张工作表。", "invalid_choice": "请从列出的工作表中选一张。"},
    )

    def __init__(self, run: ImportRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = run.choices or run.layout.get("worksheets", [])
        field = choice_field(self, "worksheet")
        field.choices = [(name, mask_numbers(name)) for name in names]
        field.initial = run.worksheet


@dataclass(frozen=True, slots=True)
class ImportPages:
    """The import pages of one audience.

    Attributes:
        namespace: the URL namespace; the URL names are the same for every audience.
        row_url_name: the page of the object that a row created or changed.
        hints: shown above the list of columns.
        template_name: the file name of the empty workbook.
    """

    kind_key: str
    namespace: str
    layout: str
    row_url_name: str
    title: str
    lead: str
    hints: str
    template_name: str

    @property
    def kind(self) -> ImportKind:
        return get_kind(self.kind_key)

    @property
    def names(self) -> dict[str, str]:
        """URL names by key, for templates."""
        names = (
            "imports",
            "import-new",
            "import-template",
            "import",
            "import-columns",
            "import-worksheet",
            "import-step",
            "import-result",
        )
        return {name.replace("-", "_"): f"{self.namespace}:{name}" for name in names} | {
            "row": self.row_url_name
        }

    def own_runs(self, user: User) -> ImportRunQuerySet:
        """Return the user's own imports of this kind."""
        return ImportRun.objects.visible_to(user).filter(kind=self.kind_key)

    def get_own_run(self, user: User, pk: int) -> ImportRun:
        """Return one of the user's own imports.

        Raises:
            Http404: it is another user's or of another kind.
        """
        return get_object_or_404(self.own_runs(user), pk=pk)

    def redirect(self, run: ImportRun) -> HttpResponse:
        return redirect(f"{self.namespace}:import", pk=run.pk)


def render_list(
    request: HttpRequest, pages: ImportPages, rows: ImportRunQuerySet, **more: Any
) -> HttpResponse:
    """Render a list of imports, latest first."""
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "shared/imports/list.html", {"pages": pages, "page": page, **more})


def render_upload(request: HttpRequest, pages: ImportPages, form: forms.Form, **more: Any) -> HttpResponse:
    """Render the upload page with the columns that a file may have."""
    columns = [column for column in pages.kind.columns if column.in_template]
    context = {"pages": pages, "form": form, "columns": columns, "is_closed": False, **more}
    return render(request, "shared/imports/new.html", context)


def download_template(pages: ImportPages) -> HttpResponse:
    """Return an empty workbook with headers and the choices of each column."""
    return build_xlsx_response(write_template(pages.kind), pages.template_name)


def render_run(
    request: HttpRequest,
    pages: ImportPages,
    run: ImportRun,
    form: ColumnsForm | None = None,
    worksheet_form: WorksheetForm | None = None,
) -> HttpResponse:
    """Render one import by its state: column mapping, check, progress or result.

    The errors of a form whose part the state leaves out, as that of an import done meanwhile, are messages.
    """
    kind = pages.kind
    bad_rows = run.rows.filter(outcome=RowOutcome.BAD)
    page = Paginator(bad_rows, PAGE_SIZE).get_page(request.GET.get("page"))
    has_preview = run.state in {ImportState.UPLOADED, ImportState.CHECKED}
    has_worksheets = has_preview and len(run.layout.get("worksheets", ())) > 1
    has_columns = has_preview and not run.choices
    for submitted, is_shown in ((form, has_columns), (worksheet_form, has_worksheets)):
        if submitted is not None and not is_shown:
            _add_error_messages(request, submitted)
    per_code = (
        bad_rows.order_by().values_list("code").annotate(number=Count("pk")).order_by("-number", "code")
    )
    context = {
        "pages": pages,
        "run": run,
        "form": form or ColumnsForm(run),
        "worksheet_form": worksheet_form or WorksheetForm(run),
        "has_preview": has_preview,
        "has_worksheets": has_worksheets,
        "has_columns": has_columns,
        "left_out": describe_left_out(run.layout),
        "missing": "、".join(column_mapping.missing_columns(kind, run.columns)),
        "mapped_count": len(run.columns),
        "preview": _preview(run) if has_preview and run.columns else None,
        "page": page,
        "name_label": kind.column(kind.title_column).label,
        "bad": [_bad_row(kind, run, row) for row in page],
        "problems": [(kind.problems.get(code, code), f"{number} 行") for code, number in per_code],
        "kept_rows": list(run.rows.exclude(kept_reason="")[:PAGE_SIZE]),
        "kept_count": run.rows.exclude(kept_reason="").count(),
    }
    return render(request, "shared/imports/import.html", context)


def _add_error_messages(request: HttpRequest, form: forms.Form) -> None:
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}：" if name in form.fields else ""
        messages.error(request, f"{label}{' '.join(map(str, errors))}")


def _preview(run: ImportRun) -> Mapping[str, Any]:
    """Return the first rows as they will be read, with sensitive cells masked."""
    columns = [column for column in get_kind(run.kind).columns if column.key in run.columns]
    rows = [
        {"cells": [str(number), *(_mask_cell(column, cells, run.columns[column.key]) for column in columns)]}
        for number, cells in run.first_rows
    ]
    return {"columns": ["行号", *(column.label for column in columns)], "rows": rows}


def _mask_cell(column: Column, cells: list[str], index: int) -> str:
    text = cells[index].strip() if index < len(cells) else ""
    if not text or not column.sensitive:
        return mask_numbers(text)
    if column.key == "phone":
        return mask_phone(text)
    return f"{'*' * 14}{text[-4:]}" if column.key == "id_number" and len(text) > 8 else "已填写"


def _bad_row(kind: ImportKind, run: ImportRun, row: ImportRow) -> dict[str, str]:
    cells = row.cell_texts
    index = run.columns.get(kind.title_column)
    name = cells[index] if index is not None and index < len(cells) else ""
    return {
        "number": str(row.number),
        "name": mask_numbers(name.strip()) or "（未填写）",
        "reason": row.reason,
    }


def set_columns(request: HttpRequest, pages: ImportPages, run: ImportRun, user: User) -> HttpResponse:
    """Save the column mapping, then check the whole file."""
    form = ColumnsForm(run, request.POST)
    if form.is_valid():
        try:
            actions.set_columns(run=run, by=user, columns=form.columns())
            actions.check(run=run, by=user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return pages.redirect(run)
    return render_run(request, pages, run, form)


def choose_worksheet(request: HttpRequest, pages: ImportPages, run: ImportRun, user: User) -> HttpResponse:
    """Read another worksheet of the uploaded file."""
    form = WorksheetForm(run, request.POST)
    if form.is_valid():
        try:
            actions.choose_worksheet(run=run, by=user, worksheet=form.cleaned_data["worksheet"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            return pages.redirect(run)
    return render_run(request, pages, run, worksheet_form=form)


def take_step(
    request: HttpRequest, pages: ImportPages, run: ImportRun, user: User, step: str
) -> HttpResponse:
    """Check, start, cancel, continue or undo an import."""
    if step not in STEPS:
        raise Http404
    try:
        STEPS[step](run=run, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if step in _SUCCESS_TEXTS:
            messages.success(request, _SUCCESS_TEXTS[step])
    return pages.redirect(run)


def download_result(run: ImportRun, user: User) -> HttpResponse:
    """Return the bad rows with their reasons as a workbook to be corrected and uploaded again."""
    return build_xlsx_response(actions.export_bad_rows(run=run, by=user), f"问题行-{run.pk}.xlsx")


def build_xlsx_response(content: bytes, name: str) -> HttpResponse:
    """Return an xlsx download."""
    return HttpResponse(
        content,
        content_type=XLSX_CONTENT_TYPE,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        },
    )
