"""Writing and checking the event log. Every action calls `record` inside its own transaction, so both stand
or fall together; after the commit the new events are linked to the chain.
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
# On PostgreSQL an event may become visible after later ones are linked: its transaction took its number early
# and ended late. Looked for among so many numbers below the last linked one. SQLite has one writer at a time.
_LATE = 2_000
_LOCK = 0x61756469  # of the one who appends to the chain (PostgreSQL; SQLite has one writer anyway)
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
    """Note that `by` (a User, or None for the system itself) did `verb` to `target` (None: the portal as a
    whole).

    `data` must be JSON and must hold no sensitive value: say which field changed, not what to.
    """
    event = _event(by, verb, target, data)
    event.save(force_insert=True)
    _link_on_commit()
    return event


def record_many(*, by: Any, verb: str, targets: Iterable[tuple[models.Model, dict[str, Any]]]) -> int:
    """`record` for many (target, data) pairs of one verb at once; how many there were."""
    events = [_event(by, verb, target, data) for target, data in targets]
    AuditEvent.objects.bulk_create(events, batch_size=BATCH)
    if events:
        _link_on_commit()
    return len(events)


# --- the chain -------------------------------------------------------------------------------------------
def _link_on_commit() -> None:
    if not any(waiting[1] is link for waiting in connection.run_on_commit):
        transaction.on_commit(link, robust=True)


def _key() -> bytes:
    return hashlib.sha256(b"audit chain:" + settings.LOOKUP_HASH_KEY.encode()).digest()


def _digest(key: bytes, before: str, event: AuditEvent) -> str:
    """HMAC-SHA256 over the link before and all that the event says, as 64 hex digits. Keyed: who can
    write to the database, but lacks the portal's key, cannot make a chain that fits.
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


def link(*, everything: bool = False) -> int:
    """Append the events that no link holds yet to the chain, in the order of their numbers; how many.

    Args:
        everything: look for them in the whole log, not only near its end.
    """
    linked = 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = AuditLink.objects.order_by("-id").first()
        before = last.digest if last else START
        after = 0 if everything else _newest() - (_LATE if connection.vendor == "postgresql" else 0)
        waiting = AuditEvent.objects.filter(pk__gt=after, link=None).order_by("pk")
        key = _key()
        links = []
        for event in waiting.iterator(BATCH):
            before = _digest(key, before, event)
            links.append(AuditLink(event=event, digest=before))
            linked += 1
        AuditLink.objects.bulk_create(links, batch_size=BATCH)
    return linked


def _newest() -> int:
    return AuditLink.objects.aggregate(newest=models.Max("event_id"))["newest"] or 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found."""

    links: int
    head: str  # the last link's digest; written down elsewhere it proves that nothing was cut off later
    # Number of the first event whose content no longer fits its link, or before which a link is missing.
    broken_at: int | None
    unlinked: int  # events outside the chain

    @property
    def whole(self) -> bool:
        return self.broken_at is None and self.unlinked == 0


def verify(*, expected: str = "", step: Callable[[], object] = lambda: None) -> Verdict:
    """Walk the whole chain and compute every link anew.

    Args:
        expected: a head that was written down earlier; a chain without it counts as broken at its end.
        step: called once a link, for a progress bar.
    """
    key, before, count, seen = _key(), START, 0, not expected
    broken: int | None = None
    for row in _links():
        if _digest(key, before, row.event) != row.digest:
            broken = row.event_id
            break
        before = row.digest
        seen = seen or before == expected
        count += 1
        step()
    if broken is None and not seen:
        broken = _newest()
    return Verdict(count, before, broken, AuditEvent.objects.filter(link=None).count())


def _links() -> Iterator[AuditLink]:
    return AuditLink.objects.select_related("event").order_by("id").iterator(BATCH)
