"""Code with which the person of a record signs in at the desk, without a phone."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.veterans.desk_sign_in import issue_code_at_desk
from portal.web.staff.access import record_staff, veteran_or_refuse


@never_cache
@record_staff
@require_POST
def desk_code(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show a new sign-in code once; the person reads of it in the notifications."""
    veteran = veteran_or_refuse(user, pk)
    try:
        code = issue_code_at_desk(veteran=veteran, by=user)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("staff:veteran", pk=pk)
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, field="登录码", reason="在服务窗口登录")
    veteran.refresh_from_db()
    assert veteran.account is not None
    now = timezone.localtime()
    notify(
        user=veteran.account,
        kind=NotificationKind.ACCOUNT,
        text=f"{now:%Y-%m-%d %H:%M}，{veteran.station.name}为您生成了登录码。"
        "不是您本人要求的，请告诉服务中心。",
        key=f"accounts.desk_code.{now:%Y%m%d%H%M%S%f}",
        target=NotificationTarget.ACCOUNT,
    )
    return render(request, "staff/records/desk_code.html", {"veteran": veteran, "code": code})
