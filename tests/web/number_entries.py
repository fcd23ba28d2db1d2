"""Entries for numbers and codes: every form, page, import and command that takes one."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp

from portal.accounts.models import OneTimeCode, User
from portal.accounts.roles import Permission
from portal.accounts.senders import MemorySender
from portal.core.folded_fields import CreditCodeField, IdNumberField, PhoneField
from portal.core.models import Region
from portal.employers import actions as employers
from portal.employers import members
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer, EmployerInvitation
from portal.fairs import actions as fairs
from portal.fairs.models import CheckIn, Registration
from portal.imports.import_kinds import BadRow
from portal.veterans import actions as veterans
from portal.veterans import record_claims
from portal.veterans.import_rows import RecordImporter
from portal.veterans.models import RecordClaim, Veteran
from tests.factories import (
    make_id_number,
    make_phone,
)
from tests.harness.browser import signed_in_client
from tests.house.test_forms_fold import FORMS, OTHER_PHONES, FormClass

PASSWORD = "desk-password-2026"

# An entry takes a typing and returns ("taken", what it identified) or ("refused", the words of the refusal).
Outcome = tuple[str, Any]
Entry = Callable[[Any, str], Outcome]


def success(value: Any) -> Outcome:
    return "taken", value


def refusal(error: ValidationError | BadRow | str) -> Outcome:
    words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    assert words.strip(), "a refusal without words"
    return "refused", words


def counts() -> list[int]:
    return [model.objects.count() for model in (User, Veteran, Employer, Registration)]


def form_entry(form: FormClass, name: str) -> Entry:
    """Clean the one field, as its form does, and return its value."""

    def enter(scene: Any, typing: str) -> Outcome:
        probe = type("Probe", (forms.Form,), {name: copy.deepcopy(form.base_fields[name])})({name: typing})
        return success(probe.cleaned_data[name]) if probe.is_valid() else refusal(probe.errors.as_text())

    enter.__name__ = f"{form.__name__}.{name}"
    return enter


def form_entries(kind: type[forms.Field]) -> list[Entry]:
    return [
        form_entry(form, name)
        for form in FORMS
        for name, field in form.base_fields.items()
        if isinstance(field, kind) and (form.__name__, name) not in OTHER_PHONES
    ]


def _answer(response: Any) -> Outcome:
    """Return the refusal of a page with a form."""
    return refusal(" ".join(str(e) for errors in response.context["form"].errors.values() for e in errors))


# --- phone
def sign_in_page(scene: Any, typing: str) -> Outcome:
    response = Client().post(reverse("public:sign-in"), {"phone": typing})
    return (
        success(OneTimeCode.objects.latest("pk").phone_hash)
        if response.status_code == 302
        else _answer(response)
    )


def password_page(scene: Any, typing: str) -> Outcome:
    client = Client()
    response = client.post(reverse("public:sign-in-staff"), {"phone": typing, "password": PASSWORD})
    return success(client.session["_auth_user_id"]) if response.status_code == 302 else _answer(response)


def user_by_natural_key(scene: Any, typing: str) -> Outcome:
    try:
        return success(User.objects.get_by_natural_key(typing).pk)
    except User.DoesNotExist:
        return refusal("no such user")


def record_search(scene: Any, typing: str) -> Outcome:
    page = signed_in_client(scene.clerk).get(reverse("staff:veterans"), {"q": typing}).context["page"]
    return success([row.pk for row in page]) if page.object_list else refusal("没有符合条件的人")


def record_opening(scene: Any, typing: str) -> Outcome:
    try:
        row = veterans.open_record(
            by=scene.clerk,
            station=scene.stations["睦洲镇"],
            name="黄志明",
            id_number=make_id_number(),
            phone=typing,
        )
    except ValidationError as error:
        return refusal(error)
    return success(row.phone_hash)


def record_change(scene: Any, typing: str) -> Outcome:
    try:
        values = {"phone": typing}
        row = veterans.update_record(veteran=scene.record, by=scene.clerk, section="about", values=values)
    except ValidationError as error:
        return refusal(error)
    return success((row.phone, row.phone_hash))


def import_phone(scene: Any, typing: str) -> Outcome:
    return _import_row(scene, lambda row: row.values["phone"], phone=typing)


def invitation(scene: Any, typing: str) -> Outcome:
    try:
        members.invite(employer=scene.employer, by=scene.owner, phone=typing, role=EmployerRole.RECRUITER)
    except ValidationError as error:
        return refusal(error)
    return success(EmployerInvitation.objects.latest("pk").phone_hash)


def employer_contact(scene: Any, typing: str) -> Outcome:
    try:
        employer = employers.update_profile(employer=scene.employer, by=scene.owner, contact_phone=typing)
    except ValidationError as error:
        return refusal(error)
    return success(employer.contact_phone)


def import_command(scene: Any, typing: str) -> Outcome:
    with pytest.raises(CommandError) as error_info:
        call_command("import_files", "missing.xlsx", "--by", typing)
    return refusal(str(error_info.value)) if "--by" in str(error_info.value) else success(scene.clerk.pk)


# --- ID number
def _import_row(scene: Any, read: Callable[[Any], Any], **cells: str) -> Outcome:
    row = {"name": "陈建国", "id_number": scene.id_number, "station": "睦洲镇退役军人服务站", **cells}
    importer = RecordImporter(scene.clerk, None, scene.clerk.station_paths(Permission.OPEN_RECORDS))
    try:
        record_row = importer.read(1, row)
    except BadRow as error:
        return refusal(error)
    importer.write([record_row], import_id=1, dry=False)
    return success(read(record_row))


def import_id_number(scene: Any, typing: str) -> Outcome:
    return _import_row(scene, lambda row: row.id_hash, id_number=typing)


def second_opening(scene: Any, typing: str) -> Outcome:
    try:
        veterans.open_record(
            by=scene.clerk,
            station=scene.stations["睦洲镇"],
            name="陈建国",
            id_number=typing,
            phone=make_phone(),
        )
    except ValidationError as error:
        return success("the record that is there") if "已有档案" in str(error) else refusal(error)
    return success("a second record")


def own_record_page(scene: Any, typing: str) -> Outcome:
    data = {"name": "陈建国", "id_number": typing, "living_region": "440705109", "consent": "on"}
    response = signed_in_client(scene.person).post(reverse("veteran:record-open"), data)
    if response.status_code == 302:
        return success(list(RecordClaim.objects.values_list("veteran", flat=True)))
    return _answer(response)


def claim(scene: Any, typing: str) -> Outcome:
    try:
        row = record_claims.claim_record(by=scene.person, id_number=typing)
    except ValidationError as error:
        return refusal(error)
    return success(row and row.veteran_id)


# --- credit code
def second_registration(scene: Any, typing: str) -> Outcome:
    try:
        employers.register(
            by=scene.person,
            uscc=typing,
            region=Region.objects.get(code="440705"),
            contact_phone=make_phone(),
            name="远航物流二",
            address="演示路2号",
            contact_person="李经理",
            industry=scene.employer.industry,
            size_band=scene.employer.size_band,
            nature=scene.employer.nature,
        )
    except ValidationError as error:
        return success("the employer that is there") if "已登记" in str(error) else refusal(error)
    return success("a second employer")


def employer_search(scene: Any, typing: str) -> Outcome:
    response = signed_in_client(scene.operator).get(reverse("staff:employers"), {"q": typing, "state": "all"})
    page = response.context["page"]
    return success([row.pk for row in page]) if page.object_list else refusal("没有符合条件的单位")


# --- codes and tickets; the typing is a speller here, as each code is new
def one_time_code(scene: Any, spell: Any) -> Outcome:
    client = Client()
    with scene.run_commit_hooks(execute=True):
        client.post(reverse("public:sign-in"), {"phone": scene.phone})
    code = next(code for to, code in reversed(MemorySender.outbox) if to == scene.phone)
    response = client.post(reverse("public:sign-in-code"), {"code": spell(code)})
    return success(client.session["_auth_user_id"]) if response.status_code == 302 else _answer(response)


def second_factor(scene: Any, spell: Any) -> Outcome:
    client = signed_in_client(scene.clerk, second_factor=False)
    token = f"{totp(scene.device.bin_key):06d}"
    response = client.post(reverse("public:second-factor"), {"token": spell(token)})
    return success(scene.device.pk) if response.status_code == 302 else _answer(response)


def ticket_at_the_door(scene: Any, spell: Any) -> Outcome:
    client = signed_in_client(scene.operator)
    url = reverse("door:check-in", args=[scene.fair.pk])
    response = client.post(url, {"code": spell(str(scene.registration.ticket).upper())})
    rows = list(CheckIn.objects.values_list("registration", flat=True))
    return success(rows) if rows else refusal(response.context["detail"])


def number_at_the_booth(scene: Any, spell: Any) -> Outcome:
    try:
        return success(
            fairs.find_registration(fair=scene.fair, code=spell(str(scene.registration.number))).pk
        )
    except fairs.CheckInRefused as error:
        return refusal(str(error))


ENTRIES: dict[str, list[Entry]] = {
    "phone": [
        *form_entries(PhoneField),
        *(
            sign_in_page,
            user_by_natural_key,
            record_search,
            record_opening,
            record_change,
            import_phone,
            invitation,
        ),
        employer_contact,
    ],
    "staff_phone": [password_page, import_command],
    "id_number": [
        *form_entries(IdNumberField),
        *(import_id_number, second_opening, own_record_page, claim),
    ],
    "uscc": [*form_entries(CreditCodeField), second_registration, employer_search],
}
CODES: dict[str, list[Entry]] = {
    "one-time code": [one_time_code],
    "TOTP": [second_factor],
    "ticket": [ticket_at_the_door, number_at_the_booth],
}
