"""For whom the reader of an employer's page acts, and for whom else they could."""

from dataclasses import dataclass

from django import template
from django.template import Context

from portal.accounts.models import User
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer, EmployerMembership

register = template.Library()


@dataclass(frozen=True, slots=True)
class Acting:
    """The employer acted for (None while there is none), in which role, and the user's other employers."""

    employer: Employer | None
    role: str
    owner: bool
    others: list[Employer]


@register.simple_tag(takes_context=True)
def acting_for(context: Context) -> Acting:
    """Read from the page's own `employer`, or that of its `position`: one query."""
    request = context.get("request")
    reader = getattr(request, "user", None)
    shown = context.get("employer") or getattr(context.get("position"), "employer", None)
    if not isinstance(reader, User) or shown is None:
        return Acting(None, "", owner=False, others=[])
    mine = (
        EmployerMembership.objects.filter(user=reader).select_related("employer").order_by("employer__name")
    )
    role, others = "", []
    for membership in mine:
        if membership.employer_id == shown.pk:
            role = membership.role
        else:
            others.append(membership.employer)
    label = EmployerRole(role).label if role else ""
    return Acting(shown, label, owner=role == EmployerRole.OWNER, others=others)
