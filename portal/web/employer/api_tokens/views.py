"""API tokens of an employer, issued and revoked by its owners."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.api_tokens import actions
from portal.api_tokens.models import ApiToken
from portal.api_tokens.permissions import can_issue
from portal.employers.models import Employer
from portal.web.employer.current_employer import for_employer
from portal.web.shared.api_token_forms import TokenForm, issue_token
from portal.web.shared.requests import SignedInRequest

PAGE_SIZE = 20


def _require_owner(request: SignedInRequest, employer: Employer) -> User:
    user = request.user
    if not can_issue(user, employer):
        raise PermissionDenied("接口令牌由单位管理员管理，请联系他们。")
    return user


@for_employer
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List the employer's tokens, latest first, with the form for a new one."""
    user = _require_owner(request, employer)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        response = issue_token(
            request,
            form,
            by=user,
            employer=employer,
            back=reverse("employer:tokens"),
            layout="layout/employer.html",
        )
        if response is not None:
            return response
    rows = ApiToken.objects.visible_to(user).filter(employer=employer).select_related("created_by")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "employer/api_tokens/tokens.html", {"employer": employer, "page": page, "form": form}
    )


@for_employer
@require_POST
def revoke(request: SignedInRequest, employer: Employer, pk: int) -> HttpResponse:
    """Revoke a token."""
    user = _require_owner(request, employer)
    token = get_object_or_404(ApiToken.objects.visible_to(user).filter(employer=employer), pk=pk)
    actions.revoke(token=token, by=user)
    messages.success(request, f"已吊销“{token.name}”，持有它的程序从现在起不能再使用。")
    return redirect("employer:tokens")
