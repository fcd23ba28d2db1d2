"""Calendar feed of a clerk's follow-ups: create its secret address, show it once, revoke it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.feed_tokens import create_feed_token, revoke_feed_token
from portal.accounts.models import FeedToken, User
from portal.web.shared.absolute_urls import absolute_url
from portal.web.staff.access import record_staff


@record_staff
@require_http_methods(["GET", "POST"])
def manage(request: HttpRequest, user: User) -> HttpResponse:
    """Show whether a feed is active and when it was last read; POST creates a new address, shown once."""
    address = ""
    if request.method == "POST":
        _, secret = create_feed_token(by=user)
        address = absolute_url(reverse("public:follow-up-calendar", args=[secret]))
    token = FeedToken.objects.in_use().filter(user=user).first()
    return render(request, "staff/calls/calendar.html", {"token": token, "address": address})


@record_staff
@require_POST
def revoke(request: HttpRequest, user: User) -> HttpResponse:
    """Revoke the current address of the feed."""
    if revoke_feed_token(by=user):
        messages.success(request, "已停用，原来的订阅地址不再更新。")
    return redirect("staff:calendar")
