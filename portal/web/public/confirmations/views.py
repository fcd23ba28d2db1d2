"""Page of a signed confirmation link.

GET shows and changes nothing; the identity proof and the answers are sent by POST. Unknown, used, withdrawn
and expired links all get the same page.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.accounts.one_time_codes import CodeRefused
from portal.api_tokens.request_counts import count_request, seconds_until_reset
from portal.confirmations import actions, links
from portal.confirmations.enums import Question, Side
from portal.confirmations.links import LinkUnusableError
from portal.confirmations.models import ConfirmationLink
from portal.core.client_address import client_address
from portal.core.folded_fields import CodeField
from portal.placements.models import Placement
from portal.web.shared.confirmation_forms import QUESTION_TITLES, EmployerAnswers, VeteranAnswerForm
from portal.web.shared.form_fields import add_errors
from portal.web.shared.requests import signed_in_user

_SESSION_KEY = "confirmation"  # the link that this browser has proved, the user and the expiry
_PROOF_LIFETIME = 30 * 60  # seconds


class DigitsForm(forms.Form):
    """Proof by the last digits of the veteran's phone."""

    code = CodeField(
        label="您手机号码的后四位",
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class CodeForm(forms.Form):
    """Proof by a code sent to the employer's contact."""

    code = CodeField(
        label="短信验证码",
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class _UnreferredCsrf(CsrfViewMiddleware):
    """Accepts the origin 'null', which browsers send under no-referrer; the token is still checked."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        inherited = super()._origin_verified  # type: ignore[misc]  # private, so not in the stubs
        return request.META["HTTP_ORIGIN"] == "null" or bool(inherited(request))


def _secret_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Keep the page out of caches and search engines, and its URL out of referrers."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = decorator_from_middleware(_UnreferredCsrf)(view)(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return csrf_exempt(guarded)


def _render_gone(request: HttpRequest) -> HttpResponse:
    return render(request, "public/confirmations/confirmation_gone.html", status=404)


@_secret_page
@sensitive_variables("token")
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the proof, then for the answers."""
    if request.method == "POST" and not count_request("confirmation", client_address(request.META)):
        response = render(request, "public/confirmations/confirmation_busy.html", status=429)
        response["Retry-After"] = str(seconds_until_reset())
        return response
    link = links.find_link(token)
    if link is None:
        return _render_gone(request)
    try:
        if _is_proved(request, link):
            return _ask_questions(request, link)
        return _ask_for_proof(request, link)
    except LinkUnusableError:
        return _render_gone(request)


def _is_proved(request: HttpRequest, link: ConfirmationLink) -> bool:
    proof = request.session.get(_SESSION_KEY)
    return proof is not None and proof["link"] == link.pk and proof["until"] > time.time()


def _accept_proof(
    request: HttpRequest, link: ConfirmationLink, by: User | None, *, account: bool = False
) -> HttpResponse:
    request.session.cycle_key()
    request.session[_SESSION_KEY] = {
        "link": link.pk,
        "by": by.pk if by is not None else None,
        "account": account,
        "until": int(time.time()) + _PROOF_LIFETIME,
    }
    return redirect(request.path)


def _ask_for_proof(request: HttpRequest, link: ConfirmationLink) -> HttpResponse:
    act = request.POST.get("act", "") if request.method == "POST" else ""
    own = link.side == Side.VETERAN
    form = (DigitsForm if own else CodeForm)(request.POST if act == "prove" else None)
    error_text, is_sent = "", False
    if act == "account" and request.user.is_authenticated:
        user = signed_in_user(request)
        if links.prove_by_account(link=link, user=user):
            return _accept_proof(request, link, user, account=True)
        error_text = "现在登录的账号不能回答这个链接。"
    elif act == "send" and not own:
        try:
            links.send_proof_code(link=link)
            is_sent = True
        except CodeRefused as error:
            error_text = str(error)
    elif act == "prove" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            if own:
                if links.verify_phone_digits(link=link, digits=code):
                    return _accept_proof(request, link, None)
            elif (contact := links.prove_by_code(link=link, code=code)) is not None:
                return _accept_proof(request, link, contact)
        except CodeRefused as error:
            form.add_error("code", str(error))
        else:
            form.add_error("code", "核对不符。连续不符，链接会失效。")
    context = {
        "form": form,
        "own": own,
        "error_text": error_text,
        "is_sent": is_sent or (act == "prove" and not own),
    }
    return render(request, "public/confirmations/confirmation_proof.html", context)


def _ask_questions(request: HttpRequest, link: ConfirmationLink) -> HttpResponse:
    placements = links.current_placements(link)
    if not placements:
        return _render_gone(request)
    proof = request.session[_SESSION_KEY]
    by = User.objects.filter(pk=proof["by"], is_active=True).first() if proof["by"] else None
    if proof["by"] and by is None:
        raise LinkUnusableError
    if proof["account"] and (by is None or not links.is_addressee(link, by)):
        raise LinkUnusableError  # no longer a member of the employer
    data = request.POST if request.POST.get("act") == "answer" else None
    if link.side == Side.VETERAN:
        return _ask_veteran(request, link, placements[0], by, data)
    return _ask_employer(request, link, placements, by, data)


def _ask_veteran(
    request: HttpRequest, link: ConfirmationLink, placement: Placement, by: User | None, data: Any
) -> HttpResponse:
    form = VeteranAnswerForm(placement, data)
    if data is not None and form.is_valid():
        try:
            actions.submit_answers(link=link, answers={placement.pk: form.to_answer()}, by=by)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _finish(request)
    context = {"form": form, "placement": placement, "title": QUESTION_TITLES[Question(link.question)]}
    return render(request, "public/confirmations/confirmation_person.html", context)


def _ask_employer(
    request: HttpRequest, link: ConfirmationLink, placements: list[Placement], by: User | None, data: Any
) -> HttpResponse:
    answers = EmployerAnswers(placements, data)
    error_text = ""
    if data is not None:
        if not answers.is_valid():
            error_text = f"有 {answers.invalid_count} 行需要改正，改好后再提交；已填的内容都还在。"
        else:
            try:
                actions.submit_answers(link=link, answers=answers.to_answers(), by=by)
            except ValidationError as error:
                error_text = " ".join(error.messages)
            except PermissionDenied:
                raise LinkUnusableError from None  # a name was withdrawn while the page was open
            else:
                return _finish(request)
    context = {
        "answers": answers,
        "employer": link.employer,
        "title": QUESTION_TITLES[Question(link.question)],
        "error_text": error_text,
    }
    return render(request, "public/confirmations/confirmation_employer.html", context)


def _finish(request: HttpRequest) -> HttpResponse:
    del request.session[_SESSION_KEY]
    return redirect("public:confirmation-thanks")


@_secret_page
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Thank for the answers; the same page for everybody."""
    return render(request, "public/confirmations/confirmation_thanks.html")
