"""The two logs as an auditor (审计员) reads them: what was done, and whose file was looked at."""

from django.db.models import QuerySet

from portal.accounts.models import AccessLog, Appointment, User
from portal.accounts.roles import Permission
from portal.core.models import AuditEvent
from portal.stations.models import in_subtrees


def _actors_below(user: User) -> "QuerySet[Appointment, int] | None":
    """Numbers of everybody who serves or served below the auditor's stations; None: of the whole network."""
    posts = user.appointments_with(Permission.READ_LOGS)
    if any(post.station.is_root() for post in posts):
        return None
    below = in_subtrees("station", [post.station.path for post in posts])
    return Appointment.objects.filter(below).values_list("user", flat=True)


def events_visible_to(user: User) -> "QuerySet[AuditEvent]":
    """What the staff of the auditor's subtree did; an auditor of the whole network reads everything, the
    system's own doings too.
    """
    actors = _actors_below(user)
    events = AuditEvent.objects.all()
    return events if actors is None else events.filter(actor_id__in=actors)


def accesses_visible_to(user: User) -> "QuerySet[AccessLog]":
    """Looks at files, and refused tries, by the same people."""
    actors = _actors_below(user)
    looks = AccessLog.objects.select_related("actor")
    return looks if actors is None else looks.filter(actor__in=actors)
