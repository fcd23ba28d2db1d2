"""The wording check while a position is being written."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from portal.employers.models import Employer
from portal.web.employer.current_employer import for_employer
from portal.web.shared import wording_panel
from portal.web.shared.requests import SignedInRequest

_LONGEST = 5_000


@for_employer
@require_POST
def check(request: SignedInRequest, _employer: Employer) -> HttpResponse:
    """What is wrong with the text of one field, as it is typed. Posted, so that it stands in no address."""
    field = request.POST.get("field", "")
    if field not in wording_panel.CHECKED_FIELDS:
        return HttpResponse(status=400)
    text = request.POST.get(field, "")[:_LONGEST]
    basis = request.POST.get("legal_basis", "")
    return render(
        request,
        "employer/positions/_wording.html",
        {"panel": wording_panel.build_panel(field, text, basis=basis)},
    )
