"""The file of whoever is signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.veterans.models import Veteran

P = ParamSpec("P")


def own_file(request: HttpRequest) -> Veteran | None:
    """The signed-in person's file with everything in it, in a fixed number of queries."""
    return Veteran.objects.with_details().filter(account=request.user).first()


def for_veteran(
    view: Callable[Concatenate[HttpRequest, Veteran, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Signed in and with a file; whoever has none yet is led to open it."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        veteran = own_file(request)
        if veteran is None:
            messages.info(request, "请先建立本人档案，只需两三分钟。")
            return redirect("veteran:record-open")
        return view(request, veteran, *args, **kwargs)

    return guarded
