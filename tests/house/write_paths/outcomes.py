"""What a path did with a value: its refusals, what is stored, and what was announced."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, Model
from django.dispatch import Signal
from django.test import Client

from portal.core.models import AuditEvent
from portal.core.stored_names import stored_label
from portal.employers.events import employer_changed
from portal.imports.models import ImportRun
from portal.positions.events import position_changed, positions_changed
from portal.veterans import events as veteran_events

UNCHECKED = object()  # a box of a form that is not ticked

# Signals of one meaning, sent for one row or for many.
SIGNALS = {
    "changed": (
        veteran_events.veteran_record_changed,
        veteran_events.veteran_records_changed,
        employer_changed,
        position_changed,
        positions_changed,
    ),
    "phone changed": (veteran_events.veteran_phone_changed,),
    "moved": (veteran_events.veteran_records_moved,),
}


@dataclass
class Outcome:
    """What one path did with one value.

    Attributes:
        errors: messages by field; empty where the value was taken.
        stored: the value of the field afterwards.
        announced: (verb, field) of the audit log, and ('signal', name).
    """

    errors: dict[str, list[str]] = field(default_factory=dict)
    stored: Any = None
    announced: set[tuple[str, str]] = field(default_factory=set)


def stored_value(row: Model, name: str) -> Any:
    """Return the stored value of a field, of a relation the key."""
    return getattr(type(row)._default_manager.get(pk=row.pk), column_of(type(row), name))


def column_of(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field.attname


@contextmanager
def watching(row: Model, outcome: Outcome) -> Iterator[None]:
    """Add to `outcome` what is announced about `row` meanwhile."""
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    received: set[tuple[str, str]] = set()

    def listen(name: str) -> Any:
        return lambda **_: received.add(("signal", name))

    connected: list[tuple[Signal, str]] = []
    for name, signals in SIGNALS.items():
        for number, signal in enumerate(signals):
            uid = f"write paths {name} {number}"
            signal.connect(listen(name), weak=False, dispatch_uid=uid)
            connected.append((signal, uid))
    try:
        yield
    finally:
        for signal, uid in connected:
            signal.disconnect(dispatch_uid=uid)
    label = stored_label(row).lower()
    for event in AuditEvent.objects.filter(pk__gt=last, target_type=label, target_id=str(row.pk)):
        for name in event.data.get("fields") or [""]:
            outcome.announced.add((event.verb, name))
    outcome.announced |= received


def plain(message: str, label: str = "") -> str:
    """Return a message without the label of a sheet's column and without the words that a form quotes."""
    text = message.removeprefix(f"{label}：") if label else message
    before, quote, after = text.partition("（“")
    return before + after.partition("”）")[2] if quote else text


def form_errors(response: Any) -> dict[str, list[str]]:
    if response.status_code == 302:
        return {}
    return {
        name: [plain(str(text)) for text in texts] for name, texts in response.context["form"].errors.items()
    }


def bound_values(form: Any) -> dict[str, Any]:
    """Return what a browser would send of a form that nobody has touched."""
    values = {}
    for name in form.fields:
        value = form[name].value()
        if value not in (None, "", False):
            values[name] = "on" if value is True else value
    return values


def send_form(client: Client, url: str, row: Model, name: str, values: Mapping[str, Any]) -> Outcome:
    """Open a form, change `values` in it, send it."""
    data = bound_values(client.get(url).context["form"]) | dict(values)
    data = {key: value for key, value in data.items() if value is not UNCHECKED}
    data = (
        {key: value for key, value in data.items() if value != ""} if "veterans_preferred" in data else data
    )
    outcome = Outcome()
    with watching(row, outcome):
        outcome.errors = form_errors(client.post(url, data))
    outcome.stored = stored_value(row, name)
    return outcome


def read_sheet(run: ImportRun, row: Model, name: str, labels: Mapping[str, str], outcome: Outcome) -> Outcome:
    """Add to `outcome` what a finished import of one row did."""
    outcome.stored = stored_value(row, name)
    keys = {label: key for key, label in labels.items()}
    for bad in run.rows.filter(outcome="bad"):
        label = bad.reason.partition("：")[0]
        outcome.errors[keys.get(label, "")] = [plain(bad.reason, label)]
    return outcome
