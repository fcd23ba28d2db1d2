"""Answers of both sides of a placement, and the confirmation links sent to them."""

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

MAX_ROWS = 20


def _answers(context: Context, placement: Placement) -> list[Answer]:
    rows = Answer.objects.visible_to(context["request"].user).filter(placement=placement)
    return list(rows.select_related("by").order_by("-pk")[:MAX_ROWS])[::-1]


@register.inclusion_tag("staff/placements/_both_sides.html", takes_context=True)
def both_sides(context: Context, placement: Placement) -> dict[str, Any]:
    """Render each side's last answers, with the buttons to send a link instead of calling."""
    answers = _answers(context, placement)
    last: dict[tuple[str, str], Answer] = {(row.question, row.side): row for row in answers}
    return {
        "request": context["request"],
        "placement": placement,
        "answers": sorted(last.values(), key=lambda row: row.pk),
        "question": question_of(placement),
    }


@register.inclusion_tag("staff/placements/_confirmations.html", takes_context=True)
def confirmation_desk(context: Context, placement: Placement) -> dict[str, Any]:
    """Render all answers, the sent links, and the buttons to send another."""
    user = context["request"].user
    links = ConfirmationLink.objects.visible_to(user).filter(placements=placement)
    return {
        "request": context["request"],
        "placement": placement,
        "answers": _answers(context, placement),
        "links": list(links.select_related("created_by").order_by("-pk")[:MAX_ROWS]),
        "question": question_of(placement),
    }


@register.simple_tag(takes_context=True)
def asks_employer(context: Context, employer: Employer) -> bool:
    """Return whether the user may ask this employer about any placement."""
    user = context["request"].user
    return any(selectable_placements(employer, user, question).exists() for question in Question)
