"""The position sheet (岗位征集表), for an employer's members; an import is its uploader's alone."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.employers.models import Employer
from portal.imports.models import ImportRun
from portal.positions.import_kind import KIND, upload_positions
from portal.web.employer.current_employer import for_employer
from portal.web.shared import import_pages
from portal.web.shared.requests import SignedInRequest, signed_in_view

P = ParamSpec("P")
PAGES = import_pages.ImportPages(
    kind_key=KIND,
    namespace="employer",
    layout="layout/employer.html",
    row_url_name="employer:position-edit",
    title="岗位征集表",
    lead="用表格一次提交许多岗位。没有问题的行直接提交审核，有问题的行标红退回，改好再传即可。",
    hints="带 * 的必填。填了岗位编号，再次上传会更新同一个岗位；不填编号，内容相同的行不会重复提交。",
    template_name="岗位征集表模板.xlsx",
)


def of_own_import(
    view: Callable[Concatenate[SignedInRequest, User, ImportRun, P], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, int, P], HttpResponse]:
    """The user's own import, of an employer that the user still acts for."""

    @signed_in_view
    @wraps(view)
    def guarded(request: SignedInRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        sheet = PAGES.get_own_run(user, pk)
        get_object_or_404(Employer.objects.run_by(user), pk=sheet.subject_id)
        return view(request, user, sheet, *args, **kwargs)

    return guarded


@for_employer
@require_safe
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """The user's own imports for this employer, latest first."""
    rows = PAGES.own_runs(request.user).filter(subject_id=employer.pk)
    return import_pages.render_list(request, PAGES, rows, employer=employer)


@for_employer
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Upload a position sheet."""
    form = import_pages.UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet = upload_positions(by=request.user, employer=employer, name=file.name, content=file.read())
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return PAGES.redirect(sheet)
    return import_pages.render_upload(request, PAGES, form, employer=employer)


@for_employer
@require_safe
def template(_request: SignedInRequest, _employer: Employer) -> HttpResponse:
    """An empty position sheet."""
    return import_pages.download_template(PAGES)


@of_own_import
@require_safe
def detail(request: SignedInRequest, _user: User, sheet: ImportRun) -> HttpResponse:
    """One import."""
    return import_pages.render_run(request, PAGES, sheet)


@of_own_import
@require_POST
def columns(request: SignedInRequest, user: User, sheet: ImportRun) -> HttpResponse:
    """Say what the columns mean, then check the whole sheet."""
    return import_pages.set_columns(request, PAGES, sheet, user)


@of_own_import
@require_POST
def take_step(request: SignedInRequest, user: User, sheet: ImportRun, step: str) -> HttpResponse:
    """Check, start, cancel, continue or undo an import."""
    return import_pages.take_step(request, PAGES, sheet, user, step)


@of_own_import
@require_safe
def result(_request: SignedInRequest, user: User, sheet: ImportRun) -> HttpResponse:
    """The bad rows with their reasons, to be corrected and uploaded again."""
    return import_pages.download_result(sheet, user)
