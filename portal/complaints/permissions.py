"""Who may report a post, and who answers."""

from portal.accounts.models import User
from portal.complaints.models import Complaint
from portal.employers.permissions import acts_for
from portal.positions.models import Position
from portal.positions.permissions import can_review


def can_report(user: User, position: Position) -> bool:
    """Anybody signed in who can see it, but not its own firm."""
    return Position.objects.visible_to(user).filter(pk=position.pk).exists() and not acts_for(
        user, position.employer
    )


def can_answer(user: User, complaint: Complaint) -> bool:
    """The reviewers of the firm's station; nobody judges the own firm or the own complaint."""
    position = complaint.position
    return (
        can_review(user, position)
        and not acts_for(user, position.employer)
        and complaint.reporter_id != user.pk
    )
