"""Audit log: record events, link them to a hash chain, verify the chain.

Every action calls `record` inside its transaction, so that action and event are committed together; after the
commit the new events are linked to the chain.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from portal.core.models import AuditEvent, AuditLink
from portal.core.stored_names import stored_label

BATCH = 2_000
# On PostgreSQL a long transaction may commit an event whose number is lower than those already linked. This
# many numbers below the last link are searched again.
_LATE_EVENTS = 2_000
_ADVISORY_LOCK = 0x61756469  # held while the chain grows (PostgreSQL; SQLite has one writer anyway)
START = "0" * 64


def _event(by: Any, verb: str, target: models.Model | None, data: dict[str, Any]) -> AuditEvent:
    return AuditEvent(
        actor_id=getattr(by, "pk", None),
        actor_label=str(by) if by is not None else "系统",
        verb=verb,
        target_type=stored_label(target).lower() if target is not None else "portal",
        target_id=str(target.pk) if target is not None else "",
        data=data,
    )


def record(*, by: Any, verb: str, target: models.Model | None, **data: Any) -> AuditEvent:
    """Record an event in the audit log.

    Args:
        by: the acting User, or None for the system itself.
        verb: 'package.verb'; stored and covered by the hash chain, so it never changes.
        target: the row acted on, or None for the portal as a whole.
        data: JSON without sensitive values: names of changed fields, not their values.
    """
    event = _event(by, verb, target, data)
    event.save(force_insert=True)
    _link_on_commit()
    return event


def record_many(*, by: Any, verb: str, targets: Iterable[tuple[models.Model, dict[str, Any]]]) -> int:
    """Record one verb for many (target, data) pairs at once; return their number."""
    events = [_event(by, verb, target, data) for target, data in targets]
    AuditEvent.objects.bulk_create(events, batch_size=BATCH)
    if events:
        _link_on_commit()
    return len(events)


# --- hash chain ------------------------------------------------------------------------------------------
def _link_on_commit() -> None:
    if not any(callback[1] is link_new_events for callback in connection.run_on_commit):
        transaction.on_commit(link_new_events, robust=True)


def _key() -> bytes:
    return hashlib.sha256(b"audit chain:" + settings.LOOKUP_HASH_KEY.encode()).digest()


def _digest(key: bytes, before: str, event: AuditEvent) -> str:
    """Return the HMAC-SHA256 of the previous link and the event's content, as 64 hex digits.

    It is keyed: whoever can write to the database but lacks the portal's key cannot forge a valid chain.
    """
    content = [
        before,
        event.pk,
        event.at.timestamp(),
        event.actor_id,
        event.actor_label,
        event.verb,
        event.target_type,
        event.target_id,
        event.data,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def link_new_events(*, whole_log: bool = False) -> int:
    """Append the events without a link to the chain, in the order of their numbers; return how many.

    Args:
        whole_log: search the whole log for such events, not only its end.
    """
    linked_count = 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        late_events = _LATE_EVENTS if connection.vendor == "postgresql" else 0
        last = AuditLink.objects.order_by("-id").first()
        before = last.digest if last else START
        after = 0 if whole_log else _last_linked_event_id() - late_events
        unlinked_events = AuditEvent.objects.filter(pk__gt=after, link=None).order_by("pk")
        key = _key()
        links = []
        for event in unlinked_events.iterator(BATCH):
            before = _digest(key, before, event)
            links.append(AuditLink(event=event, digest=before))
            linked_count += 1
        AuditLink.objects.bulk_create(links, batch_size=BATCH)
    return linked_count


def _last_linked_event_id() -> int:
    return AuditLink.objects.aggregate(newest=models.Max("event_id"))["newest"] or 0


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Result of verifying the chain."""

    links: int
    head: str  # digest of the last link; noted elsewhere, it proves later that no link was cut off
    # Number of the first event that does not match its link, or before which a link is missing.
    broken_at: int | None
    unlinked: int  # number of events outside the chain

    @property
    def whole(self) -> bool:
        return self.broken_at is None and self.unlinked == 0


def verify(*, known_head: str = "", step: Callable[[], object] = lambda: None) -> ChainReport:
    """Verify the whole chain by computing every link again.

    Args:
        known_head: a head noted earlier; a chain without it counts as broken at its end.
        step: called once a link, for a progress bar.
    """
    key, before, count, has_known_head = _key(), START, 0, not known_head
    broken_at: int | None = None
    for row in _links():
        if _digest(key, before, row.event) != row.digest:
            broken_at = row.event_id
            break
        before = row.digest
        has_known_head = has_known_head or before == known_head
        count += 1
        step()
    if broken_at is None and not has_known_head:
        broken_at = _last_linked_event_id()
    return ChainReport(count, before, broken_at, AuditEvent.objects.filter(link=None).count())


def _links() -> Iterator[AuditLink]:
    return AuditLink.objects.select_related("event").order_by("id").iterator(BATCH)
