"""Change of one's own phone: codes to the new and the old one prove both."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.accounts.one_time_codes import CodeRefused, CodeTooSoon, check_code, send_code
from portal.accounts.phone_changes import change_phone
from portal.core.encryption import hash_phone, mask_phone
from portal.veterans.actions import update_record
from portal.veterans.models import Veteran
from portal.web.public.accounts.second_factor_steps import MEANS_KEY
from portal.web.public.accounts.sign_in_forms import NewPhoneForm, PhoneCodesForm
from portal.web.public.accounts.sign_in_proofs import DESK, caller_for
from portal.web.shared.browser_cookie import browser_of
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import SignedInRequest, signed_in_view

# Of the session: the new phone, and the fields whose code was right.
NEW_PHONE_KEY, PROVED_KEY = "new_phone", "new_phone_proved"


def _needs_old(request: SignedInRequest) -> bool:
    """Return whether the old phone is asked too: not where a station's desk has just checked the ID card."""
    return bool(request.user.phone) and request.session.get(MEANS_KEY) != DESK


def _send(request: SignedInRequest, phone: str) -> None:
    """Send the codes; one that was sent within the minute is still good.

    Raises:
        CodeRefused: too many codes.
    """
    phones = [phone, request.user.phone] if _needs_old(request) else [phone]
    for number in phones:
        try:
            send_code(phone=number, caller=caller_for(request, hash_phone(number)))
        except CodeTooSoon:
            continue


@never_cache
@signed_in_view
@require_http_methods(["GET", "POST"])
def new_phone(request: SignedInRequest) -> HttpResponse:
    """Ask for the new phone and send the codes."""
    form = NewPhoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        if hash_phone(phone) == request.user.phone_hash:
            form.add_error("phone", "这就是现在的手机号码。")
        else:
            try:
                _send(request, phone)
            except CodeRefused as error:
                form.add_error("phone", str(error))
            else:
                request.session[NEW_PHONE_KEY], request.session[PROVED_KEY] = phone, []
                return redirect("public:account-phone-codes")
    context = {"form": form, "needs_old": _needs_old(request)}
    return render(request, "public/accounts/phone_new.html", context)


@never_cache
@signed_in_view
@require_http_methods(["GET", "POST"])
def phone_codes(request: SignedInRequest) -> HttpResponse:
    """Check the codes and change the phone; other sessions end."""
    user, phone = request.user, request.session.get(NEW_PHONE_KEY)
    if phone is None:
        return redirect("public:account-phone")
    needs_old = _needs_old(request) and "old_code" not in request.session[PROVED_KEY]
    form = PhoneCodesForm(needs_old, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _are_right(request, phone, form):
        old_phone_hash = user.phone_hash
        try:
            changed_user = change_phone(by=user, phone=phone, browser=browser_of(request))
        except ValidationError as error:
            add_errors(form, error)
        else:
            _update_own_record(changed_user, old_phone_hash)
            update_session_auth_hash(request, changed_user)
            del request.session[NEW_PHONE_KEY], request.session[PROVED_KEY]
            messages.success(request, "手机号码已更换，以后用新号码登录。其他设备上的登录已退出。")
            return redirect("public:account")
    context = {
        "form": form,
        "new_masked": mask_phone(phone),
        "old_masked": mask_phone(user.phone) if needs_old else "",
    }
    return render(request, "public/accounts/phone_codes.html", context)


def _are_right(request: SignedInRequest, phone: str, form: PhoneCodesForm) -> bool:
    """Return whether the codes are right; a wrong one is named beside its field."""
    numbers = {"old_code": request.user.phone, "new_code": phone}
    for name in [name for name in numbers if name in form.fields]:
        number = numbers[name]
        caller = caller_for(request, hash_phone(number))
        try:
            if check_code(phone=number, code=form.cleaned_data[name], caller=caller):
                request.session[PROVED_KEY] = [*request.session[PROVED_KEY], name]
                continue
            form.add_error(name, "验证码不对或已失效，请重新获取。")
        except CodeRefused as error:
            form.add_error(name, str(error))
        return False
    return True


def _update_own_record(user: User, old_phone_hash: str) -> None:
    """Give the user's record the new phone if it had the old one; its calls are scheduled anew."""
    veteran = Veteran.objects.filter(account=user).first()
    if veteran is not None and veteran.phone_hash == old_phone_hash:
        update_record(veteran=veteran, by=user, section="identity", values={"phone": user.phone})
