"""The record of the signed-in user, and the decorator that provides it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from portal.veterans.models import Veteran
from portal.web.shared.requests import SignedInRequest, signed_in_view

P = ParamSpec("P")


def own_record(request: SignedInRequest) -> Veteran | None:
    """Return the user's record with its details, in a fixed number of queries."""
    return Veteran.objects.with_details().filter(account=request.user).first()


def for_veteran(
    view: Callable[Concatenate[SignedInRequest, Veteran, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass the user's record to the view; redirect a user without one to the page that opens it."""

    @signed_in_view
    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        veteran = own_record(request)
        if veteran is None:
            messages.info(request, "请先建立本人档案，只需两三分钟。")
            return redirect("veteran:record-open")
        return view(request, veteran, *args, **kwargs)

    return guarded
