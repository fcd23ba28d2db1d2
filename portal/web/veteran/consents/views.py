"""What the person agreed to, each purpose on its own, given and taken back here."""

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actions import give_consent, withdraw_consent
from portal.accounts.consent_texts import WORDINGS
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent, User
from portal.veterans.models import Veteran
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran


@dataclass(frozen=True, slots=True)
class Row:
    purpose: ConsentPurpose
    wording: str
    consent: Consent | None


@for_veteran
@require_safe
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """Each purpose with its wording, since when it is agreed, and what was taken back."""
    own = Consent.objects.filter(user=veteran.account_id).order_by("-given_at", "-pk")
    given = {row.purpose: row for row in own.in_force()}
    rows = [Row(purpose, wording, given.get(purpose)) for purpose, wording in WORDINGS.items()]
    contacts = list(own.in_force().filter(purpose=ConsentPurpose.EMPLOYER_CONTACT))
    past = own.exclude(withdrawn_at=None)[:20]
    context = {"rows": rows, "contacts": contacts, "past": list(past), "agreeing": {"agree": "yes"}}
    return render(request, "veteran/consents/consents.html", context)


@for_veteran
@require_POST
def change(request: SignedInRequest, veteran: Veteran, purpose: str) -> HttpResponse:
    """Agree, or take it back: `agree` in the form says which."""
    user = cast(User, veteran.account)
    if purpose == ConsentPurpose.EMPLOYER_CONTACT:  # given beside an intention, taken back here as well
        rows = Consent.objects.in_force().filter(user=user, purpose=purpose)
        withdraw_consent(consent=get_object_or_404(rows, subject=request.POST.get("subject", "")), by=user)
        messages.success(request, "已撤回，该单位不能再查看您的电话。")
        return redirect("veteran:consents")
    if purpose not in WORDINGS:
        raise Http404
    wanted = ConsentPurpose(purpose)
    if request.POST.get("agree") == "yes":
        give_consent(user=user, purpose=wanted, wording=WORDINGS[wanted], by=user)
        messages.success(request, f"已同意：{wanted.label}。")
    else:
        consent = Consent.objects.in_force().filter(user=user, purpose=wanted).first()
        if consent is not None:
            withdraw_consent(consent=consent, by=user)
        messages.success(request, f"已撤回：{wanted.label}。立即生效。")
    return redirect("veteran:consents")
