"""The paths that write an employer: registration and profile. Staff, sheets and the API write none."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.urls import reverse

from portal.employers.models import Employer
from tests.factories import make_employer, make_stations, make_user
from tests.harness.browser import signed_in_client
from tests.house.write_paths.outcomes import Outcome, form_errors, send_form, stored_value

REGISTRATION = {
    "name": "江门市新登记有限公司", "uscc": "91440705MA53X0TQ6Y", "uscc_confirmed": "on", "industry": "G",
    "size_band": "small", "nature": "private", "region": "440705", "address": "会城街道1号",
    "contact_person": "王经理", "contact_phone": "13812345678",
}  # fmt: skip


def make_world() -> SimpleNamespace:
    make_stations()
    return SimpleNamespace()


def by_registration(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    owner = make_user("新单位")
    response = signed_in_client(owner).post(
        reverse("employer:register"), {**REGISTRATION, **case.also, name: case.in_form}
    )
    outcome = Outcome(errors=form_errors(response))
    employer = Employer.objects.filter(memberships__user=owner).first()
    if employer is not None:
        # A registration is announced as one; which fields were given is not.
        outcome.value_after, outcome.announced = stored_value(employer, name), announced(name, case)
    return outcome


def by_profile(world: SimpleNamespace, name: str, case: Any) -> Outcome | None:
    if name == "uscc":  # given once
        return None
    owner = make_user("单位管理员")
    employer = make_employer(member=owner, verified=False)
    values = {**case.also, name: case.in_form}
    return send_form(signed_in_client(owner), reverse("employer:profile"), employer, name, values)


PATHS: dict[str, Callable[[SimpleNamespace, str, Any], Outcome | None]] = {
    "registration": by_registration,
    "form": by_profile,
}


def announced(name: str, case: Any) -> set[tuple[str, str]]:
    return {("employers.updated", changed_names) for changed_names in {name, *case.also}} | {
        ("signal", "changed")
    }
