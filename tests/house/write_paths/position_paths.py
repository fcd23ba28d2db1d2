"""The paths that write a position: form, sheet, API, and the sheet that a reviewer uploads on behalf."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.urls import reverse

from portal.accounts.roles import StationRole
from portal.api_tokens.actions import issue
from portal.api_tokens.enums import TokenScope
from portal.positions.models import Position
from tests.factories import (
    make_employer,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
)
from tests.harness.browser import signed_in_client
from tests.house.write_paths.outcomes import Outcome, plain, read_import, send_form, stored_value, watching
from tests.house.write_paths.table import SKIP
from tests.positions.position_imports import LABELS, position_row, take_in, workbook_of


def make_world() -> SimpleNamespace:
    occupation = make_occupation()
    make_occupation("6-30-05-01", "起重装卸机械操作工")
    owner = make_user("单位管理员")
    employers = [
        make_employer(member=owner),
        make_employer(member=owner, is_agency=True, agency_permit="粤4407号"),
    ]
    tokens = [
        issue(by=owner, employer=employer, name="招聘系统", scope=TokenScope.WRITE, days=30)[1]
        for employer in employers
    ]
    return SimpleNamespace(
        owner=owner,
        occupation=occupation,
        employers=employers,
        clients=[Client(headers={"Authorization": f"Bearer {token}"}) for token in tokens],
        reviewer=make_staff(make_stations()["新会区"], StationRole.REVIEWER, name="吴敏"),
    )


def _position(world: SimpleNamespace, name: str) -> Position:
    """Return a draft of the employer; of the agency for the field that only agencies have."""
    is_agency = name == "real_employer"
    fields = {"real_employer": "江门造船厂"} if is_agency else {}
    return make_position(employer=world.employers[is_agency], external_id="A-1", is_open=False, **fields)


def by_form(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    if case.in_form is SKIP:
        return None
    position = _position(world, name)
    url = reverse("employer:position-edit", args=[position.pk])
    return send_form(signed_in_client(world.owner), url, position, name, {name: case.in_form, "submit": "1"})


def _by_import(world: SimpleNamespace, name: str, case: Any, by: Any) -> Outcome | None:
    if case.in_import is SKIP:
        return None
    position = _position(world, name)
    row = position_row(
        external_id=position.external_id,
        title=position.title,
        duties=position.duties,
        occupation=world.occupation.name,
        real_employer=position.real_employer,
    )
    outcome = Outcome()
    with watching(position, outcome):
        content = workbook_of(row | {name: case.in_import}, columns=[key for key in LABELS if key != "pay"])
        run = take_in(by, position.employer, content)
    return read_import(run, position, name, LABELS, outcome)


def by_import(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    return _by_import(world, name, case, world.owner)


def by_import_on_behalf(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    return _by_import(world, name, case, world.reviewer)


def by_api(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    """Send the position again by its external id, as an employer's own system does."""
    if case.in_api is SKIP:
        return None
    position = _position(world, name)
    body = {
        "title": position.title, "headcount": position.headcount, "pay_from": int(position.pay_from),
        "pay_to": int(position.pay_to), "region": position.region_id, "duties": position.duties,
        "occupation": position.occupation_id, "requirements": position.requirements,
        "real_employer": position.real_employer, name: case.in_api,
    }  # fmt: skip
    outcome = Outcome()
    client = world.clients[position.employer.is_agency]
    with watching(position, outcome):
        response = client.put("/api/v1/positions/external/A-1", body, content_type="application/json")
    if response.status_code != 200:
        for problem in response.json()["errors"]:
            outcome.errors.setdefault(problem["field"], []).append(plain(problem["message"]))
    outcome.value_after = stored_value(position, name)
    outcome.announced.discard(("positions.sent", ""))
    return outcome


PATHS: dict[str, Callable[[SimpleNamespace, str, Any], Outcome | None]] = {
    "form": by_form,
    "sheet": by_import,
    "on behalf": by_import_on_behalf,
    "api": by_api,
}


def announced(name: str, case: Any) -> set[tuple[str, str]]:
    return {("positions.edited", name), ("positions.submit", ""), ("signal", "changed")}
