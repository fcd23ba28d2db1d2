"""Audit events and accesses to records that an auditor (审计员) may read."""

from django.db.models import QuerySet

from portal.accounts.models import AccessLog, Appointment, User
from portal.accounts.roles import Permission
from portal.core.models import AuditEvent
from portal.stations.models import in_subtrees


def _actors_visible_to(user: User) -> "QuerySet[Appointment, int] | None":
    """Return the users who have or had an appointment below the auditor's stations; None means all users."""
    appointments = user.appointments_with(Permission.READ_LOGS)
    if any(appointment.station.is_root() for appointment in appointments):
        return None
    below = in_subtrees("station", [appointment.station.path for appointment in appointments])
    return Appointment.objects.filter(below).values_list("user", flat=True)


def events_visible_to(user: User) -> "QuerySet[AuditEvent]":
    """Return the audit events of the staff below the auditor's stations.

    An auditor of the whole network reads all events, those of the system included.
    """
    actors = _actors_visible_to(user)
    events = AuditEvent.objects.all()
    return events if actors is None else events.filter(actor_id__in=actors)


def accesses_visible_to(user: User) -> "QuerySet[AccessLog]":
    """Return the accesses to records by the same staff, refused ones included."""
    actors = _actors_visible_to(user)
    accesses = AccessLog.objects.select_related("actor")
    return accesses if actors is None else accesses.filter(actor__in=actors)
