"""Cover (代班): a colleague makes a clerk's calls for some days."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.follow_ups import covers
from portal.follow_ups.models import Cover
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import record_staff
from portal.web.staff.calls.forms import CoverForm

PAGE_SIZE = 20


@record_staff
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List current and future covers and arrange another; a clerk may arrange only their own."""
    form = CoverForm(user, request.POST if request.method == "POST" else None, initial={"clerk": user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            arrangement = covers.arrange_cover(by=user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已安排：{arrangement.cover.name}代{arrangement.clerk.name}。")
            return redirect("staff:covers")
    today = timezone.localdate()
    rows = Cover.objects.visible_to(user).filter(ends_on__gte=today).order_by("starts_on", "pk")
    page = Paginator(rows.select_related("clerk", "cover", "by"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "staff/calls/covers.html", {"form": form, "page": page, "today": today})


@record_staff
@require_POST
def end(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """End a cover today; the clerk makes the calls again."""
    cover = get_object_or_404(Cover.objects.visible_to(user).select_related("clerk"), pk=pk)
    try:
        covers.end_cover(cover=cover, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except PermissionDenied as error:
        raise PermissionDenied("只有当事两人和他们的负责人可以结束代班。") from error
    else:
        messages.success(request, f"{cover.clerk.name}的代班已结束。")
    return redirect("staff:covers")
