"""The claim of a file that a station opened: where it stands, and taking it back."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.veterans.models import RecordClaim
from portal.veterans.record_claims import withdraw_claim
from portal.web.veteran.current_veteran import own_file


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The person's latest claim; POST takes it back."""
    if own_file(request) is not None:
        return redirect("veteran:record")
    user = cast(User, request.user)
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
