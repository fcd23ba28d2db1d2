"""Messages inside the portal, for whoever is signed in."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.notifications.actions import mark_read
from portal.notifications.models import Notification
from portal.web.shared.notification_links import notification_url

A_PAGE = 20


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The reader's messages, latest first."""
    page = Paginator(Notification.objects.visible_to(request.user), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "public/notifications/notifications.html", {"page": page})


@login_required
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Read one message: on to the page that it is about."""
    notice = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    mark_read(by=cast(User, request.user), notice=notice)
    return redirect(notification_url(notice) or "public:notifications")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every message as read."""
    mark_read(by=cast(User, request.user))
    messages.success(request, "全部消息已标为已读。")
    return redirect("public:notifications")
