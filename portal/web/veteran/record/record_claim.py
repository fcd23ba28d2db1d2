"""The claim of a record that a station opened."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.veterans.models import RecordClaim
from portal.veterans.record_claims import withdraw_claim
from portal.web.shared.requests import SignedInRequest, signed_in_view
from portal.web.veteran.current_veteran import own_record


@signed_in_view
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    """Show the user's latest claim; POST withdraws it."""
    if own_record(request) is not None:
        return redirect("veteran:record")
    user = request.user
    claim = RecordClaim.objects.visible_to(user).filter(user=user).first()
    if request.method == "POST" and claim is not None:
        try:
            withdraw_claim(claim=claim, by=user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "已撤回认领。")
        return redirect("veteran:claim")
    return render(request, "veteran/record/claim.html", {"claim": claim})
