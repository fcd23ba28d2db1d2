"""API tokens of employers and of programs that read public data: list, create, revoke."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.api_tokens import actions
from portal.api_tokens.models import ApiToken
from portal.api_tokens.permissions import can_issue
from portal.web.shared.api_token_forms import TokenForm, issue_token
from portal.web.staff.access import review_staff

PAGE_SIZE = 20


@review_staff
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List tokens of employers of the user's stations; city operators also create public-data tokens."""
    can_create = can_issue(user, None)
    if request.method == "POST" and not can_create:
        raise PermissionDenied("只有市级业务管理员可以创建公开数据令牌。")
    form = TokenForm(request.POST if request.method == "POST" else None, public=True)
    if request.method == "POST":
        response = issue_token(
            request,
            form,
            by=user,
            employer=None,
            back=reverse("staff:tokens"),
            layout="layout/staff.html",
        )
        if response is not None:
            return response
    rows = ApiToken.objects.visible_to(user).select_related("employer", "created_by")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "staff/employers/tokens.html", {"page": page, "form": form, "can_create": can_create}
    )


@review_staff
@require_POST
def revoke(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Revoke a token."""
    token = get_object_or_404(ApiToken.objects.visible_to(user).select_related("employer"), pk=pk)
    actions.revoke(token=token, by=user)
    messages.success(request, f"已吊销“{token.name}”。")
    return redirect("staff:tokens")
