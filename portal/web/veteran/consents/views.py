"""Consents of a veteran, one per purpose."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actions import give_consent, withdraw_consent
from portal.accounts.consent_texts import WORDINGS
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent
from portal.veterans.models import Veteran
from portal.web.shared.query_params import UnknownRowError
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A purpose with its text and the consent in force."""

    purpose: ConsentPurpose
    wording: str
    consent: Consent | None


@for_veteran
@require_safe
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List the purposes with text and current consent, and withdrawn consents."""
    own = Consent.objects.filter(user=veteran.account_id).order_by("-given_at", "-pk")
    consents = {row.purpose: row for row in own.in_force()}
    rows = [ConsentRow(purpose, wording, consents.get(purpose)) for purpose, wording in WORDINGS.items()]
    contacts = list(own.in_force().filter(purpose=ConsentPurpose.EMPLOYER_CONTACT))
    past_consents = own.exclude(withdrawn_at=None)[:20]
    context = {"rows": rows, "contacts": contacts, "past": list(past_consents), "agreeing": {"agree": "yes"}}
    return render(request, "veteran/consents/consents.html", context)


@for_veteran
@require_POST
def change(request: SignedInRequest, _veteran: Veteran, purpose: str) -> HttpResponse:
    """Give or withdraw the consent to a purpose, by the POST parameter `agree`."""
    user = request.user
    if purpose == ConsentPurpose.EMPLOYER_CONTACT:  # given with an intention, can be withdrawn here
        rows = Consent.objects.in_force().filter(user=user, purpose=purpose)
        consent = rows.filter(subject=request.POST.get("subject", "")).first()
        if consent is None:
            raise UnknownRowError("subject")
        withdraw_consent(consent=consent, by=user)
        messages.success(request, "已撤回，该单位不能再查看您的电话。")
        return redirect("veteran:consents")
    if purpose not in WORDINGS:
        raise Http404
    chosen_purpose = ConsentPurpose(purpose)
    if request.POST.get("agree") == "yes":
        give_consent(user=user, purpose=chosen_purpose, wording=WORDINGS[chosen_purpose], by=user)
        messages.success(request, f"已同意：{chosen_purpose.label}。")
    else:
        consent = Consent.objects.in_force().filter(user=user, purpose=chosen_purpose).first()
        if consent is not None:
            withdraw_consent(consent=consent, by=user)
        messages.success(request, f"已撤回：{chosen_purpose.label}。立即生效。")
    return redirect("veteran:consents")
