"""The paths that write a veteran's record: one's own form, staff on behalf, a sheet, a merge."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db.models import Field
from django.urls import reverse

from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.veterans.import_columns import COLUMNS
from portal.veterans.models import Veteran
from portal.veterans.record_merges import merge_records
from tests.factories import make_id_number, make_staff, make_stations, make_user, make_veteran
from tests.harness.browser import signed_in_client
from tests.house.write_paths.outcomes import (
    Outcome,
    column_of,
    read_import,
    send_form,
    stored_value,
    watching,
)
from tests.house.write_paths.table import SKIP, RefusedCase
from tests.imports.record_imports import take_in, workbook_of

LABELS = {column.key: column.label for column in COLUMNS}
BORN = date(1985, 5, 1)
# Section of the record's pages -> its fields.
SECTIONS = {
    "identity": ("name", "phone", "address", "household_region", "living_region"),
    "service": (
        "branch", "entered_on", "left_on", "rank_group", "settlement", "honours", "is_party_member",
    ),
    "skills": ("education", "major", "skills", "employment_status"),
    "care": ("difficulty", "disability"),
}  # fmt: skip
# A merge fills what is empty; these fields never are.
NEVER_EMPTY = {"name", "is_party_member", "education", "employment_status"}


def make_world() -> SimpleNamespace:
    stations = make_stations()
    return SimpleNamespace(
        station=stations["睦洲镇"],
        clerk=make_staff(stations["睦洲镇"]),
        head=make_staff(stations["江门市"], StationRole.HEAD, name="周敏"),
    )


def _section(name: str) -> str:
    return next(section for section, names in SECTIONS.items() if name in names)


def by_own_form(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    typed_value = case.in_form
    if typed_value is SKIP or _section(name) == "care":  # staff alone write these
        return None
    account = make_user("陈建国")
    veteran = make_veteran(station=world.station, account=account, birth_date=BORN)
    url = reverse("veteran:record-section", args=[_section(name)])
    return send_form(signed_in_client(account), url, veteran, name, {**case.also, name: typed_value})


def by_form_on_behalf(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    if case.in_form is SKIP:
        return None
    veteran = make_veteran(station=world.station, birth_date=BORN)
    url = reverse("staff:veteran-edit", args=[veteran.pk, _section(name)])
    return send_form(signed_in_client(world.clerk), url, veteran, name, {**case.also, name: case.in_form})


def by_import(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    if case.in_import is SKIP:
        return None
    number = make_id_number(BORN)
    veteran = make_veteran(station=world.station, birth_date=BORN, id_hash=lookup_hash(number))
    row = {"name": "陈建国", "id_number": number, "station": world.station.name, **case.also}
    outcome = Outcome()
    with watching(veteran, outcome):
        run = take_in(world.clerk, workbook_of(row | {name: case.in_import}))
    return read_import(run, veteran, name, LABELS, outcome)


def by_merge(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    """Merge a record that holds the value, as an older release may have stored it, into one without it."""
    value = _as_stored_once(name, case)
    if name in NEVER_EMPTY or value is SKIP:
        return None
    target = make_veteran(station=world.station, birth_date=BORN)
    source = make_veteran(station=world.station, birth_date=BORN)
    column = column_of(Veteran, name)
    empty = {column: None if name.endswith(("_on", "_region")) else ""}
    Veteran.objects.filter(pk=target.pk).update(**empty, **({"phone_hash": ""} if name == "phone" else {}))
    Veteran.objects.filter(pk=source.pk).update(**{column: value})
    before = stored_value(target, name)
    outcome = Outcome()
    with watching(target, outcome):
        merge_records(target=target, source=source, by=world.head)
    outcome.value_after = stored_value(target, name)
    outcome.announced.discard(("veterans.merged", ""))
    if isinstance(case, RefusedCase) and outcome.value_after == before:
        # What no path would take stays behind; the merge itself is announced, not the field.
        outcome.errors[name] = [case.message]
        outcome.announced.discard(("signal", "changed"))
    return outcome


def _as_stored_once(name: str, case: Any) -> Any:
    """Return what a column could hold of the typed value."""
    if case.also:
        return SKIP  # a merge fills one field of a record whose others are sound
    if isinstance(case, RefusedCase) and name.endswith("_on"):
        try:
            return date.fromisoformat(case.typed_value)
        except ValueError:
            return SKIP
    if isinstance(case, RefusedCase):
        column = Veteran._meta.get_field(name)
        assert isinstance(column, Field)
        fits = column.max_length is None or len(case.typed_value) <= column.max_length
        return case.typed_value if fits and case.typed_value.strip("\u200b") else SKIP
    is_text = isinstance(case.value, str) and not name.endswith("_region")
    return case.typed_value if is_text and case.form is None else case.value


PATHS: dict[str, Callable[[SimpleNamespace, str, Any], Outcome | None]] = {
    "form": by_own_form,
    "on behalf": by_form_on_behalf,
    "sheet": by_import,
    "merge": by_merge,
}


def announced(name: str, case: Any) -> set[tuple[str, str]]:
    names = {name, *case.also}
    events = {("veterans.updated", changed_names) for changed_names in names} | {("signal", "changed")}
    return events | ({("signal", "phone changed")} if "phone" in names else set())
