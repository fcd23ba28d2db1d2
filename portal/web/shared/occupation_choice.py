"""Change a position's occupation from the choices beside it."""

from django.contrib import messages
from django.http import Http404, HttpRequest

from portal.accounts.models import User
from portal.core.models import Occupation
from portal.positions.lifecycle import set_occupation
from portal.positions.models import Position


def choose_occupation(request: HttpRequest, position: Position, user: User) -> None:
    """Set the occupation whose code is in the POST parameter `occupation`.

    Raises:
        Http404: no occupation has this code.
    """
    occupation = Occupation.objects.filter(level=4, pk=request.POST.get("occupation", "")).first()
    if occupation is None:
        raise Http404
    set_occupation(position=position, by=user, occupation=occupation)
    messages.success(request, f"“{position.title}”归入：{occupation.name}。")
