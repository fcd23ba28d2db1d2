"""Imports of veterans' records from Excel or CSV files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.imports import actions
from portal.imports.workbook_reader import MAX_BYTES
from portal.stations.models import Station
from portal.veterans.import_rows import KIND
from portal.web.shared import import_pages
from portal.web.shared.request_limits import accepts_upload
from portal.web.shared.typed_fields import model_choice_field
from portal.web.staff.access import record_staff

PAGES = import_pages.ImportPages(
    kind_key=KIND,
    namespace="staff",
    layout="layout/staff.html",
    row_url_name="staff:veteran",
    title="表格导入",
    lead="用表格一次登记或更新许多人的档案。只有本人能看到自己上传的表格。",
    hints="姓名、身份证号必填，其余可以没有。空格子不会抹掉档案里已有的内容。请不要填写部队番号或代号。",
    template_name="退役军人档案模板.xlsx",
)


class UploadForm(import_pages.UploadForm):
    """File to import, and the default station of rows without a station."""

    station = forms.ModelChoiceField(
        label="默认服务站",
        queryset=Station.objects.none(),
        required=False,
        empty_label="表格里已写明服务站",
        help_text="表格中没有填服务站的人，归到这个站。",
    )

    def __init__(self, stations: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = model_choice_field(self, "station")
        field.queryset = stations


@record_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List the user's own imports, the latest first."""
    return import_pages.render_list(request, PAGES, PAGES.own_runs(user))


@record_staff
@accepts_upload(MAX_BYTES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Upload a file."""
    stations = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS)).open_on(
        timezone.localdate()
    )
    form = UploadForm(stations, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = actions.upload(
                by=user,
                kind=KIND,
                name=file.name,
                content=file.read(),
                station=form.cleaned_data["station"],
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return PAGES.redirect(run)
    return import_pages.render_upload(request, PAGES, form)


@record_staff
@require_safe
def template(_request: HttpRequest, _user: User) -> HttpResponse:
    """Return an Excel template with headers, one sample row and the allowed values."""
    return import_pages.download_template(PAGES)


@record_staff
@require_safe
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one import."""
    return import_pages.render_run(request, PAGES, PAGES.get_own_run(user, pk))


@record_staff
@require_POST
def columns(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Set the meaning of the columns, then check the whole file."""
    return import_pages.set_columns(request, PAGES, PAGES.get_own_run(user, pk), user)


@record_staff
@require_POST
def worksheet(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Read another worksheet of the uploaded file."""
    return import_pages.choose_worksheet(request, PAGES, PAGES.get_own_run(user, pk), user)


@record_staff
@require_POST
def take_step(request: HttpRequest, user: User, pk: int, step: str) -> HttpResponse:
    """Check, start, cancel, resume or undo an import."""
    return import_pages.take_step(request, PAGES, PAGES.get_own_run(user, pk), user, step)


@record_staff
@require_safe
def result(_request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Return the rows with errors and their reasons, to be corrected and uploaded again."""
    return import_pages.download_result(PAGES.get_own_run(user, pk), user)
