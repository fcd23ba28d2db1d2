"""Change a position's occupation from the choices beside it."""

from django.contrib import messages
from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.models import Occupation
from portal.positions.lifecycle import set_occupation
from portal.positions.models import Position
from portal.web.shared.query_params import BadParameterError


def choose_occupation(request: HttpRequest, position: Position, user: User) -> None:
    """Set the occupation whose code is in the POST parameter `occupation`.

    Raises:
        BadParameterError: no occupation has this code.
    """
    occupation = Occupation.objects.filter(level=4, pk=request.POST.get("occupation", "")).first()
    if occupation is None:
        raise BadParameterError("occupation", "不是职业分类里的代码")
    set_occupation(position=position, by=user, occupation=occupation)
    messages.success(request, f"“{position.title}”归入：{occupation.name}。")
