"""Typed request of a signed-in user, and the decorator that provides it.

A view that needs a signed-in user is written as

    @signed_in_view
    def inbox(request: SignedInRequest) -> HttpResponse:
        mark_read(by=request.user)

so that `request.user` is a `User` for mypy as well, without a cast.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.accounts.models import User

P = ParamSpec("P")
Response = TypeVar("Response", bound=HttpResponseBase)


class SignedInRequest(HttpRequest):
    """A request whose `user` is an account, never an AnonymousUser. For annotations only."""

    user: User


def is_signed_in(request: HttpRequest) -> TypeGuard[SignedInRequest]:
    """Return whether the request carries a signed-in user."""
    return request.user.is_authenticated


def is_verified(request: HttpRequest) -> bool:
    """Return whether the session has passed a second factor."""
    return bool(request.user.is_verified())  # type: ignore[union-attr]  # set by django_otp's middleware


def signed_in_user(request: HttpRequest) -> User:
    """Return the signed-in user of a request that a decorator has already checked.

    Raises:
        TypeError: the request is anonymous; a decorator is missing on the view.
    """
    if not is_signed_in(request):
        raise TypeError("the view lacks a decorator that requires a signed-in user")
    return request.user


def signed_in_view(
    view: Callable[Concatenate[SignedInRequest, P], Response],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Redirect anonymous requests to the sign-in page; pass the others on as a SignedInRequest."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_signed_in(request):  # login_required has redirected already; this narrows the type
            raise TypeError("login_required passed an anonymous request")
        return view(request, *args, **kwargs)

    return guarded
