"""Occupation box of a position, for employers and reviewers."""

from typing import Any

from django import template
from django.template import Context

from matching.facts import CERTAIN
from portal.positions import occupation_lookup
from portal.positions.models import Position

register = template.Library()


@register.inclusion_tag("shared/positions/_occupation.html", takes_context=True)
def occupation_box(context: Context, position: Position, action: str) -> dict[str, Any]:
    """Render the occupation, the certainty of a guess, and the other likely ones as buttons.

    Args:
        action: URL that sets the occupation.
    """
    others = [
        (occupation, chance)
        for occupation, chance in occupation_lookup.guess_occupations(position.title, 4)
        if occupation.pk != position.occupation_id
    ]
    sure = position.occupation_certainty
    return {
        "request": context["request"],
        "position": position,
        "action": action,
        "others": others[:3],
        "guessed": sure is not None,
        "doubtful": sure is not None and sure < CERTAIN,
    }
