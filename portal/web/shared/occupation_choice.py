"""One click that puts a post under another occupation, for whoever may."""

from django.contrib import messages
from django.http import Http404, HttpRequest

from portal.accounts.models import User
from portal.core.models import Occupation
from portal.positions.lifecycle import set_occupation
from portal.positions.models import Position


def choose(request: HttpRequest, position: Position, user: User) -> None:
    """Set the occupation whose code was sent.

    Raises:
        Http404: there is no such occupation.
    """
    occupation = Occupation.objects.filter(level=4, pk=request.POST.get("occupation", "")).first()
    if occupation is None:
        raise Http404
    set_occupation(position=position, by=user, occupation=occupation)
    messages.success(request, f"“{position.title}”归入：{occupation.name}。")
