"""Notifications of the signed-in user."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.notifications.actions import mark_read
from portal.notifications.models import Notification
from portal.web.shared.notification_links import notification_url
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 20


@signed_in_view
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """List the notifications, latest first."""
    page = Paginator(Notification.objects.visible_to(request.user), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(request, "public/notifications/notifications.html", {"page": page})


@signed_in_view
@require_POST
def follow(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark one notification as read and redirect to its page."""
    notification = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    mark_read(by=request.user, notification=notification)
    return redirect(notification_url(notification) or "public:notifications")


@signed_in_view
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark all notifications as read."""
    mark_read(by=request.user)
    messages.success(request, "全部消息已标为已读。")
    return redirect("public:notifications")
