"""Import of positions from the 岗位征集表; an import is visible to its uploader only."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.employers.models import Employer
from portal.imports.models import ImportRun
from portal.imports.workbook_reader import MAX_BYTES
from portal.positions.import_kind import KIND, upload_positions
from portal.web.employer.current_employer import for_employer
from portal.web.shared import import_pages
from portal.web.shared.request_limits import accepts_upload
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


def own_import_view(
    view: Callable[Concatenate[SignedInRequest, User, ImportRun, P], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Pass the user's own import to the view, of an employer that the user still acts for."""

    @signed_in_view
    @wraps(view)
    def guarded(request: SignedInRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        run = PAGES.get_own_run(user, pk)
        get_object_or_404(Employer.objects.with_member(user), pk=run.subject_id)
        return view(request, user, run, *args, **kwargs)

    return guarded


@for_employer
@require_safe
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List the user's own imports for this employer, latest first."""
    rows = PAGES.own_runs(request.user).filter(subject_id=employer.pk)
    return import_pages.render_list(request, PAGES, rows, employer=employer)


@for_employer
@accepts_upload(MAX_BYTES)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """Upload a file."""
    form = import_pages.UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = upload_positions(by=request.user, employer=employer, name=file.name, content=file.read())
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return PAGES.redirect(run)
    return import_pages.render_upload(
        request, PAGES, form, employer=employer, is_closed=not employer.is_verified
    )


@for_employer
@require_safe
def template(_request: SignedInRequest, _employer: Employer) -> HttpResponse:
    """Download an empty workbook."""
    return import_pages.download_template(PAGES)


@own_import_view
@require_safe
def detail(request: SignedInRequest, _user: User, run: ImportRun) -> HttpResponse:
    """Show one import."""
    return import_pages.render_run(request, PAGES, run)


@own_import_view
@require_POST
def columns(request: SignedInRequest, user: User, run: ImportRun) -> HttpResponse:
    """Save the column mapping, then check the whole file."""
    return import_pages.set_columns(request, PAGES, run, user)


@own_import_view
@require_POST
def worksheet(request: SignedInRequest, user: User, run: ImportRun) -> HttpResponse:
    """Read another worksheet of the uploaded file."""
    return import_pages.choose_worksheet(request, PAGES, run, user)


@own_import_view
@require_POST
def take_step(request: SignedInRequest, user: User, run: ImportRun, step: str) -> HttpResponse:
    """Check, start, cancel, continue or undo an import."""
    return import_pages.take_step(request, PAGES, run, user, step)


@own_import_view
@require_safe
def result(_request: SignedInRequest, user: User, run: ImportRun) -> HttpResponse:
    """Download the bad rows with their reasons, to be corrected and uploaded again."""
    return import_pages.download_result(run, user)
