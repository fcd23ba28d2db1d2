"""Access to the staff desk: decorators by permission, and the lookup of a record inside the user's area."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.veterans.actions import log_refused_access
from portal.veterans.models import Veteran
from portal.web.shared.requests import signed_in_user

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff_with(
    permission: Permission | None, *, refusal: str = "您现在的任职不能打开这一页。"
) -> Callable[[View[P]], Guarded[P]]:
    """Pass on staff who hold `permission` at any station today (None: any staff); refuse others (403)."""

    def decorate(view: View[P]) -> Guarded[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = signed_in_user(request)
            allowed = user.is_station_staff if permission is None else user.has_station_permission(permission)
            if not allowed:
                raise PermissionDenied(refusal)
            return view(request, user, *args, **kwargs)

        return guarded

    return decorate


any_staff = staff_with(None)
record_staff = staff_with(Permission.OPEN_RECORDS)
review_staff = staff_with(Permission.REVIEW_EMPLOYERS)
fair_staff = staff_with(Permission.RUN_FAIRS)


def veteran_or_refuse(user: User, pk: int) -> Veteran:
    """Return the record if it is below the user's stations; otherwise log the attempt for its owner.

    Raises:
        Http404: the record does not exist.
        PermissionDenied: the record belongs to other stations.
    """
    veteran = Veteran.objects.visible_to(user).with_details().filter(pk=pk).first()
    if veteran is None:
        if not log_refused_access(by=user, file_id=pk):
            raise Http404
        raise PermissionDenied("这份档案不在您现任服务站的辖区内。这次访问已被记录，本人可以看到。")
    return veteran
