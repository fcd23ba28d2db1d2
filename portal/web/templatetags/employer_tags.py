"""The employer that the user acts for, and the user's other employers."""

from dataclasses import dataclass

from django import template
from django.template import Context

from portal.accounts.models import User
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer, EmployerMembership

register = template.Library()


@dataclass(frozen=True, slots=True)
class ActingRole:
    """The current employer (None while there is none), the user's role, and the other employers."""

    employer: Employer | None
    role: str
    owner: bool
    others: list[Employer]


@register.simple_tag(takes_context=True)
def acting_for(context: Context) -> ActingRole:
    """Read the employer of the page's `employer` or `position`, in one query."""
    request = context.get("request")
    reader = getattr(request, "user", None)
    employer = context.get("employer") or getattr(context.get("position"), "employer", None)
    if not isinstance(reader, User) or employer is None:
        return ActingRole(None, "", owner=False, others=[])
    memberships = (
        EmployerMembership.objects.filter(user=reader).select_related("employer").order_by("employer__name")
    )
    role, others = "", []
    for membership in memberships:
        if membership.employer_id == employer.pk:
            role = membership.role
        else:
            others.append(membership.employer)
    label = EmployerRole(role).label if role else ""
    return ActingRole(employer, label, owner=role == EmployerRole.OWNER, others=others)
