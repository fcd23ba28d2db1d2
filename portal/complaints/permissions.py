"""Permissions on complaints."""

from portal.accounts.models import User
from portal.complaints.models import Complaint
from portal.employers.permissions import acts_for
from portal.positions.models import Position
from portal.positions.permissions import can_review


def can_report(user: User, position: Position) -> bool:
    """Signed-in users who can see the position may report it, except members of its employer."""
    return Position.objects.visible_to(user).filter(pk=position.pk).exists() and not acts_for(
        user, position.employer
    )


def can_answer(user: User, complaint: Complaint) -> bool:
    """Reviewers of the employer may answer, unless they act for it or are the reporter."""
    position = complaint.position
    return (
        can_review(user, position)
        and not acts_for(user, position.employer)
        and complaint.reporter_id != user.pk
    )
