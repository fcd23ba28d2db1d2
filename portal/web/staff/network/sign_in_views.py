"""Second factors of a member of staff: an operator permits, prints codes, resets devices."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp import devices_for_user

from portal.accounts.enums import FactorKind
from portal.accounts.models import Appointment, SmsDevice, User
from portal.accounts.permissions import can_manage_sign_in
from portal.accounts.second_factor import (
    PRINTED_NAME,
    open_permission,
    permit_enrolment,
    print_codes,
    reset_devices,
)
from portal.web.staff.access import any_staff


def _permit(kind: FactorKind) -> Callable[[User, User], str]:
    def act(person: User, by: User) -> str:
        permission = permit_enrolment(user=person, kind=kind, by=by)
        return f"已准许 {person.name} 设置“{permission.get_kind_display()}”，两天内有效，只能用一次。"

    return act


def _reset(person: User, by: User) -> str:
    count = reset_devices(user=person, by=by)
    return f"已停用 {person.name} 的 {count} 个设备，并退出其全部登录。重新设置前请再次准许。"


_ACTS: dict[str, Callable[[User, User], str]] = {
    "permit-app": _permit(FactorKind.APP),
    "permit-sms": _permit(FactorKind.SMS),
    "reset": _reset,
}


def _device_labels(person: User) -> list[str]:
    labels = []
    for device in devices_for_user(person):
        if isinstance(device, SmsDevice):
            labels.append("密码和短信验证码")
        elif device.name == PRINTED_NAME:
            labels.append(f"打印的验证码（还有 {device.token_set.count()} 个没用过）")
        else:
            labels.append("验证器应用")
    return labels


@never_cache
@any_staff
@require_http_methods(["GET", "POST"])
def sign_in_means(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show the devices of the person who holds an appointment; POST permits, prints or resets."""
    appointment = get_object_or_404(Appointment.objects.select_related("user", "station"), pk=pk)
    person = appointment.user
    if not can_manage_sign_in(user, person):
        raise PermissionDenied("这位工作人员的登录方式不由您管理。")
    codes: list[str] = []
    if request.method == "POST":
        act = request.POST.get("do", "")
        try:
            if act == "print":
                codes = print_codes(user=person, by=user)
            elif act in _ACTS:
                messages.success(request, _ACTS[act](person, user))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        if not codes:
            return redirect("staff:network-sign-in", pk=pk)
    context = {
        "appointment": appointment,
        "person": person,
        "devices": _device_labels(person),
        "permission": open_permission(person),
        "codes": codes,
    }
    return render(request, "staff/network/sign_in_means.html", context)
