"""Writing the event log. Every action calls `record` inside its own transaction, so both stand or fall
together.
"""

from typing import Any

from django.db import models

from portal.core.models import AuditEvent


def record(*, by: Any, verb: str, target: models.Model, **data: Any) -> AuditEvent:
    """Note that `by` (a User, or None for the system itself) did `verb` to `target`.

    `data` must be JSON and must hold no sensitive value: say which field changed, not what to.
    """
    return AuditEvent.objects.create(
        actor_id=getattr(by, "pk", None),
        actor_label=str(by) if by is not None else "系统",
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        data=data,
    )
