"""Papers for the verification: hand in, look, replace, take back; and asking for the next verification."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.employers import papers, verification
from portal.employers.enums import EvidenceKind
from portal.employers.models import Employer, EmployerPaper
from portal.employers.permissions import owns
from portal.web.employer.current_employer import for_employer
from portal.web.shared.document_upload import ScanForm, scan
from portal.web.shared.form_fields import add_errors

HINTS = {
    EvidenceKind.LICENCE: "副本拍照即可，信用代码和名称要看得清。",
    EvidenceKind.NOTICE: "盖章的招聘简章：招什么岗位、多少人、待遇。",
    EvidenceKind.AGENT_ID: (
        "请遮住住址和号码中间几位。核对后原图立即删除，只留核对记录。也可以到服务中心当面出示。"
    ),
    EvidenceKind.AUTHORISATION: "单位委托经办人办理招聘的盖章文件；法定代表人本人办理的不用交。",
    EvidenceKind.PERMIT: "人力资源服务机构必交。",
}


class PaperForm(ScanForm):
    """One paper, in the place of an earlier one of its kind."""

    kind = forms.ChoiceField(label="材料")
    field_order = ["kind", "file"]

    def __init__(self, employer: Employer, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, kind.label) for kind in kinds_for(employer)
        ]


def kinds_for(employer: Employer) -> list[EvidenceKind]:
    return [kind for kind in EvidenceKind if kind != EvidenceKind.PERMIT or employer.is_agency]


@for_employer
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Each kind of paper with what was handed in, and the form for one."""
    user, sent = cast(User, request.user), request.method == "POST"
    asked = request.GET.get("kind", "")
    form = PaperForm(
        employer,
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"kind": asked if asked in EvidenceKind.values else EvidenceKind.LICENCE},
    )
    if sent and form.is_valid():
        values = form.cleaned_data
        try:
            papers.hand_in(
                employer=employer,
                by=user,
                kind=EvidenceKind(values["kind"]),
                content=values["file"].read(),
            )
        except ValidationError as error:
            add_errors(form, error if hasattr(error, "error_dict") else ValidationError({"file": error}))
        else:
            messages.success(request, "已上传，服务中心核对后这里会显示结果。")
            return redirect("employer:documents")
    there = {
        paper.kind: paper
        for paper in EmployerPaper.objects.visible_to(user).current().filter(employer=employer)
    }
    context = {
        "employer": employer,
        "form": form,
        "rows": [(kind, HINTS[kind], there.get(kind)) for kind in kinds_for(employer)],
        "can_renew": employer.may_ask_renewal and owns(user, employer),
    }
    return render(request, "employer/documents/documents.html", context)


def _paper(request: HttpRequest, pk: int) -> EmployerPaper:
    rows = EmployerPaper.objects.filter(employer__in=Employer.objects.run_by(request.user))
    return get_object_or_404(rows.select_related("employer"), pk=pk)


@login_required
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper."""
    found = _paper(request, pk)
    try:
        return scan(papers.look(paper=found, by=cast(User, request.user)), found.media, f"paper-{found.pk}")
    except FileNotFoundError as error:
        raise Http404 from error


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper back that no decision rests on yet."""
    try:
        papers.take_back(paper=_paper(request, pk), by=cast(User, request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已删除。")
    return redirect("employer:documents")


@for_employer
@require_POST
def renew(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Ask for the next verification."""
    try:
        verification.ask_renewal(employer=employer, by=cast(User, request.user))
    except TransitionRefused:
        messages.error(request, "现在不需要申请续期，或已经申请过了。")
    else:
        messages.success(request, "已申请续期。审核期间岗位照常显示，到有效期为止。")
    return redirect("employer:documents")
