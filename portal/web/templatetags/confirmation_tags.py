"""What the two sides of a placement said themselves, and the links that ask them."""

from typing import Any

from django import template
from django.template import Context

from portal.confirmations.enums import Question
from portal.confirmations.links import selectable_placements
from portal.confirmations.models import Answer, ConfirmationLink
from portal.confirmations.permissions import question_of
from portal.employers.models import Employer
from portal.placements.models import Placement

register = template.Library()

_MOST = 20


def _answers(context: Context, placement: Placement) -> list[Answer]:
    rows = Answer.objects.visible_to(context["request"].user).filter(placement=placement)
    return list(rows.select_related("by").order_by("-pk")[:_MOST])[::-1]


@register.inclusion_tag("staff/placements/_both_sides.html", takes_context=True)
def both_sides(context: Context, placement: Placement) -> dict[str, Any]:
    """Each side's last answers, for somebody about to call, and the buttons to ask them instead."""
    said = _answers(context, placement)
    last: dict[tuple[str, str], Answer] = {(row.question, row.side): row for row in said}
    return {
        "request": context["request"],
        "placement": placement,
        "answers": sorted(last.values(), key=lambda row: row.pk),
        "question": question_of(placement),
    }


@register.inclusion_tag("staff/placements/_confirmations.html", takes_context=True)
def confirmation_desk(context: Context, placement: Placement) -> dict[str, Any]:
    """Every answer, the links that were sent, and the buttons to send another."""
    user = context["request"].user
    links = ConfirmationLink.objects.visible_to(user).filter(placements=placement)
    return {
        "request": context["request"],
        "placement": placement,
        "answers": _answers(context, placement),
        "links": list(links.select_related("created_by").order_by("-pk")[:_MOST]),
        "question": question_of(placement),
    }


@register.simple_tag(takes_context=True)
def asks_employer(context: Context, employer: Employer) -> bool:
    """Whether the reader follows anybody of whom this employer can be asked."""
    user = context["request"].user
    return any(selectable_placements(employer, user, question).exists() for question in Question)
