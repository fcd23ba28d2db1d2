"""The position sheet (岗位征集表), for an employer's members; an import is its uploader's alone."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.employers.models import Employer
from portal.imports.models import ImportRun
from portal.positions.import_kind import KIND, upload_positions
from portal.web.employer.current_employer import for_employer
from portal.web.shared import import_pages

P = ParamSpec("P")
DESK = import_pages.Desk(
    kind_key=KIND,
    area="employer",
    layout="layout/employer.html",
    target="employer:position-edit",
    title="岗位征集表",
    lead="用表格一次提交许多岗位。没有问题的行直接提交审核，有问题的行标红退回，改好再传即可。",
    hints="带 * 的必填。填了岗位编号，再次上传会更新同一个岗位；不填编号，内容相同的行不会重复提交。",
    template_name="岗位征集表模板.xlsx",
)


def of_own_import(
    view: Callable[Concatenate[HttpRequest, User, ImportRun, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, int, P], HttpResponse]:
    """The user's own import, of an employer that the user still acts for."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = cast(User, request.user)
        sheet = DESK.own(user, pk)
        get_object_or_404(Employer.objects.run_by(user), pk=sheet.subject_id)
        return view(request, user, sheet, *args, **kwargs)

    return guarded


@for_employer
@require_safe
def listing(request: HttpRequest, employer: Employer) -> HttpResponse:
    """The user's own imports for this employer, latest first."""
    rows = DESK.imports(cast(User, request.user)).filter(subject_id=employer.pk)
    return import_pages.listing(request, DESK, rows, employer=employer)


@for_employer
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Upload a position sheet."""
    form = import_pages.UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet = upload_positions(
                by=cast(User, request.user), employer=employer, name=file.name, content=file.read()
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return DESK.redirect(sheet)
    return import_pages.new_page(request, DESK, form, employer=employer)


@for_employer
@require_safe
def template(_request: HttpRequest, _employer: Employer) -> HttpResponse:
    """An empty position sheet."""
    return import_pages.template(DESK)


@of_own_import
@require_safe
def detail(request: HttpRequest, _user: User, sheet: ImportRun) -> HttpResponse:
    """One import."""
    return import_pages.page_of(request, DESK, sheet)


@of_own_import
@require_POST
def columns(request: HttpRequest, user: User, sheet: ImportRun) -> HttpResponse:
    """Say what the columns mean, then check the whole sheet."""
    return import_pages.set_columns(request, DESK, sheet, user)


@of_own_import
@require_POST
def take_step(request: HttpRequest, user: User, sheet: ImportRun, step: str) -> HttpResponse:
    """Check, start, cancel, continue or undo an import."""
    return import_pages.take_step(request, DESK, sheet, user, step)


@of_own_import
@require_safe
def result(_request: HttpRequest, user: User, sheet: ImportRun) -> HttpResponse:
    """The bad rows with their reasons, to be corrected and uploaded again."""
    return import_pages.result(sheet, user)
