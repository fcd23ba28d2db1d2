"""Who gets onto the desk, and what happens to a look at somebody else's file."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.enums import StationRole
from portal.accounts.models import FILE_ROLES, REVIEW_ROLES, User
from portal.fairs.models import DESK_ROLES
from portal.veterans.actions import note_refused
from portal.veterans.models import Veteran

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff_with(roles: Iterable[StationRole]) -> Callable[[View[P]], Guarded[P]]:
    """Signed in and holding one of `roles` today; anybody else is refused (403)."""
    wanted = frozenset(roles)

    def decorate(view: View[P]) -> Guarded[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = cast(User, request.user)
            if not user.station_paths(wanted):
                raise PermissionDenied("您现在的任职不能打开这一页。")
            return view(request, user, *args, **kwargs)

        return guarded

    return decorate


any_staff = staff_with(StationRole)
file_staff = staff_with(FILE_ROLES)
review_staff = staff_with(REVIEW_ROLES)
desk_staff = staff_with(DESK_ROLES)


def file_or_refuse(user: User, pk: int) -> Veteran:
    """The file, if it is below the user's stations; otherwise the try is noted where its owner reads it.

    Raises:
        Http404: there is no such file.
        PermissionDenied: it belongs to others.
    """
    veteran = Veteran.objects.visible_to(user).with_details().filter(pk=pk).first()
    if veteran is None:
        if not note_refused(by=user, file_id=pk):
            raise Http404
        raise PermissionDenied("这份档案不在您现任服务站的辖区内。这次访问已被记录，本人可以看到。")
    return veteran
