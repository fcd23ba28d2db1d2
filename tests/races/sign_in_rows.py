"""Races of actions on how an account signs in: worlds and rows."""

from typing import Any

from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts.enums import FactorKind
from portal.accounts.models import AccessLog, FactorPermission, KnownBrowser, OneTimeCode, User
from portal.accounts.second_factor import permit_enrolment, unconfirmed_app
from tests.factories import make_staff, make_stations, make_user, make_veteran
from tests.races.employer_rows import staff
from tests.races.racing import Aggregate, World, row

FACTOR = "portal.accounts.second_factor"
OWN = "portal.accounts.own_sign_in"


def build_sign_in(state: str) -> World:
    person, clerk, operator = make_user("陈建国"), make_staff(make_stations()["南安村"]), staff("甲")
    veteran = make_veteran(account=person, station=make_stations()["南安村"])
    rows: dict[str, Any] = {}
    if state == "permitted":
        rows["permission"] = permit_enrolment(user=clerk, kind=FactorKind.APP, by=operator)
        rows["device"] = unconfirmed_app(clerk)
    return World(person=person, clerk=clerk, operator=operator, veteran=veteran, **rows)


def _on_clerk(action: str, **values: Any) -> Any:
    readers = {name: (lambda w, value=value: value) for name, value in values.items()}
    return row(
        f"{FACTOR}.{action}", "plain", user=lambda w: w("clerk"), by=lambda w: w("operator"), **readers
    )


SIGN_IN = Aggregate(
    "sign-in",
    [
        row(
            "portal.accounts.desk_codes.issue_desk_code", "plain", user=lambda w: w("person"),
            by=lambda w: w("clerk"),
        ),
        row(
            "portal.veterans.desk_sign_in.issue_code_at_desk", "plain", veteran=lambda w: w("veteran"),
            by=lambda w: w("clerk"),
        ),
        row(
            f"{OWN}.set_password", "plain", by=lambda w: w("clerk"),
            password=lambda w: "seven-herons-9-rivers",
        ),
        row(f"{OWN}.sign_out_everywhere", "plain", by=lambda w: w("clerk"), browser=lambda w: "browser"),
        row(
            "portal.accounts.phone_changes.change_phone", "plain", by=lambda w: w("person"),
            phone=lambda w: "13800000021",
        ),
        _on_clerk("permit_enrolment", kind=FactorKind.SMS),
        _on_clerk("permit_enrolment", kind=FactorKind.APP),
        _on_clerk("print_codes"),
        _on_clerk("reset_devices"),
        row(
            f"{FACTOR}.enrol", "permitted", permission=lambda w: w("permission"), by=lambda w: w("clerk"),
            device=lambda w: w("device"),
        ),
    ],
    [User, FactorPermission, OneTimeCode, KnownBrowser, TOTPDevice, StaticDevice, AccessLog],
    build_sign_in,
)  # fmt: skip
