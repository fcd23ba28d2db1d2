"""Wording check of a field while it is edited."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from portal.employers.models import Employer
from portal.web.employer.current_employer import for_employer
from portal.web.shared import wording_panel
from portal.web.shared.query_params import BadParameterError
from portal.web.shared.requests import SignedInRequest

_MAX_LENGTH = 5_000


@for_employer
@require_POST
def check(request: SignedInRequest, _employer: Employer) -> HttpResponse:
    """Render the wording panel of one field; POST keeps the text out of the URL and logs."""
    field = request.POST.get("field", "")
    if field not in wording_panel.CHECKED_FIELDS:
        raise BadParameterError("field", "不是要检查用语的一项")
    text = request.POST.get(field, "")[:_MAX_LENGTH]
    basis = request.POST.get("legal_basis", "")
    return render(
        request,
        "employer/positions/_wording.html",
        {"panel": wording_panel.build_panel(field, text, basis=basis)},
    )
